/**
 * Who is watched here, and by whom. One entry serves everybody in this process who watches the same person: follow,
 * then read, then the snapshot, then whatever is newer than the snapshot. Versions decide, never the order of arrival.
 */
import { after, type Millis, type Person, personKey } from '../presence/ids.ts';
import { equal, type PresenceRecord } from '../presence/record.ts';
import { differs, type PresenceView, resolve } from '../presence/resolve.ts';
import { selfView } from '../presence/self.ts';
import type { Stop, Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { createMailbox, type Mailbox, type MailboxOptions } from './mailbox.ts';
import { Refusal } from './refusal.ts';

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

export interface WatchesOptions {
  readonly store: Pick<Store, 'follow' | 'read'>;
  readonly clock: Clock;
  /** How long somebody stays followed after the last watcher left, so that scrolling a list does not thrash the store. */
  readonly linger: Millis;
}

export function createWatches({ store, clock, linger }: WatchesOptions): Watches {
  const subjects = new Map<string, Subject>();
  const idle = new Map<string, Millis>(); // subjects without watchers, and until when they linger; oldest first
  const open = new Set<() => void>(); // what ends each watch
  let cancelSweep: Stop | null = null;

  /** A mailbox that ends at `until`, and when everything does. */
  function openMailbox<Value>(until: Millis | null, options: MailboxOptions<Value>): Mailbox<string, Value> {
    const expire = () =>
      mailbox.end(new Refusal('UNAUTHENTICATED', 'The token has expired. Come back with a new one.'));
    const cancel = until === null ? null : clock.at(until, expire);
    const end = () => mailbox.end();
    const mailbox = createMailbox<string, Value>({
      ...options,
      onDone: () => {
        open.delete(end);
        cancel?.();
        options.onDone();
      },
    });
    open.add(end);
    return mailbox;
  }

  async function watchSelf(person: Person, until: Millis | null): Promise<AsyncIterableIterator<PresenceRecord>> {
    let last: PresenceRecord | null = null;
    let following: Promise<Stop> | null = null;
    // Whoever goes away while the subscription is being set up leaves nothing behind either.
    const letGo = () => following?.then((stop) => stop()).catch(() => undefined);
    const mailbox = openMailbox<PresenceRecord>(until, { onDone: letGo });
    const hear = (record: PresenceRecord) => {
      if (last !== null && record.version <= last.version) return;
      const before = last;
      last = record;
      if (before !== null && !looksTheSame(before, record, clock.now())) mailbox.put('self', record);
    };
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
    const mailbox = openMailbox<Sighting>(until, {
      merge: (waiting, newer) => ({ ...newer, initial: waiting.initial || newer.initial }),
      onDone: () => {
        for (const key of keys) leave(key, mailbox);
      },
    });
    const watched = enroll(people);
    for (const subject of watched) {
      subject.watchers.add(mailbox);
      idle.delete(personKey(subject.person));
    }
    try {
      await Promise.all(watched.map((subject) => subject.ready));
    } catch (error) {
      await mailbox.return();
      throw error;
    }
    // Only now, in one go: from here on every change comes as one, and nothing came between.
    for (const { told, person } of watched) {
      if (told !== null) mailbox.put(personKey(person), { seen: told.seen, initial: true });
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

  function leave(key: string, mailbox: Mailbox<string, Sighting>): void {
    const subject = subjects.get(key);
    if (subject === undefined || !subject.watchers.delete(mailbox) || subject.watchers.size > 0) return;
    idle.set(key, after(clock.now(), linger));
    cancelSweep ??= clock.at(after(clock.now(), linger), releaseIdle);
  }

  function releaseIdle(): void {
    cancelSweep = null;
    for (const [key, until] of idle) {
      if (until > clock.now()) {
        cancelSweep = clock.at(until, releaseIdle);
        return;
      }
      const subject = subjects.get(key);
      if (subject !== undefined) forget(key, subject);
    }
  }

  function forget(key: string, subject: Subject): void {
    if (subjects.get(key) === subject) {
      subjects.delete(key);
      idle.delete(key);
    }
    subject.stop();
  }

  return {
    watch,
    watchSelf,
    close() {
      cancelSweep?.();
      for (const end of [...open]) end();
      for (const [key, subject] of subjects) forget(key, subject);
    },
  };
}

const looksTheSame = (a: PresenceRecord, b: PresenceRecord, now: Millis): boolean =>
  equal(selfView(a, now), selfView(b, now)) && a.name?.value === b.name?.value;

/** What others may know of a record at `now`. */
export function see(person: Person, record: PresenceRecord, now: Millis): Seen {
  return { person, name: record.name?.value ?? null, view: resolve(record, now), stale: false };
}
