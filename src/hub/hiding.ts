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
import type { Clock } from './clock.ts';
import type { Core } from './core.ts';
import { createLinger } from './linger.ts';
import { createRereading, type Follower } from './reread.ts';

export interface Hiding {
  /** Tells at once, and again with each change, until it is stopped. */
  tell(listener: HidingListener): void;
  /** May be called again. */
  stop(): void;
}

export interface HidingListener {
  hides(hidden: boolean): void;
}

export interface Hidings {
  /** To be called before the person's session opens here; `tell` is right from when it is open. */
  follow(person: Person): Hiding;
  /** Messages may have been lost. */
  reread(): Promise<void>;
  close(): void;
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
    const entry = new Entry(person, clock);
    entries.set(personKey(person), entry);
    listen(entry).catch((error: unknown) => {
      log.warn({ err: error }, 'somebody with a socket here is not followed; if they hide elsewhere, it still counts');
    });
    return entry;
  }

  /** What was committed elsewhere before this is live is read, unless nothing was heard of them yet: the session is still to be opened then. */
  async function listen(entry: Entry): Promise<void> {
    const stop = await store.follow(entry.person, (record) => entry.hear(record));
    if (entries.get(personKey(entry.person)) !== entry) return stop();
    entry.stop = stop;
    if (entry.version() === null) return;
    for (const record of await store.read([entry.person])) entry.hear(record);
  }

  function release(entry: Entry): void {
    const key = personKey(entry.person);
    if (--entry.users === 0 && entries.get(key) === entry) idle.start(key);
  }

  return {
    follow(person) {
      const key = personKey(person);
      const entry = entries.get(key) ?? begin(person);
      entry.users++;
      idle.keep(key);
      return new Held(entry, release);
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

const NOTHING: Stop = () => {};

// Classes, because there is one of each for every person, or socket: closures would be most of what they take.

class Entry implements Follower {
  readonly person: Person;
  /** A new list with each change: one that grows by itself has room for sixteen more. */
  listeners: readonly HidingListener[] = [];
  users = 0;
  hidden = false;
  stop: Stop = NOTHING;
  readonly #clock: Clock;
  #version: number | null = null;

  constructor(person: Person, clock: Clock) {
    this.person = person;
    this.#clock = clock;
  }

  version(): number | null {
    return this.#version;
  }

  hear(record: PresenceRecord): void {
    if (this.#version !== null && record.version <= this.#version) return;
    this.#version = record.version;
    const hidden = isHidden(settle(record, this.#clock.now()));
    if (hidden === this.hidden) return;
    this.hidden = hidden;
    for (const listener of this.listeners) listener.hides(hidden);
  }

  rewind(): void {
    this.#version = -1;
  }

  vouch(): void {}
}

/** What one socket has of it. */
class Held implements Hiding {
  #entry: Entry | null;
  readonly #release: (entry: Entry) => void;
  #listener: HidingListener | null = null;

  constructor(entry: Entry, release: (entry: Entry) => void) {
    this.#entry = entry;
    this.#release = release;
  }

  tell(listener: HidingListener): void {
    if (this.#entry === null) return;
    this.#listener = listener;
    this.#entry.listeners = [...this.#entry.listeners, listener];
    listener.hides(this.#entry.hidden);
  }

  stop(): void {
    const entry = this.#entry;
    if (entry === null) return;
    this.#entry = null;
    entry.listeners = entry.listeners.filter((each) => each !== this.#listener);
    this.#release(entry);
  }
}
