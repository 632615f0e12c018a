-- Take the only turn that there is in a while.
-- KEYS[1] turn (string)  ARGV[1] nonce  ARGV[2] every_ms
-- returns 0 where the turn is the caller's, else in how many milliseconds to ask again

if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
if redis.call('GET', KEYS[1]) == ARGV[1] then return 0 end
return math.max(1, redis.call('PTTL', KEYS[1]))
