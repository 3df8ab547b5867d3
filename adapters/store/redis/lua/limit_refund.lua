local prefix, key, now, every = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local full = redis.call('GET', prefix .. 'limit:' .. key)
if full and full > now then
	move(prefix, key, full, earlier(full, every), 'KEEPTTL')
end
return 0
