/**
 * Who is watched here, and by whom. One entry serves everybody in this process who watches the same person: follow,
 * then read, then the snapshot, then whatever is newer than the snapshot. Versions decide, never the order of arrival.
 */
import { after, asMillis, type Millis, type Person } from '../presence/ids.ts';
import { equal, type PresenceRecord } from '../presence/record.ts';
import { differs, type PresenceView, resolve } from '../presence/resolve.ts';
import { selfView } from '../presence/self.ts';
import { personKey } from '../store/key.ts';
import type { Stop, Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { createLinger } from './linger.ts';
import type { Mailbox } from './mailbox.ts';
import type { Mailboxes } from './mailboxes.ts';

/** What anybody may be told of a person. */
export interface Seen {
  readonly person: Person;
  readonly name: string | null;
  readonly view: PresenceView;
  /** True when the service cannot vouch for the view now. */
  readonly stale: boolean;
}

export interface Sighting {
  readonly seen: Seen;
  /** The value when the watch began, not a change. */
  readonly initial: boolean;
}

export type Watch = AsyncIterableIterator<Sighting> & { return(): Promise<IteratorResult<Sighting>> };

export interface Watches {
  /** Resolves when nothing can be missed any more. The first value of each person is `initial`. */
  watch(people: readonly Person[], until: Millis | null): Promise<Watch>;
  /** The person's own record, each time anything they can see of themselves has changed. */
  watchSelf(person: Person, until: Millis | null): Promise<AsyncIterableIterator<PresenceRecord>>;
  /** Whatever this process was last told of a person it watches. */
  lastTold(person: Person): Seen | null;
  /** Reads everybody watched anew, because messages may have been lost, and tells the differences. */
  reread(): Promise<void>;
  /** Ends every watch and lets go of everybody. */
  close(): void;
}

/** Somebody watched here. `told` is null until the first read. */
interface Subject {
  readonly person: Person;
  readonly watchers: Set<Mailbox<string, Sighting>>;
  told: { readonly version: number; readonly seen: Seen } | null;
  stop: Stop;
  /** Rejects when the subject could not be followed or read. */
  ready: Promise<void>;
}

/** Whoever goes by versions, and has to be told when the store lost some. */
interface Follower {
  readonly person: Person;
  /** Of what it was last told; null until the first read. */
  version(): number | null;
  hear(record: PresenceRecord): void;
  /** From now on whatever comes is newer. */
  rewind(): void;
}

export interface WatchesOptions {
  readonly store: Pick<Store, 'follow' | 'read' | 'reachable'>;
  readonly clock: Clock;
  readonly mailboxes: Mailboxes;
  /** How long somebody stays followed after the last watcher left, so that scrolling a list does not thrash the store. */
  readonly linger: Millis;
}

const REREAD_BATCH = 500; // people read at once
/** When what a store has lost is believed to be lost: the processes that remember it notice its return within a second. */
export const SECOND_LOOK = asMillis(2_000); // 2 s

export function createWatches({ store, clock, mailboxes, linger }: WatchesOptions): Watches {
  const subjects = new Map<string, Subject>();
  const idle = createLinger(clock, linger, (key) => {
    const subject = subjects.get(key);
    if (subject !== undefined) forget(key, subject);
  });
  const selves = new Set<Follower>(); // people who watch themselves, once for each time
  let stopSecondLook: Stop | null = null;

  async function watchSelf(person: Person, until: Millis | null): Promise<AsyncIterableIterator<PresenceRecord>> {
    let last: { readonly version: number; readonly shown: object } | null = null;
    let following: Promise<Stop> | null = null;
    // Whoever goes away while the subscription is being set up leaves nothing behind either.
    const letGo = () => {
      selves.delete(self);
      following?.then((stop) => stop()).catch(() => undefined);
    };
    const mailbox = mailboxes.open<PresenceRecord>(until, { onDone: letGo });
    const hear = (record: PresenceRecord) => {
      if (last !== null && record.version <= last.version) return;
      const before = last;
      last = { version: record.version, shown: shownToSelf(record, clock.now()) };
      if (before !== null && !equal(before.shown, last.shown)) mailbox.put('self', record);
    };
    const rewind = () => {
      last = last && { ...last, version: -1 };
    };
    const self: Follower = { person, version: () => last?.version ?? null, hear, rewind };
    selves.add(self);
    try {
      following = store.follow(person, hear);
      await following;
      for (const record of await store.read([person])) hear(record);
    } catch (error) {
      await mailbox.return();
      throw error;
    }
    return mailbox;
  }

  async function watch(people: readonly Person[], until: Millis | null): Promise<Watch> {
    const keys = new Set(people.map(personKey));
    const mailbox = mailboxes.open<Sighting>(until, {
      merge: (waiting, newer) => ({ ...newer, initial: waiting.initial || newer.initial }),
      onDone: () => {
        for (const key of keys) leave(key, mailbox);
      },
    });
    const watched = enroll(people);
    for (const subject of watched) {
      subject.watchers.add(mailbox);
      idle.keep(personKey(subject.person));
    }
    try {
      await Promise.all(watched.map((subject) => subject.ready));
    } catch (error) {
      await mailbox.return();
      throw error;
    }
    // Only now, in one go: from here on every change comes as one, and nothing came between.
    for (const { told, person } of watched) {
      if (told !== null)
        mailbox.put(personKey(person), { seen: { ...told.seen, stale: !store.reachable() }, initial: true });
    }
    return mailbox;
  }

  /** The subjects of these people, those who were not watched yet followed and read together. */
  function enroll(people: readonly Person[]): readonly Subject[] {
    const fresh: Subject[] = [];
    const all = new Map<string, Subject>();
    for (const person of people) {
      const key = personKey(person);
      let subject = subjects.get(key);
      if (subject === undefined) {
        subject = { person, watchers: new Set(), told: null, stop: () => {}, ready: Promise.resolve() };
        subjects.set(key, subject);
        fresh.push(subject);
      }
      all.set(key, subject);
    }
    if (fresh.length > 0) {
      const ready = begin(fresh);
      for (const subject of fresh) subject.ready = ready;
    }
    return [...all.values()];
  }

  async function begin(fresh: readonly Subject[]): Promise<void> {
    try {
      await Promise.all(
        fresh.map(async (subject) => {
          const stop = await store.follow(subject.person, (record) => hear(subject, record));
          if (subjects.get(personKey(subject.person)) === subject) subject.stop = stop;
          else stop();
        }),
      );
      const records = await store.read(fresh.map((subject) => subject.person));
      fresh.forEach((subject, at) => {
        const record = records[at];
        if (record !== undefined) hear(subject, record);
      });
    } catch (error) {
      for (const subject of fresh) forget(personKey(subject.person), subject);
      throw error;
    }
  }

  function hear(subject: Subject, record: PresenceRecord): void {
    const { told } = subject;
    if (told !== null && record.version <= told.version) return;
    const seen = see(subject.person, record, clock.now());
    subject.told = { version: record.version, seen };
    // The first value is everybody's snapshot, which `watch` hands over.
    if (told === null || !differs(told.seen.view, seen.view)) return;
    for (const mailbox of subject.watchers) mailbox.put(personKey(subject.person), { seen, initial: false });
  }

  async function reread(): Promise<void> {
    const all = [...[...subjects.values()].map(followerOf), ...selves];
    const doubtful: Follower[] = [];
    for (let from = 0; from < all.length; from += REREAD_BATCH) {
      doubtful.push(...(await rereadBatch(all.slice(from, from + REREAD_BATCH), false)));
    }
    if (doubtful.length === 0) return;
    stopSecondLook?.();
    stopSecondLook = clock.at(after(clock.now(), SECOND_LOOK), () => {
      stopSecondLook = null;
      rereadBatch(doubtful, true).catch(() => undefined); // away again; its return starts another
    });
  }

  /**
   * Resolves with those whose version went backwards: the store lost commits. Whoever made them may be writing them
   * again at this moment, so these are not believed at the first look.
   */
  async function rereadBatch(batch: readonly Follower[], believe: boolean): Promise<readonly Follower[]> {
    const versions = batch.map((follower) => follower.version());
    const records = await store.read(batch.map(({ person }) => person));
    return batch.filter((follower, at) => {
      const record = records[at];
      const version = follower.version();
      if (record === undefined || version === null) return false;
      const lower = record.version < version;
      // Something newer than what was read may have come meanwhile.
      if (lower && version !== versions[at]) return false;
      if (lower && !believe) return true;
      if (lower) follower.rewind();
      follower.hear(record);
      return false;
    });
  }

  function followerOf(subject: Subject): Follower {
    return {
      person: subject.person,
      version: () => subject.told?.version ?? null,
      hear: (record) => hear(subject, record),
      rewind() {
        subject.told = subject.told && { ...subject.told, version: -1 };
      },
    };
  }

  function leave(key: string, mailbox: Mailbox<string, Sighting>): void {
    const subject = subjects.get(key);
    if (subject === undefined || !subject.watchers.delete(mailbox) || subject.watchers.size > 0) return;
    idle.start(key);
  }

  function forget(key: string, subject: Subject): void {
    if (subjects.get(key) === subject) {
      subjects.delete(key);
      idle.keep(key);
    }
    subject.stop();
  }

  return {
    watch,
    watchSelf,
    lastTold: (person) => subjects.get(personKey(person))?.told?.seen ?? null,
    reread,
    close() {
      idle.close();
      stopSecondLook?.();
      for (const [key, subject] of subjects) forget(key, subject);
    },
  };
}

/** Kept rather than the record: at a later moment the record would show what time has changed since as well. */
const shownToSelf = (record: PresenceRecord, now: Millis): object => ({
  ...selfView(record, now),
  name: record.name?.value,
});

/** What others may know of a record at `now`. */
export function see(person: Person, record: PresenceRecord, now: Millis): Seen {
  return { person, name: record.name?.value ?? null, view: resolve(record, now), stale: false };
}
