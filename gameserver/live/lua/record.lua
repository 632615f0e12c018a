-- What is known of one player and one cat: `won` {attempt, entry, left, claim}, if the player has
-- a claim, and `undone`, the last few attempts {attempt, entry, reason} whose claim was undone.
local UNDONE_KEPT = 8

local function recall(catchers, player)
  local packed = redis.call('HGET', catchers, player)
  return packed and cmsgpack.unpack(packed) or { undone = {} }
end

local function remember(catchers, player, record)
  while #record.undone > UNDONE_KEPT do table.remove(record.undone, 1) end
  redis.call('HSET', catchers, player, cmsgpack.pack(record))
end
