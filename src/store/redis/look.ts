/** One person's record as it lies in Redis, for whoever looks from outside: nothing is followed, adopted or written. */
import { asMillis, asNodeId, type Millis, type NodeId, type Person } from '../../presence/ids.ts';
import { EMPTY_RECORD, type PresenceRecord } from '../../presence/record.ts';
import { EMPTY_SITE, type SiteRecord } from '../../presence/site.ts';
import { recordCodec, siteCodec } from '../codec.ts';
import { personKey, siteKey } from '../key.ts';
import { connect } from './client.ts';
import { createKeys } from './keys.ts';
import type { RedisStoreOptions } from './redis.ts';
import { readStored } from './stored.ts';

export interface Look {
  readonly record: PresenceRecord;
  readonly site: SiteRecord;
  /** By the clock that the service goes by. */
  readonly now: Millis;
  /** When the lease of each server ends, or ended. */
  readonly leases: ReadonlyMap<NodeId, Millis>;
}

/** @throws {StoreRefused} when Redis cannot be reached */
export async function lookIntoRedis({ url, prefix, later }: RedisStoreOptions, person: Person): Promise<Look> {
  const { client, close } = await connect(url, later);
  try {
    const keys = createKeys(prefix);
    const places = { client, groupOf: () => 0 };
    const [[record], [site], [seconds, micros], leases] = await Promise.all([
      readStored([personKey(person)], { ...places, keyOf: keys.record, decode: recordCodec.decode }),
      readStored([siteKey(person.site)], { ...places, keyOf: keys.plain, decode: siteCodec.decode }),
      client.time(),
      client.zrange(keys.nodes, 0, -1, 'WITHSCORES'),
    ]);
    const ends = leases.flatMap((node, at): [NodeId, Millis][] =>
      at % 2 === 0 ? [[asNodeId(node), asMillis(Number(leases[at + 1]))]] : [],
    );
    return {
      record: record?.record ?? EMPTY_RECORD,
      site: site?.record ?? EMPTY_SITE,
      now: asMillis(Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000)),
      leases: new Map(ends),
    };
  } finally {
    close();
  }
}
