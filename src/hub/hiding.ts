/**
 * Whether the people whose sockets are here hide, on whichever server they do so: then their sockets count as closed.
 * One entry for each person, however many sockets they have here. What is committed here is heard of by the report,
 * what others commit by following.
 */
import type { Person } from '../presence/ids.ts';
import { isHidden } from '../presence/last-active.ts';
import type { PresenceRecord } from '../presence/record.ts';
import { settle } from '../presence/settle.ts';
import { personKey } from '../store/key.ts';
import type { Stop } from '../store/store.ts';
import type { Core } from './core.ts';
import { createLinger } from './linger.ts';
import { createRereading, type Follower } from './reread.ts';

export interface Hiding {
  /** Calls `tell` at once, and again with each change, until it is stopped. */
  tell(tell: (hidden: boolean) => void): void;
  /** May be called again. */
  stop: Stop;
}

export interface Hidings {
  /** To be called before the person's session opens here; `tell` is right from when it is open. */
  follow(person: Person): Hiding;
  /** Messages may have been lost. */
  reread(): Promise<void>;
  close(): void;
}

interface Entry extends Follower {
  readonly listeners: Set<(hidden: boolean) => void>;
  users: number;
  hidden: boolean;
  stop: Stop;
}

export function createHidings({ store, clock, log, timings, onReport }: Core): Hidings {
  const entries = new Map<string, Entry>();
  const rereading = createRereading({ store, clock, followers: () => [...entries.values()] });
  const idle = createLinger<string>(clock, timings.linger, (key) => {
    entries.get(key)?.stop();
    entries.delete(key);
  });

  onReport((person, record) => entries.get(personKey(person))?.hear(record));

  function begin(person: Person): Entry {
    let version: number | null = null;
    const entry: Entry = {
      person,
      listeners: new Set(),
      users: 0,
      hidden: false,
      stop: () => {},
      version: () => version,
      hear(record: PresenceRecord) {
        if (version !== null && record.version <= version) return;
        version = record.version;
        const hidden = isHidden(settle(record, clock.now()));
        if (hidden === entry.hidden) return;
        entry.hidden = hidden;
        for (const tell of entry.listeners) tell(hidden);
      },
      rewind() {
        version = -1;
      },
      vouch: () => {},
    };
    entries.set(personKey(person), entry);
    listen(entry).catch((error: unknown) => {
      log.warn({ err: error }, 'somebody with a socket here is not followed; if they hide elsewhere, it still counts');
    });
    return entry;
  }

  /** What was committed elsewhere before this is live is read, unless nothing was heard of them yet: the session is still to be opened then. */
  async function listen(entry: Entry): Promise<void> {
    const stop = await store.follow(entry.person, entry.hear);
    if (entries.get(personKey(entry.person)) !== entry) return stop();
    entry.stop = stop;
    if (entry.version() === null) return;
    for (const record of await store.read([entry.person])) entry.hear(record);
  }

  return {
    follow(person) {
      const key = personKey(person);
      const entry = entries.get(key) ?? begin(person);
      entry.users++;
      idle.keep(key);
      let listener: ((hidden: boolean) => void) | null = null;
      let stopped = false;
      return {
        tell(tell) {
          if (stopped) return;
          listener = (hidden) => tell(hidden); // one of its own for each time
          entry.listeners.add(listener);
          tell(entry.hidden);
        },
        stop() {
          if (stopped) return;
          stopped = true;
          if (listener !== null) entry.listeners.delete(listener);
          if (--entry.users === 0 && entries.get(key) === entry) idle.start(key);
        },
      };
    },
    reread: rereading.reread,
    close() {
      idle.close();
      rereading.close();
      for (const { stop } of entries.values()) stop();
      entries.clear();
    },
  };
}
