-- Take the only turn that there is in a while.
-- KEYS[1] turn (string)  ARGV[1] nonce  ARGV[2] every_ms
-- returns 1 where the turn is the caller's, else 0

if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
