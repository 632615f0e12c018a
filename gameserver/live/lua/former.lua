-- What is kept of a player and a cat, taken over from where the release before kept it, if need be:
-- a key of each cat's own, by player.
local function take_over(catchers, field, former, player)
  local kept = redis.call('HGET', catchers, field)
  if kept then return kept end
  kept = redis.call('HGET', former, player)
  if kept then
    redis.call('HSET', catchers, field, kept)
    keep(catchers, redis.call('PTTL', former))
  end
  return kept
end
