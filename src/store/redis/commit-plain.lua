-- Commits the record of a site or a channel, only if it is still the version that the change was made from.
--
-- KEYS[1]   the record
-- ARGV      'PUBLISH' or 'SPUBLISH' · its key, as in key.ts · version it was made from · record as JSON · channel · the version
--           it had before Redis lost it, '' for a change
-- Returns   the new version as a string, or {version, JSON} of the record that stands instead

local time = redis.call('TIME')
local clock = tonumber(time[1]) * 1000000 + tonumber(time[2])
local stored = redis.call('GET', KEYS[1])
local bar = stored and string.find(stored, '|', 1, true)
local version = stored and string.sub(stored, 1, bar - 1) or '0'

if version ~= ARGV[3] then
  return { version, stored and string.sub(stored, bar + 1) or '' }
end
local new = ARGV[6] ~= '' and ARGV[6] or string.format('%.0f', math.max(tonumber(version) + 1, clock))
redis.call('SET', KEYS[1], new .. '|' .. ARGV[4])
redis.call(ARGV[1], ARGV[5], ARGV[2] .. '\n' .. new .. '\n' .. ARGV[4])
return new
