-- Put an entry into the outbox, where it stays until the books are done; returns its id.
-- `at` is the caller's clock. PERSIST is to follow once all are in: an empty outbox does not last.
local function enter(outbox, kind, cat, at, body)
  return redis.call('XADD', outbox, '*', 'kind', kind, 'cat', cat, 'at', at, 'body', body)
end

-- Take entries out. Returns how many were there. An empty outbox stays for a while, so that no id
-- of an entry is given twice.
local function leave(outbox, ...)
  local found = redis.call('XDEL', outbox, ...)
  if found > 0 and redis.call('XLEN', outbox) == 0 then
    redis.call('PEXPIRE', outbox, OUTBOX_MS)
  end
  return found
end
