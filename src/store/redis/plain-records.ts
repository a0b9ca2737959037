/**
 * Reading and changing records that are of no one person, sites and channels, as records.ts does it for people. There
 * are few and they change seldom: a change begins with a read, and each has a channel of its own for its commits.
 */
import { LRUCache } from 'lru-cache';
import { asMicros, type Micros } from '../../presence/ids.ts';
import type { Codec, Versioned } from '../codec.ts';
import type { StoreCounts } from '../stats.ts';
import type { Client } from './client.ts';
import type { Keys } from './keys.ts';
import { answered, type Patience } from './patience.ts';
import { type Committed, diverge, isLost, parseStored, readStored, unwritten } from './stored.ts';

/** Keys are as in key.ts. */
export interface PlainRecords<Body> {
  read(key: string): Promise<Body>;
  /** In the order of the keys. */
  readAll(keys: readonly string[]): Promise<readonly Body[]>;
  /** Remembers what another process has committed, as if it had been read; false when only Redis can tell whether it stands. */
  note(key: string, heard: Committed<Body>): boolean;
  /** `begin` throws when it is too late to change anything. */
  update(key: string, change: (record: Body) => Body, begin: () => void): Promise<Body>;
  /** Writes again whatever Redis has lost of what is remembered here. */
  repair(patience: Pick<Patience, 'ask'>): Promise<void>;
}

export interface PlainRecordsOptions<Body extends Versioned> {
  readonly client: Client;
  readonly keys: Keys;
  readonly cluster: boolean;
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  readonly codec: Codec<Body>;
  /** What was never written. */
  readonly empty: Body;
  /** How much is remembered, each record counting for its `weightOf`, or for one. */
  readonly remembered: number;
  readonly weightOf?: (record: Body) => number;
  /** Keeps what is found by other ways than the key. */
  readonly index?: PlainIndex<Body>;
  readonly counts: Pick<StoreCounts, 'commits' | 'conflicts' | 'restored'>;
}

export interface PlainIndex<Body> {
  /** Called before a commit, and when an update leaves the record as it is: whatever is in it has to be found. */
  announce(key: string, record: Body): Promise<void>;
  /** Called once `after` stands, its version set: what was in `before` alone need not be found any more. */
  settle(key: string, before: Body, after: Body): Promise<void>;
}

const REPAIR_BATCH = 100; // records read at once

interface Change<Body> {
  readonly key: string;
  readonly before: Body;
  readonly after: Body;
  /** It was committed before, made from this version, and is lost: it keeps the version of `after`. */
  readonly lostFrom?: Micros;
}

export function createPlainRecords<Body extends Versioned>(options: PlainRecordsOptions<Body>): PlainRecords<Body> {
  const { client, keys, cluster, publish, codec, empty, index, counts } = options;
  const { weightOf = () => 1 } = options;
  const recent = new LRUCache<string, Committed<Body>>({
    maxSize: options.remembered,
    sizeCalculation: ({ record }) => weightOf(record),
  });
  const unknown = unwritten(empty);
  const groupOf = (key: string) => (cluster ? keys.shardOf(key) : 0);

  async function readAll(names: readonly string[]): Promise<readonly Body[]> {
    const found = await readStored(names, { client, keyOf: keys.plain, groupOf, decode: codec.decode });
    return Promise.all(names.map((key, at) => whole(key, found[at] ?? unknown)));
  }

  async function read(key: string): Promise<Body> {
    const [record] = await readAll([key]);
    return record ?? empty;
  }

  async function whole(key: string, found: Committed<Body>): Promise<Body> {
    let standing = found;
    for (;;) {
      const remembered = recent.get(key);
      if (remembered === undefined || !isLost(remembered, standing)) break;
      const { record, from } = remembered;
      const { committed, stands } = await commit({ key, before: standing.record, after: record, lostFrom: from });
      if (committed) counts.restored++;
      standing = stands;
    }
    recent.set(key, standing);
    return standing.record;
  }

  async function update(key: string, change: (record: Body) => Body, begin: () => void): Promise<Body> {
    let before = await read(key);
    for (;;) {
      const after = change(before);
      begin();
      if (after === before) {
        await index?.announce(key, before);
        return before;
      }
      const { committed, stands } = await commit({ key, before, after });
      counts[committed ? 'commits' : 'conflicts']++;
      before = await whole(key, stands);
      if (committed) return before;
    }
  }

  async function commit({ key, before, after, lostFrom }: Change<Body>) {
    await index?.announce(key, after);
    const stamp = lostFrom === undefined ? '' : `${after.version}:${lostFrom}`;
    const args = [publish, key, String(before.version), codec.encode(after), keys.plainChannel(key), stamp];
    const result = await answered(client.commitPlain(1, keys.plain(key), ...args));
    if (typeof result !== 'string') return { committed: false, stands: parseStored(result[0], codec.decode) };
    const record = { ...after, version: asMicros(Number(result)) };
    await index?.settle(key, before, record);
    return { committed: true, stands: { record, from: lostFrom ?? before.version } };
  }

  return {
    read,
    readAll,
    note(key, heard) {
      const known = recent.get(key) ?? unknown;
      if (diverge(known, heard)) return false;
      if (heard.record.version > known.record.version) recent.set(key, heard);
      return true;
    },
    update,
    async repair({ ask }) {
      const remembered = [...recent.keys()];
      for (let from = 0; from < remembered.length; from += REPAIR_BATCH) {
        await ask(() => readAll(remembered.slice(from, from + REPAIR_BATCH)));
      }
    },
  };
}
