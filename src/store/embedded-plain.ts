/** Records of the embedded store that are of no one person: sites and channels. Each is on disk as a whole; there are few, and they change seldom. */
import type { PubSubEngine } from 'graphql-subscriptions';
import { LRUCache } from 'lru-cache';
import type { Millis } from '../presence/ids.ts';
import type { Codec, Versioned } from './codec.ts';
import { type Disk, readRecord } from './disk.ts';
import { sealRecord } from './envelope.ts';
import { createLocalFeed, following } from './feed.ts';
import { createLedger, type Ledger } from './ledger.ts';
import type { StoreCounts } from './stats.ts';
import type { Stop } from './store.ts';

export interface PlainRecords<Body> extends Ledger<Body> {
  read(key: string): Body;
  follow(key: string, tell: (body: Body) => void): Promise<Stop>;
}

export interface PlainRecordsOptions<Body extends Versioned> {
  readonly disk: Disk;
  readonly engine: PubSubEngine;
  readonly now: () => Millis;
  /** What kind of record: names the messages. */
  readonly kind: string;
  readonly codec: Codec<Body>;
  /** What was never written. */
  readonly empty: Body;
  /** Called with every record that stands from now on, before anybody is told. */
  readonly onChange?: (key: string, before: Body, after: Body) => void;
  /** How much is kept decoded, each record counting for its `weightOf`, or for one; 0: nothing. */
  readonly remembered?: number;
  readonly weightOf?: (record: Body) => number;
  readonly counts: Pick<StoreCounts, 'commits'>;
}

export function createPlainRecords<Body extends Versioned>(options: PlainRecordsOptions<Body>): PlainRecords<Body> {
  const { disk, engine, now, kind, codec, empty, onChange, remembered = 0, weightOf = () => 1, counts } = options;
  const feed = createLocalFeed<Body>(engine, kind);
  const recent = remembered > 0 ? new LRUCache<string, Body>({ maxSize: remembered, sizeCalculation: weightOf }) : null;

  function read(key: string): Body {
    const known = recent?.get(key);
    if (known !== undefined) return known;
    const record = readRecord(disk, key, codec) ?? empty;
    if (record !== empty) recent?.set(key, record);
    return record;
  }

  const ledger = createLedger<Body>({
    now,
    counts,
    load: read,
    save: (key, _, after) => disk.put(key, sealRecord(key, after, codec)),
    async show(key, before, after, steps) {
      recent?.set(key, after);
      onChange?.(key, before, after);
      await Promise.all(steps.map((step) => feed.publish(key, step)));
    },
  });
  return { ...ledger, read, follow: (key, tell) => following(feed, key, tell) };
}
