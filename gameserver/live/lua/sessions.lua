-- A player's sessions: field `live` is the one that is live, if any; `log` packs the last few that
-- were opened, each {ref, ref of the one it replaced or ''}, the newest last.
local LOG_KEPT = 8

local function opened(key)
  local packed = redis.call('HGET', key, 'log')
  return packed and cmsgpack.unpack(packed) or {}
end

local function take_over(key, log, ref, replaced, ttl)
  table.insert(log, { ref, replaced })
  while #log > LOG_KEPT do table.remove(log, 1) end
  redis.call('HSET', key, 'live', ref, 'log', cmsgpack.pack(log))
  redis.call('PEXPIRE', key, ttl)
end
