local prefix, id, presented = ARGV[1], ARGV[2], ARGV[3]
local session = read(prefix .. 'session:' .. id)
if not session or session.secret == presented then
	return 0
end
remove(prefix, id, session)
return 1
