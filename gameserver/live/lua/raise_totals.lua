-- Raise the totals to what is known of them otherwise; they never fall.
-- KEYS[1] totals (hash)  ARGV[1] catches  ARGV[2] coupons
-- returns {catches in all, coupons in all}

local function raise(name, least)
    local known = tonumber(redis.call('HGET', KEYS[1], name) or '0')
    if known < least then known = least end
    redis.call('HSET', KEYS[1], name, string.format('%d', known))
    return known
end

local answer = {raise('catches', tonumber(ARGV[1])), raise('coupons', tonumber(ARGV[2]))}
redis.call('PEXPIRE', KEYS[1], TOTALS_MS)
return answer
