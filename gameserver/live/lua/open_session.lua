-- Make a session the player's live one. Sent again, also after it was replaced or closed, it
-- answers the same and changes nothing.
-- KEYS[1] session (hash)  ARGV[1] packed ref  ARGV[2] ttl_ms
-- returns packed ref of the session that it replaced | '': there was none

-- include sessions

local key, ref, ttl = KEYS[1], ARGV[1], ARGV[2]
local log = opened(key)
for _, earlier in ipairs(log) do
  if earlier[1] == ref then return earlier[2] end
end
local replaced = redis.call('HGET', key, 'live') or ''
take_over(key, log, ref, replaced, ttl)
return replaced
