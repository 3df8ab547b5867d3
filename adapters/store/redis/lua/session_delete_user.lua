local prefix, user, except = ARGV[1], ARGV[2], ARGV[3]
for _, id in ipairs(redis.call('SMEMBERS', prefix .. 'user:' .. user)) do
	if id ~= except then
		local session = read(prefix .. 'session:' .. id)
		if session then
			remove(prefix, id, session)
		else
			redis.call('SREM', prefix .. 'user:' .. user, id)
		end
	end
end
return 0
