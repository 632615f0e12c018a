-- Undo a claim whose books are not done: no coupon could be issued for it.
-- KEYS[1] cats (hash)  KEYS[2] left (hash)  KEYS[3] expiry (zset)  KEYS[4] catchers (hash)
-- KEYS[5] feed (stream)  KEYS[6] outbox (stream)  KEYS[7] open (hash)
-- ARGV[1] cat  ARGV[2] player  ARGV[3] attempt  ARGV[4] entry  ARGV[5] reason  ARGV[6] now_ms
-- returns 1: the claim is undone, now or since an earlier call
--       | 0: its books are done, the catch stands

-- include feed
-- include outbox
-- include record

local cats, left, expiry, catchers, feed, outbox, open = unpack(KEYS)
local cat, player, attempt, entry, reason, now = unpack(ARGV)

local record = recall(catchers, player)
local known = record.won and record.won.entry == entry
-- An entry that is gone is finished, or was undone before. (It can also outlive what is known of
-- its catcher; then its place is long gone, too.)
if not leave(outbox, open, entry) then return known and 0 or 1 end
if known then
  record.won = nil
  table.insert(record.undone, { attempt = attempt, entry = entry, reason = reason })
  remember(catchers, player, record)
end

local expires = tonumber(redis.call('ZSCORE', expiry, cat) or 0)
if expires > tonumber(now) then
  local remaining = redis.call('HINCRBY', left, cat, 1)
  if remaining == 1 then announce(feed, 'appear', cat, 1, redis.call('HGET', cats, cat)) end
end
return 1
