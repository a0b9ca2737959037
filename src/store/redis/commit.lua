-- Commits changed records of people, each only if it is still the version that the change was made from. One that
-- somebody else changed meanwhile is left alone and handed back, so that the caller can change that instead.
-- On a cluster all keys of one call are of one shard, and so in one slot.
--
-- KEYS      per commit: the record · where the deadline changes, its shard's deadlines · where others see the person come or
--           go, the set of people of its site who are online · as many sets as are said that the person joins (of a node
--           that holds a session of theirs, of a room they are in) · as many that they leave
-- ARGV[1]   'PUBLISH' or 'SPUBLISH'
-- ARGV[2..] per commit a text, since each argument costs the client as much as a field costs here. Its lines: version it
--           was made from · deadline in ms, '' for none, '=' for the one it had · '+' when others see the person as not
--           OFFLINE and did not before, '-' the other way round, '' when it is as it was · number of sets to join ·
--           number of sets to leave · '<version>:<from>' as it had before Redis lost it, '' for a change · channel ·
--           number of rooms it changes · for each of those its channel and its key · member (the person) · record as
--           JSON. No JSON has line breaks in it, and neither has anything else.
-- Returns   per commit: its new version as a string, or in a table the record that stands instead, '' for none
--
-- Versions are max(previous + 1, this server's clock in microseconds), so that they also grow over a failover that
-- lost writes. They stay below 2^53, which Lua's numbers hold exactly, until the year 2255.

local time = redis.call('TIME')
local clock = tonumber(time[1]) * 1000000 + tonumber(time[2])
local results = {}
local k = 1

local function key()
  k = k + 1
  return KEYS[k - 1]
end

for a = 2, #ARGV do
  local commit = ARGV[a]
  local from, deadline, seen, joins, leaves, restored, channel, rooms, at = string.match(commit,
    '^(%d+)\n([^\n]*)\n([+-]?)\n(%d+)\n(%d+)\n([^\n]*)\n([^\n]*)\n(%d+)\n()')
  local record = key()
  local deadlines = deadline ~= '=' and key()
  local online = seen ~= '' and key()
  local sets = k
  k = k + joins + leaves

  local stored = redis.call('GET', record)
  local version = stored and string.match(stored, '^%d+') or '0'

  if version ~= from then
    results[#results + 1] = { stored or '' }
  else
    local changed = {}
    for i = 1, tonumber(rooms) do
      local messenger, room, next = string.match(commit, '^([^\n]*)\n([^\n]*)\n()', at)
      changed[i] = { messenger, room }
      at = next
    end
    local member, begin = string.match(commit, '^([^\n]*)\n()', at)
    local json = string.sub(commit, begin)
    local stamp = restored
    if stamp == '' then
      stamp = string.format('%.0f', math.max(tonumber(version) + 1, clock)) .. ':' .. version
    end
    local new = string.match(stamp, '^%d+')
    redis.call('SET', record, stamp .. '|' .. json)
    if deadline == '' then
      redis.call('ZREM', deadlines, member)
    elseif deadlines then
      redis.call('ZADD', deadlines, deadline, member)
    end
    if online then
      redis.call(seen == '+' and 'SADD' or 'SREM', online, cjson.decode(member)[2])
    end
    for i = 0, joins - 1 do
      redis.call('SADD', KEYS[sets + i], member)
    end
    for i = joins, joins + leaves - 1 do
      redis.call('SREM', KEYS[sets + i], member)
    end
    redis.call(ARGV[1], channel, member .. '\n' .. stamp .. '\n' .. json)
    for _, room in ipairs(changed) do
      redis.call('PUBLISH', room[1], room[2] .. '\n' .. new .. '\n' .. member .. '\n' .. json)
    end
    results[#results + 1] = new
  end
end

return results
