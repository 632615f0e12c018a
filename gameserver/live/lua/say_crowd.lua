-- Say how many players a process sees at stores of a region, and hear what all of them see.
-- KEYS[1] crowd (hash)  ARGV[1] process  ARGV[2] packed counts  ARGV[3] ttl_ms
-- returns the packed counts of all processes

redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return redis.call('HVALS', KEYS[1])
