-- Notes a channel with people who are or come to be in it, and takes it away from those who left. What is noted may be
-- more than is true, for the channel's record is the truth; it is never less for long.
--
-- KEYS      the channels of each person, hashes from channel to a version of its record: of those who are in it, then
--           of those who left it. On a cluster all of them are of one shard, and so in one slot
-- ARGV      the channel, its key as in key.ts · the version of its record that says so, 0 before it is committed · how
--           many are in it
-- Returns   nothing
--
-- Versions decide, so that a late word of an older record neither hides nor takes away what a newer one has said.

local channel, version, present = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
for i = 1, #KEYS do
  local noted = tonumber(redis.call('HGET', KEYS[i], channel) or '-1')
  if i <= present and noted < version then
    redis.call('HSET', KEYS[i], channel, ARGV[2])
  elseif i > present and noted < version then
    redis.call('HDEL', KEYS[i], channel)
  end
end
