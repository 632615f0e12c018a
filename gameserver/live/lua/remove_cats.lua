-- Take cats off the street, as the keeper of their region.
-- KEYS[1] lease (string)  KEYS[2] cats (hash)  KEYS[3] left (hash)  KEYS[4] expiry (zset)
-- KEYS[5] gone (zset)  KEYS[6] feed (stream)  KEYS[7] outbox (stream)
-- KEYS[8] open (hash): what the release before counted and nobody reads any more
-- ARGV[1] keeper  ARGV[2] now_ms  ARGV[3] only cats whose expires_ms is at most this
-- ARGV[4] where in a packed cat its campaign is, counted from 1, then ids of cats
-- returns 1 | 0: not the keeper

-- include life
-- include feed
-- include outbox

local lease, cats, left, expiry, gone, feed, outbox, open = unpack(KEYS)
if redis.call('GET', lease) ~= ARGV[1] then return 0 end

local now, due, at = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local vanished, is_entered = {}, false
for i = 5, #ARGV do
  local cat = ARGV[i]
  local expires = redis.call('ZSCORE', expiry, cat)
  if expires and tonumber(expires) <= due then
    local remaining = tonumber(redis.call('HGET', left, cat))
    local campaign = cmsgpack.unpack(redis.call('HGET', cats, cat))[at]
    redis.call('HDEL', cats, cat)
    redis.call('HDEL', left, cat)
    redis.call('ZREM', expiry, cat)
    redis.call('ZADD', gone, now + GONE_MS, cat)
    if remaining > 0 then vanished[#vanished + 1] = cat end
    if campaign then
      enter(outbox, 'expired', cat, ARGV[2], campaign)
      is_entered = true
    end
  end
end
if #vanished > 0 then announce(feed, 'vanish', vanished[1], 0, table.concat(vanished, ' ', 2)) end
if is_entered then redis.call('PERSIST', outbox) end
redis.call('ZREMRANGEBYSCORE', gone, '-inf', now)
if redis.call('EXISTS', gone) == 1 then redis.call('PEXPIRE', gone, GONE_MS) end
if redis.call('PTTL', open) == -1 then redis.call('PEXPIRE', open, GONE_MS) end
return 1
