local prefix, key, now, latest, every, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local full = redis.call('GET', prefix .. 'limit:' .. key)
if full and full > latest then
	return full
end
local from = now
if full and full > now then
	from = full
end
move(prefix, key, full, later(from, every), 'PX', ttl)
keep(prefix .. 'limits', ttl)
return ''
