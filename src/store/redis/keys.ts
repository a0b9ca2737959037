/**
 * Where everything is in Redis. People are spread over 256 shards by site and user; all keys of a shard share a hash
 * tag, so that they are in one slot of a cluster and one script call may touch them. `<p>` is the prefix, `<person>`
 * the JSON array of site and user id, as in key.ts.
 *
 *   <p>{s17}r:<person>   string   `<version>:<from>|<JSON of the record>`, `<from>` the version it was made from; for ever (sticky), empty of sessions once they left
 *   <p>{s17}d                  zset     deadlines: member `<person>`, score milliseconds since 1970
 *   <p>{s17}o:<site>           set      users of the site whom others see as not OFFLINE
 *   <p>{s17}n:<node>           set      `<person>` of people with a session on that node; gone with the node
 *   <p>{s17}b<0..3>            channel  commits of the shard's people: `<person>\n<version>:<from>\n<JSON>`, 1,024 buckets in all
 *   <p>{s17}m:<room>           set      `<person>` of the shard's people whom others see in the room (its key as in key.ts)
 *   <p>w<0..1023>              channel  commits that change a room: `<room>\n<version>\n<person>\n<JSON>`; not sharded
 *   <p>{s17}x:<name>:<person>  string   a text of that person's; goes when nobody has read it for 90 days
 *   <p>{s17}i:<person>         hash     channels the person may be in: field the channel's key as in key.ts, value a version of its record
 *   <p>{s17}t:<site>           string   `<version>:<from>|<JSON>` of a site's settings, custom statuses and switch; sites are spread like people
 *   <p>{s17}t:<channel>        string   the same of a channel's members and custom fields; its key as in key.ts
 *   <p>{s17}u:<site>           channel  commits of that site, as above with the site's key; `u:<channel>` those of a channel
 *   <p>{s17}c:<site>           hash     connections of that site: node id -> `<count> <said at> <counts until>` (Redis's clock, ms); gone with the last
 *   <p>rate:<key>              string   what a person or site (its key as in key.ts) has spent of a limit; goes after ten seconds
 *   <p>{nodes}                 zset     processes of the service: member node id, score when its lease ends (Redis's clock)
 *
 * Nothing grows without bound: `d` and `o` shrink as people leave, `n` and `c` go with their nodes, and what stays for
 * ever is one `r` for each person who was ever known, one `t` for each channel and for each site whose administrators decided
 * anything, and in `i` the channels of each person.
 */
import { hash } from '../../presence/hash.ts';
import type { NodeId, SiteId } from '../../presence/ids.ts';
import { bucketOf } from '../feed.ts';

export const SHARDS = 256;
const BUCKETS_PER_SHARD = 4;

export interface Keys {
  /** `key` is a person's, a site's or a channel's, as in key.ts. */
  shardOf(key: string): number;
  record(key: string): string;
  deadlines(shard: number): string;
  online(shard: number, site: SiteId): string;
  held(shard: number, node: NodeId): string;
  /** People of the shard in a room; `room` as in key.ts. */
  room(shard: number, room: string): string;
  /** The channel on which commits that change this room travel. Its people are of all shards, so it belongs to none. */
  roomChannel(room: string): string;
  /** The channel on which commits of this person travel. */
  bucket(key: string): string;
  /** A text of the person with this key. */
  text(key: string, name: string): string;
  /** The channels of the person with this key. */
  channels(key: string): string;
  /** The record of a site or a channel; `key` as in key.ts. */
  plain(key: string): string;
  /** On which its commits travel. */
  plainChannel(key: string): string;
  /** `key` is the site's, as in key.ts. */
  connections(key: string): string;
  readonly nodes: string;
  /** Begins the keys of what was spent. */
  readonly rates: string;
}

export function createKeys(prefix: string): Keys {
  const tag = (shard: number) => `${prefix}{s${shard}}`;
  const shardOf = (key: string) => hash(key) % SHARDS;
  const names: string[] = []; // of buckets
  const nameOf = (bucket: number) => {
    names[bucket] ??= `${tag(Math.floor(bucket / BUCKETS_PER_SHARD))}b${bucket % BUCKETS_PER_SHARD}`;
    return names[bucket];
  };
  return {
    shardOf,
    record: (key) => `${tag(shardOf(key))}r:${key}`,
    deadlines: (shard) => `${tag(shard)}d`,
    online: (shard, site) => `${tag(shard)}o:${site}`,
    held: (shard, node) => `${tag(shard)}n:${node}`,
    room: (shard, room) => `${tag(shard)}m:${room}`,
    roomChannel: (room) => `${prefix}w${bucketOf(room)}`,
    bucket(key) {
      const value = hash(key);
      const shard = value % SHARDS;
      // The bits above those that chose the shard, so that the buckets of one shard are evenly filled.
      const within = Math.floor(value / SHARDS) % BUCKETS_PER_SHARD;
      return nameOf(shard * BUCKETS_PER_SHARD + within);
    },
    text: (key, name) => `${tag(shardOf(key))}x:${name}:${key}`,
    channels: (key) => `${tag(shardOf(key))}i:${key}`,
    plain: (key) => `${tag(shardOf(key))}t:${key}`,
    plainChannel: (key) => `${tag(shardOf(key))}u:${key}`,
    connections: (key) => `${tag(shardOf(key))}c:${key}`,
    nodes: `${prefix}{nodes}`,
    rates: `${prefix}rate`,
  };
}
