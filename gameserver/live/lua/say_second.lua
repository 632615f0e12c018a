-- Say what a process counted in a second; add it to the totals, where there are any.
-- KEYS[1] second (hash)  KEYS[2] totals (hash)  KEYS[3] watched (string)
-- ARGV[1] process  ARGV[2] packed counts  ARGV[3] catches  ARGV[4] coupons
-- ARGV[5] 1 where somebody watches this process
-- returns {is it watched anywhere, catches in all or nil, coupons in all or nil}

local second, totals, watched = unpack(KEYS)
local process, counted = ARGV[1], ARGV[2]
local is_new = redis.call('HSETNX', second, process, counted) == 1
redis.call('PEXPIRE', second, SECOND_MS)
if redis.call('EXISTS', totals) == 1 then
    if is_new then
        redis.call('HINCRBY', totals, 'catches', ARGV[3])
        redis.call('HINCRBY', totals, 'coupons', ARGV[4])
    end
    redis.call('PEXPIRE', totals, TOTALS_MS)
end
if ARGV[5] == '1' then redis.call('SET', watched, '1', 'PX', WATCHED_MS) end
local known = redis.call('HMGET', totals, 'catches', 'coupons')
return {redis.call('EXISTS', watched), known[1], known[2]}
