-- Give a lease back.
-- KEYS[1] lease (string)  ARGV[1] keeper
-- returns 1

if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
