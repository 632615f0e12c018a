-- Where a region's feed stands. Where there is none it is begun, with an event that says nothing:
-- so who follows it from here can tell whether it is still the same one.
-- KEYS[1] feed (stream)
-- ARGV none
-- returns the id of the last event

-- include life
-- include feed

local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
return last and last[1] or announce(KEYS[1], 'begin', '', 0, '')
