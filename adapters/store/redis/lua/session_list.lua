local prefix, user, now, limit = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local live = {}
for _, id in ipairs(redis.call('SMEMBERS', prefix .. 'user:' .. user)) do
	local session = read(prefix .. 'session:' .. id)
	if session and session.over > now then
		session.id, session.created = id, session.all[6]
		table.insert(live, session)
	end
end
-- The newest first. Lua compares text byte by byte, since Redis runs it in the locale "C".
table.sort(live, function(a, b)
	if a.created ~= b.created then
		return a.created > b.created
	end
	return a.id < b.id
end)
local answer = {}
for i = 1, math.min(limit, #live) do
	table.insert(answer, live[i].id)
	for _, value in ipairs(live[i].all) do
		table.insert(answer, value)
	end
end
return answer
