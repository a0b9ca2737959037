/**
 * Records that somebody here has to know as they stand, each followed and read once for all of them: follow, then read,
 * then whatever is newer. Versions decide, never the order of arrival.
 */
import type { Micros } from '../presence/ids.ts';
import type { Stop } from '../store/store.ts';
import { batches } from './batches.ts';

export interface Followed<Name, Body> {
  /** Calls `tell` whenever the record has changed, until stopped. Resolves when nothing can be missed. */
  follow(name: Name, tell: () => void): Promise<Current<Body>>;
  /** What this process itself has just committed need not come back first. */
  learn(name: Name, record: Body): void;
  /** Reads every record anew, because messages may have been lost, and tells of the differences. */
  reread(): Promise<void>;
  close(): void;
}

interface Current<Body> {
  /** As it stands now. */
  read(): Body;
  readonly stop: Stop;
}

export interface FollowedOptions<Name, Body> {
  readonly keyOf: (name: Name) => string;
  readonly read: (name: Name) => Promise<Body>;
  readonly follow: (name: Name, tell: (record: Body) => void) => Promise<Stop>;
}

interface Entry<Name, Body> {
  readonly name: Name;
  readonly listeners: Set<() => void>;
  /** null until the first read. */
  record: Body | null;
  stop: Stop;
  /** Rejects when the record could not be followed or read. */
  ready: Promise<void>;
}

const READ_BATCH = 100; // records read at once

export function createFollowed<Name, Body extends { readonly version: Micros }>({
  keyOf,
  read,
  follow,
}: FollowedOptions<Name, Body>): Followed<Name, Body> {
  const entries = new Map<string, Entry<Name, Body>>();

  async function join(name: Name, tell: () => void): Promise<Current<Body>> {
    const entry = entries.get(keyOf(name)) ?? begin(name);
    const listener = () => tell(); // one of its own for each time
    entry.listeners.add(listener);
    const stop = () => {
      if (entry.listeners.delete(listener) && entry.listeners.size === 0) release(entry);
    };
    try {
      await entry.ready;
    } catch (error) {
      stop();
      throw error;
    }
    return { read: () => known(entry), stop };
  }

  function begin(name: Name): Entry<Name, Body> {
    const entry: Entry<Name, Body> = {
      name,
      listeners: new Set(),
      record: null,
      stop: () => {},
      ready: Promise.resolve(),
    };
    entries.set(keyOf(name), entry);
    entry.ready = prepare(entry);
    return entry;
  }

  async function prepare(entry: Entry<Name, Body>): Promise<void> {
    const stop = await follow(entry.name, (record) => hear(entry, record));
    if (entries.get(keyOf(entry.name)) !== entry) return stop(); // nobody waited
    entry.stop = stop;
    hear(entry, await read(entry.name));
  }

  function hear(entry: Entry<Name, Body>, record: Body): void {
    if (entry.record === null || record.version > entry.record.version) believe(entry, record);
  }

  function believe(entry: Entry<Name, Body>, record: Body): void {
    entry.record = record;
    for (const tell of entry.listeners) tell();
  }

  function release(entry: Entry<Name, Body>): void {
    if (entries.get(keyOf(entry.name)) === entry) entries.delete(keyOf(entry.name));
    entry.stop();
  }

  async function rereadOne(entry: Entry<Name, Body>): Promise<void> {
    const before = entry.record;
    const record = await read(entry.name);
    // A version that went backwards is a failover that lost commits; but not if something newer came while we read.
    if (before === null || record.version === before.version || entry.record !== before) return;
    believe(entry, record);
  }

  return {
    follow: join,
    learn(name, record) {
      const entry = entries.get(keyOf(name));
      if (entry !== undefined) hear(entry, record);
    },
    async reread() {
      const all = [...entries.values()];
      for (const batch of batches(all, READ_BATCH)) await Promise.all(batch.map(rereadOne));
    },
    close() {
      for (const entry of [...entries.values()]) release(entry);
    },
  };
}

function known<Body>({ record }: { readonly record: Body | null }): Body {
  if (record === null) throw new Error('a record that is followed was read');
  return record;
}
