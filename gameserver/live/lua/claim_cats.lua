-- Claim catches of the cats of one region for players, each as if it came alone.
-- KEYS[1] left (hash)  KEYS[2] expiry (zset)  KEYS[3] feed (stream)  KEYS[4] outbox (stream)
-- then catchers (hashes)
-- ARGV[1] now_ms  ARGV[2] where in a packed claim its attempt is, counted from 1, then for each key
-- of catchers: how many claims belong there, and for each claim: cat, its field, packed claim
-- returns for each claim, in that order
--   "<entry> <left>": this attempt has it, and the same again each time it is sent
--   | {"already", packed claim, entry, 1 if the entry is finished}: another attempt has it
--   | {"undone", reason}: this attempt had it, but the claim was undone
--   | 0: nobody can have it (any more)

-- include life
-- include outbox
-- include record

local left, expiry, feed, outbox = unpack(KEYS)
local now, attempt_at = tonumber(ARGV[1]), tonumber(ARGV[2])
local FIRST = 5

-- To ask when each cat is due costs as much as to take it. It need not be known where none of the
-- region's is due yet, and none is due later than those for whom the catchers live long enough.
local is_known = redis.call('ZCOUNT', expiry, '-inf', now) == 0
local cats, fields, claims, kept, ends = {}, {}, {}, {}, {}
local count, i = 0, 3
for k = FIRST, #KEYS do
  local before = count
  for _ = 1, tonumber(ARGV[i]) do
    count = count + 1
    cats[count], fields[count], claims[count] = ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
    i = i + 3
  end
  i, ends[k] = i + 1, count
  local found = redis.call('HMGET', KEYS[k], unpack(fields, before + 1, count))
  for n = before + 1, count do kept[fields[n]] = found[n - before] end
  local until_ms = now + redis.call('PTTL', KEYS[k]) - CATCHERS_MS
  is_known = is_known and redis.call('ZCOUNT', expiry, '(' .. until_ms, '+inf') == 0
end
local dues, lefts = is_known and {} or redis.call('ZMSCORE', expiry, unpack(cats)), {}
for n, remaining in ipairs(redis.call('HMGET', left, unpack(cats))) do
  lefts[cats[n]] = tonumber(remaining or 0)
end

-- What this attempt hears where something is known of the player and the cat; nil: it may try.
local function known(record, attempt)
  for _, undone in ipairs(record.undone) do
    if undone.attempt == attempt then return { 'undone', undone.reason } end
  end
  local won = record.won
  if not won then return nil end
  if won.attempt == attempt then return won.entry .. ' ' .. won.left end
  local waiting = #redis.call('XRANGE', outbox, won.entry, won.entry)
  return { 'already', won.claim, won.entry, 1 - waiting }
end

local answers, counts, vanished, entered, n = {}, {}, {}, 0, 0
for k = FIRST, #KEYS do
  local values, written, until_ms = {}, 0, 0
  while n < ends[k] do
    n = n + 1
    local cat, field, claim = cats[n], fields[n], claims[n]
    local remaining, due = lefts[cat], tonumber(dues[n] or 0)
    local record, attempt, answer
    if kept[field] then
      record, attempt = recall(kept[field], attempt_at), cmsgpack.unpack(claim)[attempt_at]
      answer = known(record, attempt)
    end
    if not answer and remaining > 0 and (is_known or due > now) then
      remaining = remaining - 1
      lefts[cat] = remaining
      local text = remaining == 0 and '0' or tostring(remaining)
      local entry = enter(outbox, 'claim', cat, ARGV[1], claim)
      answer = entry .. ' ' .. text
      if record then
        record.won = { attempt = attempt, entry = entry, left = remaining, claim = claim }
      end
      kept[field] = record and record_of(record) or answer .. ' ' .. claim
      values[written + 1], values[written + 2] = field, kept[field]
      written = written + 2
      counts[2 * entered + 1], counts[2 * entered + 2] = cat, text
      entered = entered + 1
      if not is_known then until_ms = math.max(until_ms, due) end
      if remaining == 0 then vanished[#vanished + 1] = cat end
    end
    answers[n] = answer or 0
  end
  if written > 0 then
    redis.call('HSET', KEYS[k], unpack(values))
    if not is_known then keep(KEYS[k], until_ms - now + CATCHERS_MS) end
  end
end

if entered > 0 then
  redis.call('HSET', left, unpack(counts))
  redis.call('PERSIST', outbox)
end
if #vanished > 0 then
  -- The event before is not named: to look it up would cost as much as a catch, and whoever has
  -- read that one still finds it there, for nothing is let go of here.
  redis.call('XADD', feed, '*', 'prev', '', 'kind', 'vanish', 'cat', vanished[1], 'left', '0',
    'body', table.concat(vanished, ' ', 2))
  keep(feed, FEED_MS)
end
return answers
