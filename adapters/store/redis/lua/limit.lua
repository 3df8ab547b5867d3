-- A bucket is a string at PREFIX limit:KEY, the time at which it will be full again. For
-- Prune goes with it the sorted set at PREFIX limits of TIME KEY.

-- digits writes a time from its two halves of ten digits. What one half has too much or too
-- little goes to the other.
local function digits(high, low)
	if low >= 1e10 then
		high, low = high + 1, low - 1e10
	elseif low < 0 then
		high, low = high - 1, low + 1e10
	end
	return string.format('%010.0f%010.0f', high, low)
end

local function high(time)
	return tonumber(string.sub(time, 1, 10))
end

local function low(time)
	return tonumber(string.sub(time, 11))
end

local function later(time, span)
	return digits(high(time) + high(span), low(time) + low(span))
end

local function earlier(time, span)
	return digits(high(time) - high(span), low(time) - low(span))
end

-- move lets a bucket be full again at another time than before, which is false for a new
-- one. The rest says how long the server keeps it, as SET has it.
local function move(prefix, key, before, after, ...)
	redis.call('SET', prefix .. 'limit:' .. key, after, ...)
	reindex(prefix .. 'limits', before and before .. key, after .. key)
end
