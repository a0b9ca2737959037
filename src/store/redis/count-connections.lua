-- Says how many connections of a site one process has, and counts those of all. Time is this server's.
--
-- KEYS[1]   the site's connections, a hash: node id -> '<count> <said at> <counts until>', both in ms
-- ARGV      node id · its connections · how long they count unless said again, in ms
-- Returns   the sum · how long ago, in ms, the process that was heard of least recently said its number

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if ARGV[2] == '0' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%s %.0f %.0f', ARGV[2], now, now + tonumber(ARGV[3])))
end

local sum, age, last = 0, 0, now
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local count, said, ends = string.match(all[i + 1], '(%d+) (%d+) (%d+)')
  if tonumber(ends) <= now then
    redis.call('HDEL', KEYS[1], all[i])
  else
    sum = sum + tonumber(count)
    age = math.max(age, now - tonumber(said))
    last = math.max(last, tonumber(ends))
  end
end
-- A service that is gone as a whole leaves nothing behind.
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last))
return { sum, age }
