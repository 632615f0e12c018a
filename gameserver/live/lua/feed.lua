-- Add an event to a region's feed and let go of what is older than FEED_AGE_MS.
-- Each event names the one before it: who read another one last has missed something. What is old
-- is told by that one's time, for the clocks of callers may differ. Returns the event's id.
local function announce(feed, kind, cat, left, body)
  local last = redis.call('XREVRANGE', feed, '+', '-', 'COUNT', 1)[1]
  local prev = last and last[1] or '0-0'
  local old = math.max(string.match(prev, '^%d+') - FEED_AGE_MS, 0)
  local id = redis.call('XADD', feed, 'MINID', '~', old, '*',
    'prev', prev, 'kind', kind, 'cat', cat, 'left', left, 'body', body)
  keep(feed, FEED_MS)
  return id
end
