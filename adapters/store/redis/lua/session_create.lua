local prefix, id, ttl = ARGV[1], ARGV[2], ARGV[3]
local key = prefix .. 'session:' .. id
if redis.call('EXISTS', key) == 1 then
	return 0
end
local values = {}
for i, field in ipairs(fields) do
	values[2 * i - 1], values[2 * i] = field, ARGV[3 + i]
end
redis.call('HSET', key, unpack(values))
redis.call('PEXPIRE', key, ttl)
local session = read(key)
redis.call('SADD', prefix .. 'user:' .. session.user, id)
keep(prefix .. 'user:' .. session.user, ttl)
reindex(prefix .. 'ends', false, ending(session.over, id, session.user))
keep(prefix .. 'ends', ttl)
return 1
