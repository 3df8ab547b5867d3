local prefix, now, limit = ARGV[1], ARGV[2], ARGV[3]
local pruned = 0
for _, entry in ipairs(due(prefix .. 'ends', now, limit)) do
	local nul = string.find(entry, '\0', 21, true)
	local id, user = string.sub(entry, 21, nul - 1), string.sub(entry, nul + 1)
	local session = read(prefix .. 'session:' .. id)
	if session and ending(session.over, id, session.user) == entry then
		remove(prefix, id, session)
	else
		-- The server has let the session expire, and another may be new under its name.
		redis.call('ZREM', prefix .. 'ends', entry)
		if not session or session.user ~= user then
			redis.call('SREM', prefix .. 'user:' .. user, id)
		end
	end
	pruned = pruned + 1
end
return pruned
