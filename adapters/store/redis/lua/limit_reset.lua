local prefix, key = ARGV[1], ARGV[2]
local full = redis.call('GET', prefix .. 'limit:' .. key)
if full then
	redis.call('DEL', prefix .. 'limit:' .. key)
	redis.call('ZREM', prefix .. 'limits', full .. key)
end
return 0
