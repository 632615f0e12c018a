-- Say that a player is at a spot, and hear how many others were there lately.
-- KEYS[1] spot (zset)  ARGV[1] player  ARGV[2] now_ms  ARGV[3] since_ms  ARGV[4] most of one spot
-- ARGV[5] ttl_ms
-- returns how many others

redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[3])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[4]))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return redis.call('ZCARD', KEYS[1]) - 1
