local prefix, id, now = ARGV[1], ARGV[2], ARGV[3]
local session = read(prefix .. 'session:' .. id)
if not session or session.over <= now then
	return {}
end
return session.all
