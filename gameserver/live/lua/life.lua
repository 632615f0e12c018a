-- Let a key live for at least `ttl` ms from now. What it lives beyond that saves asking again soon.
local SLACK_MS = 600000
local function keep(key, ttl)
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl + SLACK_MS) end
end
