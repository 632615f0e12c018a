-- Leave a player's footprints, and say who else left the same ones. A footprint keeps the first
-- few players who left it, each with the time; full hashes take no more.
-- KEYS[1] steps of this half-day (hash)  KEYS[2] steps of the one before (hash)
-- ARGV[1] player  ARGV[2] ttl_ms of this half-day  ARGV[3] again_ms  ARGV[4] claimants of one
-- ARGV[5] most footprints  ARGV[6...] footprint, weight, walked_ms, and so on
-- returns {player, weight, apart_ms, ...}: who else, of what weight, and how much later at the nearest

local player, again = ARGV[1], tonumber(ARGV[3])
local weights, nearest, order = {}, {}, {}

local function compare(claims, weight, walked)
  local mine = false
  for _, claim in ipairs(claims) do
    local other, apart = claim[1], claim[2] - walked
    if other == player then mine = true end
    if other ~= player or math.abs(apart) > again then
      if not weights[other] then
        weights[other], nearest[other] = 0, apart
        table.insert(order, other)
      end
      weights[other] = weights[other] + weight
      if math.abs(apart) < math.abs(nearest[other]) then nearest[other] = apart end
    end
  end
  return mine
end

for at = 6, #ARGV, 3 do
  local weight, walked = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local old = redis.call('HGET', KEYS[2], ARGV[at])
  local mine = old and compare(cmsgpack.unpack(old), weight, walked)
  local packed = redis.call('HGET', KEYS[1], ARGV[at])
  local claims = packed and cmsgpack.unpack(packed) or {}
  mine = compare(claims, weight, walked) or mine
  local is_room = packed or redis.call('HLEN', KEYS[1]) < tonumber(ARGV[5])
  if not mine and is_room and #claims < tonumber(ARGV[4]) then
    table.insert(claims, { player, walked })
    redis.call('HSET', KEYS[1], ARGV[at], cmsgpack.pack(claims))
  end
end
if redis.call('PTTL', KEYS[1]) == -1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
local found = {}
for _, other in ipairs(order) do
  table.insert(found, other)
  table.insert(found, weights[other])
  table.insert(found, nearest[other])
end
return found
