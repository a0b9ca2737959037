-- One heartbeat of a process of the service: extends its lease, and tells how the others are. Time is this server's.
--
-- KEYS[1]   the processes, a sorted set: member node id, score when its lease ends, in ms
-- ARGV      node id · length of its lease in ms · processes that records speak of and that may not be known any more:
--           they get a lease, so that it can run out
-- Returns   1 when the lease was still held, 0 when it was not (any more) · now, in ms · when the next lease of another
--           process ends, '' when there is none · the processes whose leases have ended, at most 16

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local mine = redis.call('ZSCORE', KEYS[1], ARGV[1])
local held = (mine and tonumber(mine) > now) and 1 or 0
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
for i = 3, #ARGV do
  redis.call('ZADD', KEYS[1], 'NX', now + tonumber(ARGV[2]), ARGV[i])
end

local result = { held, now, '' }
for _, node in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 16)) do
  result[#result + 1] = node
end
local others = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf', 'WITHSCORES', 'LIMIT', 0, 2)
for i = 1, #others, 2 do
  if others[i] ~= ARGV[1] and result[3] == '' then
    result[3] = others[i + 1]
  end
end
return result
