local prefix, now, limit = ARGV[1], ARGV[2], ARGV[3]
local pruned = 0
for _, entry in ipairs(due(prefix .. 'limits', now, limit)) do
	local key = string.sub(entry, 21)
	-- The entry of a bucket that the server has let expire is all that is left of it.
	if redis.call('GET', prefix .. 'limit:' .. key) == string.sub(entry, 1, 20) then
		redis.call('DEL', prefix .. 'limit:' .. key)
	end
	redis.call('ZREM', prefix .. 'limits', entry)
	pruned = pruned + 1
end
return pruned
