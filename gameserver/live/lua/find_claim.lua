-- The claim that a player has on a cat.
-- KEYS[1] catchers of the cat (hash)  ARGV[1] player
-- returns packed claim | nil

-- include record

local won = recall(KEYS[1], ARGV[1]).won
return won and won.claim
