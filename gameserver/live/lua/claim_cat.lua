-- Claim one catch of a cat for one player.
-- KEYS[1] left (hash)  KEYS[2] expiry (zset)  KEYS[3] catchers of the cat (hash)
-- KEYS[4] feed (stream)  KEYS[5] outbox (stream)  KEYS[6] open (hash)
-- ARGV[1] cat  ARGV[2] player  ARGV[3] attempt  ARGV[4] now_ms  ARGV[5] packed claim
-- returns {"won", left, entry}: this attempt has it, and the same again each time it is sent
--       | {"already", packed claim, entry, 1 if the entry is finished}: another attempt has it
--       | {"undone", reason}: this attempt had it, but the claim was undone
--       | {"gone"}: nobody can have it (any more)

-- include feed
-- include outbox
-- include record

local left, expiry, catchers, feed, outbox, open = unpack(KEYS)
local cat, player, attempt, now, claim = unpack(ARGV)

local record = recall(catchers, player)
for _, undone in ipairs(record.undone) do
  if undone.attempt == attempt then return { 'undone', undone.reason } end
end
local won = record.won
if won then
  if won.attempt == attempt then return { 'won', won.left, won.entry } end
  local waiting = #redis.call('XRANGE', outbox, won.entry, won.entry)
  return { 'already', won.claim, won.entry, 1 - waiting }
end

local expires = tonumber(redis.call('ZSCORE', expiry, cat) or 0)
local remaining = tonumber(redis.call('HGET', left, cat) or 0)
if expires <= tonumber(now) or remaining < 1 then return { 'gone' } end

remaining = redis.call('HINCRBY', left, cat, -1)
local entry = enter(outbox, open, 'claim', cat, now, claim)
record.won = { attempt = attempt, entry = entry, left = remaining, claim = claim }
remember(catchers, player, record)
redis.call('PEXPIRE', catchers, expires - now + CATCHERS_MS)
if remaining == 0 then announce(feed, 'vanish', cat, 0, '') end
return { 'won', remaining, entry }
