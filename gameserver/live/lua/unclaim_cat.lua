-- Undo a claim whose books are not done: no coupon could be issued for it.
-- KEYS[1] cats (hash)  KEYS[2] left (hash)  KEYS[3] expiry (zset)  KEYS[4] feed (stream)
-- KEYS[5] outbox (stream)  KEYS[6] catchers (hash)
-- KEYS[7] what the release before kept of the cat (hash)
-- ARGV[1] cat  ARGV[2] player  ARGV[3] attempt  ARGV[4] where in a packed claim its attempt is,
-- counted from 1  ARGV[5] entry  ARGV[6] reason  ARGV[7] now_ms
-- returns 1: the claim is undone, now or since an earlier call
--       | 0: its books are done, the catch stands

-- include life
-- include feed
-- include outbox
-- include former
-- include record

local cats, left, expiry, feed, outbox, catchers, former = unpack(KEYS)
local cat, player, attempt, attempt_at, entry, reason, now = unpack(ARGV)

local field = cat .. '\0' .. player
local record = recall(take_over(catchers, field, former, player), tonumber(attempt_at))
local known = record.won and record.won.entry == entry
-- An entry that is gone is finished, or was undone before. (It can also outlive what is known of
-- its catcher; then its place is long gone, too.)
if leave(outbox, entry) == 0 then return known and 0 or 1 end
if known then
  record.won = nil
  table.insert(record.undone, { attempt = attempt, entry = entry, reason = reason })
  redis.call('HSET', catchers, field, record_of(record))
end

local expires = tonumber(redis.call('ZSCORE', expiry, cat) or 0)
if expires > tonumber(now) then
  local remaining = redis.call('HINCRBY', left, cat, 1)
  if remaining == 1 then announce(feed, 'appear', cat, 1, redis.call('HGET', cats, cat)) end
end
return 1
