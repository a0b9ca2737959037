/**
 * How many of the sockets here are of people who hide, on whichever server they did so: those count as closed, or the
 * number of connections would tell hiding from leaving. What is committed here is heard of at once, what others commit by
 * what they announce; nobody is followed for it.
 */
import type { Person, SiteId } from '../presence/ids.ts';
import type { PresenceRecord } from '../presence/record.ts';
import { HIDEOUT, hidesNow } from '../presence/room.ts';
import { personKey } from '../store/key.ts';
import type { Stop } from '../store/store.ts';
import { batches } from './batches.ts';
import type { Core } from './core.ts';
import { createLinger } from './linger.ts';
import { createRereading, type VersionedFollower } from './reread.ts';

export interface HidingOfSite {
  /** Somebody has opened a socket. */
  add(person: Person): void;
  /** Resolves once it is known who hides; null: it is. @throws {StoreUnavailable} and may be asked again */
  known(): Promise<void> | null;
  /** Sockets here of people who hide. */
  sockets(): number;
  stop(): void;
}

export interface Hidings {
  /** Calls `tell` when the number of such sockets has changed by more than the opening and closing of sockets. */
  follow(site: SiteId, tell: () => void): HidingOfSite;
  /** Messages may have been lost. */
  reread(): Promise<void>;
  close(): void;
}

const READ_BATCH = 500; // people read at once

export function createHidings({ store, clock, own, timings, onReport }: Core): Hidings {
  const hideouts = new Map<SiteId, Hideout>();
  onReport((person, record) => hideouts.get(person.site)?.hear(person, record));

  function createHideout(site: SiteId, tell: () => void): Hideout {
    const people = new Map<string, Hider>();
    const rereading = createRereading({ store, clock, followers: () => [...people.values()] });
    // Whoever does not hide any more is forgotten only then: what comes late is known to be older.
    const gone = createLinger<Hider>(clock, timings.linger, ({ person, hides }) => {
      if (!hides) people.delete(personKey(person));
    });
    /** Who came before it could be heard that they hide elsewhere; null: it can be. */
    let early: Person[] | null = [];
    let beginning: Promise<void> | null = null;
    let stopFollowing: Stop = NOTHING;
    let over = false;

    async function begin(): Promise<void> {
      const stop = await store.followRoom({ site, key: HIDEOUT }, hear);
      stopFollowing();
      stopFollowing = stop;
      if (over) return stop();
      await look(early ?? []);
      early = null;
    }

    function hear(person: Person, record: PresenceRecord): void {
      if (hidesNow(record)) hider(person).hear(record);
      else if (people.size > 0) people.get(personKey(person))?.hear(record);
    }

    function hider(person: Person): Hider {
      const key = personKey(person);
      const known = people.get(key) ?? new Hider(person, changed);
      people.set(key, known);
      return known;
    }

    function changed(hider: Hider): void {
      if (hider.hides) gone.keep(hider);
      else gone.start(hider);
      if (own.countOf(hider.person) > 0) tell();
    }

    return {
      hear,
      reread: rereading.reread,
      add: (person) => void early?.push(person),
      known() {
        if (early === null) return null;
        beginning ??= begin().catch((error: unknown) => {
          beginning = null;
          throw error;
        });
        return beginning;
      },
      sockets() {
        let sum = 0;
        for (const { person, hides } of people.values()) if (hides) sum += own.countOf(person);
        return sum;
      },
      stop() {
        over = true;
        hideouts.delete(site);
        stopFollowing();
        rereading.close();
        gone.close();
      },
    };
  }

  async function look(people: readonly Person[]): Promise<void> {
    for (const batch of batches(people, READ_BATCH)) {
      for (const [at, record] of (await store.read(batch)).entries()) {
        const person = batch[at];
        if (person !== undefined) hideouts.get(person.site)?.hear(person, record);
      }
    }
  }

  return {
    follow(site, tell) {
      const hideout = createHideout(site, tell);
      hideouts.set(site, hideout);
      return hideout;
    },
    /** Of those who hide it may have been lost that they do, too; of all others it may have been missed that they do. */
    async reread() {
      await Promise.all([...hideouts.values()].map((hideout) => hideout.reread()));
      await look([...new Map([...own.all()].map(({ person }) => [personKey(person), person])).values()]);
    },
    close() {
      for (const hideout of hideouts.values()) hideout.stop();
    },
  };
}

/** A site with sockets here. */
interface Hideout extends HidingOfSite {
  hear(person: Person, record: PresenceRecord): void;
  reread(): Promise<void>;
}

const NOTHING: Stop = () => {};

/** Somebody who hides, or did until a moment ago. */
class Hider implements VersionedFollower {
  readonly person: Person;
  hides = false;
  readonly #changed: (hider: Hider) => void;
  #version = -1;

  constructor(person: Person, changed: (hider: Hider) => void) {
    this.person = person;
    this.#changed = changed;
  }

  version(): number {
    return this.#version;
  }

  hear(record: PresenceRecord): void {
    if (record.version <= this.#version) return;
    this.#version = record.version;
    const hides = hidesNow(record);
    if (hides === this.hides) return;
    this.hides = hides;
    this.#changed(this);
  }

  rewind(): void {
    this.#version = -1;
  }

  catchUp(): void {}
}
