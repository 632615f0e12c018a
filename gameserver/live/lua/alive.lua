-- Which cats are on the street, or have an entry in the outbox.
-- KEYS[1] cats (hash)  KEYS[2] open (hash)  ARGV ids of cats
-- returns one 1 or 0 for each

local answer = {}
for i, cat in ipairs(ARGV) do
  answer[i] = math.max(redis.call('HEXISTS', KEYS[1], cat), redis.call('HEXISTS', KEYS[2], cat))
end
return answer
