local prefix, id, now, ttl, old, next = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local key = prefix .. 'session:' .. id
local before = read(key)
if not before or before.over <= now then
	return { 'not found' }
end
if before.secret ~= old then
	return { 'stale', unpack(before.all) }
end
redis.call('HINCRBY', key, 'generation', 1)
redis.call('HSET', key, 'secret', next, 'rotated', now, 'expires', ARGV[7], 'ip', ARGV[8], 'agent', ARGV[9], 'origin', ARGV[10])
redis.call('PEXPIRE', key, ttl)
local after = read(key)
reindex(prefix .. 'ends', before.over .. id, after.over .. id)
keep(prefix .. 'user:' .. after.user, ttl)
keep(prefix .. 'ends', ttl)
return { 'rotated', unpack(after.all) }
