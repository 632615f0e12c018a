-- Stay the keeper of a region.
-- KEYS[1] lease (string)  ARGV[1] keeper  ARGV[2] ttl_ms
-- returns 1 | 0: the lease has run out or is another's

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
