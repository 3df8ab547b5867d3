local prefix, id, now, ttl, old, next, expires = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local key = prefix .. 'session:' .. id
local session = read(key)
if not session or session.over <= now then
	return { 'not found' }
end
if session.secret ~= old then
	return { 'stale', unpack(session.all) }
end
redis.call('HINCRBY', key, 'generation', 1)
redis.call('HSET', key, 'secret', next, 'rotated', now, 'expires', expires, 'ip', ARGV[8], 'agent', ARGV[9], 'origin', ARGV[10])
redis.call('PEXPIRE', key, ttl)
reindex(prefix .. 'ends', ending(session.over, id, session.user), ending(over(expires, session.ends), id, session.user))
keep(prefix .. 'user:' .. session.user, ttl)
keep(prefix .. 'ends', ttl)
return { 'rotated' }
