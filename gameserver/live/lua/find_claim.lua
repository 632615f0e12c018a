-- The claim that a player has on a cat. What the release before kept of it is taken over, so that
-- an attempt that is found can be claimed again.
-- KEYS[1] catchers (hash)  KEYS[2] what the release before kept of the cat (hash)
-- ARGV[1] cat  ARGV[2] player  ARGV[3] where in a packed claim its attempt is, counted from 1
-- returns packed claim | nil

-- include life
-- include former
-- include record

local catchers, former = unpack(KEYS)
local cat, player, attempt_at = ARGV[1], ARGV[2], tonumber(ARGV[3])

local won = recall(take_over(catchers, cat .. '\0' .. player, former, player), attempt_at).won
return won and won.claim
