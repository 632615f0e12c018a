-- Say that a keeper is alive, and forget those that did not say so in time.
-- KEYS[1] keepers (zset)  ARGV[1] keeper  ARGV[2] now_ms  ARGV[3] ttl_ms
-- returns the keepers that are alive

local now, ttl = tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZADD', KEYS[1], 'GT', now + ttl, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('PTTL', KEYS[1]) < ttl then redis.call('PEXPIRE', KEYS[1], ttl) end
return redis.call('ZRANGE', KEYS[1], 0, -1)
