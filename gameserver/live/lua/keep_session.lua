-- Keep a session the player's live one. Where nothing is known of the player any more (it was not
-- kept in time, or Redis was lost), it becomes the live one again.
-- KEYS[1] session (hash)  ARGV[1] packed ref  ARGV[2] ttl_ms
-- returns 1 | 0: it was replaced or closed

-- include sessions

local key, ref, ttl = KEYS[1], ARGV[1], ARGV[2]
if redis.call('EXISTS', key) == 0 then
  take_over(key, {}, ref, '', ttl)
  return 1
end
if redis.call('HGET', key, 'live') ~= ref then return 0 end
return redis.call('PEXPIRE', key, ttl)
