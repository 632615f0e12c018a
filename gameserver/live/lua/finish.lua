-- Take entries whose books are done out of the outbox.
-- KEYS[1] outbox (stream)  ARGV entries
-- returns 1

-- include outbox

leave(KEYS[1], unpack(ARGV))
return 1
