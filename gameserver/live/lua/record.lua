-- What is known of one player and one cat: `won` {attempt, entry, left, claim}, if the player has
-- a claim, and `undone`, the last few attempts {attempt, entry, reason} whose claim was undone.
-- Where nothing was ever undone it is kept as "<entry> <left> <packed claim>", else packed whole.
local UNDONE_KEPT = 8

local function recall(kept, attempt_at)
  if not kept then return { undone = {} } end
  local entry, left, claim = string.match(kept, '^(%d+%-%d+) (%d+) (.*)$')
  if not entry then return cmsgpack.unpack(kept) end
  local attempt = cmsgpack.unpack(claim)[attempt_at]
  local won = { attempt = attempt, entry = entry, left = tonumber(left), claim = claim }
  return { won = won, undone = {} }
end

local function record_of(record)
  local won, undone = record.won, record.undone
  if won and #undone == 0 then return won.entry .. ' ' .. won.left .. ' ' .. won.claim end
  while #undone > UNDONE_KEPT do table.remove(undone, 1) end
  return cmsgpack.pack(record)
end
