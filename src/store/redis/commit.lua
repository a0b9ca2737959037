-- Commits changed records of people, each only if it is still the version that the change was made from. One that
-- somebody else changed meanwhile is left alone and handed back, so that the caller can change that instead.
-- On a cluster all keys of one call are of one shard, and so in one slot.
--
-- KEYS      per commit: the record · its shard's deadlines · the set of people of its site who are online · as many
--           sets as ARGV says that the person joins (of a node that holds a session of theirs, of a room they are in)
--           · as many that they leave
-- ARGV[1]   'PUBLISH' or 'SPUBLISH'
-- ARGV[2..] per commit, ten and more: member (the person) · version it was made from · record as JSON · deadline in
--           ms, '' for none, '=' for the one it had · '+user' when others see the person as not OFFLINE and did not
--           before, '-user' the other way round, '' when it is as it was · channel · number of sets to join · number of
--           sets to leave · '<version>:<from>' as it had before Redis lost it, '' for a change · number of rooms it
--           changes · for each of those its channel and its key
-- Returns   per commit: its new version as a string, or in a table the record that stands instead, '' for none
--
-- Versions are max(previous + 1, this server's clock in microseconds), so that they also grow over a failover that
-- lost writes. They stay below 2^53, which Lua's numbers hold exactly, until the year 2255.

local time = redis.call('TIME')
local clock = tonumber(time[1]) * 1000000 + tonumber(time[2])
local results = {}
local k, a = 1, 2

while a <= #ARGV do
  local member, from, json, deadline = ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3]
  local seen, channel = ARGV[a + 4], ARGV[a + 5]
  local joins, leaves, restored = tonumber(ARGV[a + 6]), tonumber(ARGV[a + 7]), ARGV[a + 8]
  local rooms = tonumber(ARGV[a + 9])
  local record, deadlines, online = KEYS[k], KEYS[k + 1], KEYS[k + 2]

  local stored = redis.call('GET', record)
  local version = stored and string.match(stored, '^%d+') or '0'

  if version ~= from then
    results[#results + 1] = { stored or '' }
  else
    local stamp = restored
    if stamp == '' then
      stamp = string.format('%.0f', math.max(tonumber(version) + 1, clock)) .. ':' .. version
    end
    local new = string.match(stamp, '^%d+')
    redis.call('SET', record, stamp .. '|' .. json)
    if deadline == '' then
      redis.call('ZREM', deadlines, member)
    elseif deadline ~= '=' then
      redis.call('ZADD', deadlines, deadline, member)
    end
    if seen ~= '' then
      redis.call(string.sub(seen, 1, 1) == '+' and 'SADD' or 'SREM', online, string.sub(seen, 2))
    end
    for i = 1, joins do
      redis.call('SADD', KEYS[k + 2 + i], member)
    end
    for i = 1, leaves do
      redis.call('SREM', KEYS[k + 2 + joins + i], member)
    end
    redis.call(ARGV[1], channel, member .. '\n' .. stamp .. '\n' .. json)
    for i = 1, rooms do
      local at = a + 8 + 2 * i
      redis.call('PUBLISH', ARGV[at], ARGV[at + 1] .. '\n' .. new .. '\n' .. member .. '\n' .. json)
    end
    results[#results + 1] = new
  end

  k = k + 3 + joins + leaves
  a = a + 10 + 2 * rooms
end

return results
