-- Commits the record of a site or a channel, only if it is still the version that the change was made from.
--
-- KEYS[1]   the record
-- ARGV      'PUBLISH' or 'SPUBLISH' · its key, as in key.ts · version it was made from · record as JSON · channel · the version
--           and what it was made from, '<version>:<from>', as before Redis lost it, '' for a change
-- Returns   the new version as a string, or in a table the record that stands instead, '' for none

local time = redis.call('TIME')
local clock = tonumber(time[1]) * 1000000 + tonumber(time[2])
local stored = redis.call('GET', KEYS[1])
local version = stored and string.match(stored, '^%d+') or '0'

if version ~= ARGV[3] then
  return { stored or '' }
end
local stamp = ARGV[6]
if stamp == '' then
  stamp = string.format('%.0f', math.max(tonumber(version) + 1, clock)) .. ':' .. version
end
redis.call('SET', KEYS[1], stamp .. '|' .. ARGV[4])
redis.call(ARGV[1], ARGV[5], ARGV[2] .. '\n' .. stamp .. '\n' .. ARGV[4])
return string.match(stamp, '^%d+')
