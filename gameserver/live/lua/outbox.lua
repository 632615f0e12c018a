-- Put an entry into the outbox, where it stays until the books are done.
-- `at` is the caller's clock; what only one kind of entry has is left empty in the other.
local function enter(outbox, open, kind, cat, at, body)
  local entry = redis.call('XADD', outbox, '*', 'kind', kind, 'cat', cat, 'at', at, 'body', body)
  redis.call('PERSIST', outbox)
  redis.call('HINCRBY', open, cat, 1)
  return entry
end

-- Take an entry out. Returns whether it was there.
local function leave(outbox, open, entry)
  local found = redis.call('XRANGE', outbox, entry, entry)[1]
  if not found then return false end
  local cat = found[2][4]
  redis.call('XDEL', outbox, entry)
  if redis.call('HINCRBY', open, cat, -1) <= 0 then redis.call('HDEL', open, cat) end
  if redis.call('XLEN', outbox) == 0 then redis.call('PEXPIRE', outbox, OUTBOX_MS) end
  return true
end
