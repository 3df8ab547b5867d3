-- Times are 20 decimal digits, which sort as text like the times they stand for: a number of
-- Lua counts microseconds exactly in 285 years around 1970 only.

-- keep lets the index at key last for ttl milliseconds at least. Each entry asks for as long
-- as its record lasts, so that with the last record the index vanishes, too.
local function keep(key, ttl)
	if redis.call('PTTL', key) < tonumber(ttl) then
		redis.call('PEXPIRE', key, ttl)
	end
end

-- reindex puts after in the place of before, which is false where nothing was. The index is
-- never empty meanwhile, since an empty one is gone, and with it how long it lasts.
local function reindex(key, before, after)
	redis.call('ZADD', key, 0, after)
	if before and before ~= after then
		redis.call('ZREM', key, before)
	end
end

-- due returns up to limit of the entries at key whose time is not after now. Entries begin
-- with their time; no byte of UTF-8 is 255.
local function due(key, now, limit)
	return redis.call('ZRANGE', key, '-', '[' .. now .. '\255', 'BYLEX', 'LIMIT', 0, limit)
end
