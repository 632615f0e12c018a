-- Add an event to a region's feed and let go of what is older than FEED_AGE_MS.
-- Each event names the one before it: who read another one last has missed something. Returns the
-- event's id.
local function announce(feed, kind, cat, left, body)
  local last = redis.call('XREVRANGE', feed, '+', '-', 'COUNT', 1)[1]
  local id = redis.call('XADD', feed, '*', 'prev', last and last[1] or '0-0',
    'kind', kind, 'cat', cat, 'left', left, 'body', body)
  redis.call('XTRIM', feed, 'MINID', '~', string.match(id, '^%d+') - FEED_AGE_MS)
  redis.call('PEXPIRE', feed, FEED_MS)
  return id
end
