/** Records of the embedded store that are of no one person: sites and channels. Each is on disk as a whole; there are few, and they change seldom. */
import type { PubSubEngine } from 'graphql-subscriptions';
import type { Millis } from '../presence/ids.ts';
import type { Codec, Versioned } from './codec.ts';
import { type Disk, readRecord } from './disk.ts';
import { sealRecord } from './envelope.ts';
import { createLocalFeed, type Feed } from './feed.ts';
import { createLedger, type Ledger } from './ledger.ts';

export interface PlainRecords<Body> extends Ledger<Body> {
  read(key: string): Body;
  follow: Feed<Body>['follow'];
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
}

export function createPlainRecords<Body extends Versioned>(options: PlainRecordsOptions<Body>): PlainRecords<Body> {
  const { disk, engine, now, kind, codec, empty, onChange } = options;
  const { follow, publish } = createLocalFeed<Body>(engine, kind);
  const read = (key: string): Body => readRecord(disk, key, codec) ?? empty;
  const ledger = createLedger<Body>({
    now,
    load: read,
    save: (key, _, after) => disk.put(key, sealRecord(key, after, codec)),
    async show(key, before, after, steps) {
      onChange?.(key, before, after);
      await Promise.all(steps.map((step) => publish(key, step)));
    },
  });
  return { ...ledger, read, follow };
}
