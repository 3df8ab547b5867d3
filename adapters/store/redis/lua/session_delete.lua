local prefix, id = ARGV[1], ARGV[2]
local session = read(prefix .. 'session:' .. id)
if session then
	remove(prefix, id, session)
end
return 0
