-- End a session, if it is still the player's live one. The log stays for its time to live.
-- KEYS[1] session (hash)  ARGV[1] packed ref
-- returns 1

if redis.call('HGET', KEYS[1], 'live') == ARGV[1] then redis.call('HDEL', KEYS[1], 'live') end
return 1
