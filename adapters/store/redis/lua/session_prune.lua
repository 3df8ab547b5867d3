local prefix, now, limit = ARGV[1], ARGV[2], ARGV[3]
local pruned = 0
for _, entry in ipairs(due(prefix .. 'ends', now, limit)) do
	local id = string.sub(entry, 21)
	local session = read(prefix .. 'session:' .. id)
	-- The entry of a session that the server has let expire is all that is left of it.
	if session and session.over .. id == entry then
		remove(prefix, id, session)
	else
		redis.call('ZREM', prefix .. 'ends', entry)
	end
	pruned = pruned + 1
end
return pruned
