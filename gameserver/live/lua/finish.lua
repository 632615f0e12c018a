-- Take entries whose books are done out of the outbox.
-- KEYS[1] outbox (stream)  KEYS[2] open (hash)  ARGV entries
-- returns 1

-- include outbox

for _, entry in ipairs(ARGV) do leave(KEYS[1], KEYS[2], entry) end
return 1
