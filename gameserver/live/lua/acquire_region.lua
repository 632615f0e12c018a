-- Become the keeper of a region that has none, or stay it.
-- KEYS[1] lease (string)  ARGV[1] keeper  ARGV[2] ttl_ms
-- returns 1 | 0: another has it

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
