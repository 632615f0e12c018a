-- Leave a player's footprints, and say who else left the same ones. A footprint keeps the first
-- few players who left it, each with the time. Where a hash is full, it takes the place of the one
-- before, and a new one is begun: what is forgotten is always the oldest.
-- KEYS[1] steps of this half-day (hash)  KEYS[2] steps before these (hash)
-- ARGV[1] player  ARGV[2] ttl_ms of this half-day  ARGV[3] again_ms  ARGV[4] claimants of one
-- ARGV[5] most footprints of a hash  ARGV[6...] footprint, weight, walked_ms, and so on
-- returns {player, weight, apart_ms, ...}: who else, of what weight, and how much later at the nearest

local player, again, most = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[5])

local prints = {}
for at = 6, #ARGV, 3 do
  table.insert(prints, ARGV[at])
end

local function claims_in(key)
  local found = redis.call('HMGET', key, unpack(prints))
  local claims = {}
  for i = 1, #prints do
    claims[i] = found[i] and cmsgpack.unpack(found[i])
  end
  return claims
end

local function is_mine(claims)
  for _, claim in ipairs(claims or {}) do
    if claim[1] == player then return true end
  end
  return false
end

local now, before = claims_in(KEYS[1]), claims_in(KEYS[2])

local is_new = false
for i = 1, #prints do
  is_new = is_new or not (now[i] or is_mine(before[i]))
end
if is_new and redis.call('HLEN', KEYS[1]) >= most then
  redis.call('RENAME', KEYS[1], KEYS[2])
  now, before = {}, now
end

local weights, nearest, order = {}, {}, {}

local function compare(claims, weight, walked)
  for _, claim in ipairs(claims or {}) do
    local other, apart = claim[1], claim[2] - walked
    if other ~= player or math.abs(apart) > again then
      if not weights[other] then
        weights[other], nearest[other] = 0, apart
        table.insert(order, other)
      end
      weights[other] = weights[other] + weight
      if math.abs(apart) < math.abs(nearest[other]) then nearest[other] = apart end
    end
  end
end

for i, print in ipairs(prints) do
  local weight, walked = tonumber(ARGV[3 * i + 4]), tonumber(ARGV[3 * i + 5])
  compare(before[i], weight, walked)
  compare(now[i], weight, walked)
  local claims = now[i] or {}
  if not (is_mine(before[i]) or is_mine(claims)) and #claims < tonumber(ARGV[4]) then
    table.insert(claims, { player, walked })
    redis.call('HSET', KEYS[1], print, cmsgpack.pack(claims))
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
