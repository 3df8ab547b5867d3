-- A session is a hash at PREFIX session:ID. Two indexes go with it: the set of the user's
-- session IDs at PREFIX user:USER, and for Prune the sorted set at PREFIX ends of TIME ID NUL
-- USER, where TIME is when the session is no longer live.

local fields = {
	'user', 'mode', 'epoch', 'generation', 'secret', 'created', 'rotated', 'expires', 'ends', 'ip', 'agent', 'origin',
}

-- over returns when a session is no longer live.
local function over(expires, ends)
	return expires < ends and expires or ends
end

-- ending returns the entry of a session in ends. It has the user in it, for whom it is taken
-- from the other index when the server has let the session expire. No key has a NUL in it.
local function ending(over, id, user)
	return over .. id .. '\0' .. user
end

-- read returns the session's user, when it is over and when it ends at the latest, its secret and
-- all its fields, or nil.
local function read(key)
	local all = redis.call('HMGET', key, unpack(fields))
	if not all[1] then
		return nil
	end
	return { user = all[1], over = over(all[8], all[9]), ends = all[9], secret = all[5], all = all }
end

-- remove deletes a session that has been read.
local function remove(prefix, id, session)
	redis.call('DEL', prefix .. 'session:' .. id)
	redis.call('SREM', prefix .. 'user:' .. session.user, id)
	redis.call('ZREM', prefix .. 'ends', ending(session.over, id, session.user))
end
