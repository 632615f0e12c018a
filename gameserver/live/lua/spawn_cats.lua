-- Put cats on the street, as the keeper of their region.
-- KEYS[1] lease (string)  KEYS[2] cats (hash)  KEYS[3] left (hash)  KEYS[4] expiry (zset)
-- KEYS[5] gone (zset)  KEYS[6] feed (stream)
-- ARGV[1] keeper  ARGV[2] now_ms, then for each cat: id, expires_ms, catches, packed cat
-- returns {"ok", id...}: those of the cats that are alive now | {"lost"}: not the keeper

-- include life
-- include feed

local lease, cats, left, expiry, gone, feed = unpack(KEYS)
if redis.call('GET', lease) ~= ARGV[1] then return { 'lost' } end

local now = tonumber(ARGV[2])
local answer, last = { 'ok' }, 0
for i = 3, #ARGV, 4 do
  local cat, expires, catches, body = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3]
  local standing = redis.call('ZSCORE', expiry, cat)
  if standing then
    if tonumber(standing) > now then table.insert(answer, cat) end
  elseif expires > now and not redis.call('ZSCORE', gone, cat) then
    redis.call('HSET', cats, cat, body)
    redis.call('HSET', left, cat, catches)
    redis.call('ZADD', expiry, expires, cat)
    announce(feed, 'appear', cat, catches, body)
    last = math.max(last, expires)
    table.insert(answer, cat)
  end
end

if last > 0 then
  for _, key in ipairs({ cats, left, expiry }) do keep(key, last - now + KEEP_MS) end
end
return answer
