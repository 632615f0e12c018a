-- Put a message into a process's inbox, once for each nonce.
-- KEYS[1] inbox (stream)  KEYS[2] told (string)
-- ARGV[1] packed message  ARGV[2] how many messages are kept, about
-- returns 1

if redis.call('SET', KEYS[2], 1, 'PX', TOLD_MS, 'NX') then
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'message', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], INBOX_MS)
end
return 1
