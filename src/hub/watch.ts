/**
 * Who is watched here, and by whom. One entry serves everybody in this process who watches the same person: follow,
 * then read, then the snapshot, then whatever is newer than the snapshot. Versions decide, never the order of arrival.
 */
import type { Millis, Person, SiteId } from '../presence/ids.ts';
import type { PresenceRecord } from '../presence/record.ts';
import { differs, type PresenceView, resolve } from '../presence/resolve.ts';
import { personKey } from '../store/key.ts';
import type { Stop, Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { createLinger } from './linger.ts';
import { type Home, Mailbox, Shared } from './mailbox.ts';
import type { Mailboxes } from './mailboxes.ts';
import { createRereading, type Follower } from './reread.ts';
import { watchSelf } from './self-watch.ts';
import type { HubCounts } from './stats.ts';
import type { Account } from './watch-account.ts';

/** What anybody may be told of a person. */
export interface Seen {
  readonly person: Person;
  readonly name: string | null;
  readonly view: PresenceView;
  /** True when the service cannot vouch for the view now. */
  readonly stale: boolean;
}

/** As it was in this version of the record. */
export interface Heard {
  readonly version: number;
  readonly seen: Seen;
}

export class Sighting extends Shared {
  readonly seen: Seen;
  /** The value when the watch began, not a change. */
  readonly initial: boolean;

  constructor(seen: Seen, initial: boolean) {
    super();
    this.seen = seen;
    this.initial = initial;
  }
}

export interface WatchOptions {
  /** When the right to watch ends; null: never. */
  readonly until: Millis | null;
  /** Called once, when the reader has gone away or the end is reached. */
  readonly onDone?: (() => void) | null;
  /** Of the reader, who may watch only so many people; null: as many as they like. */
  readonly account?: Account | null;
}

export interface Watches {
  /** Resolves when nothing can be missed any more. The first value of each person is `initial`. */
  watch(people: readonly Person[], options: WatchOptions): Promise<Watch>;
  /** The person's own record, each time anything they can see of themselves has changed. */
  watchSelf(person: Person, until: Millis | null): Promise<AsyncIterableIterator<PresenceRecord>>;
  /** Whatever this process last heard of a person it watches. */
  lastHeard(person: Person): Heard | null;
  /** Whether nobody of this site is told anything at present. */
  isSilent(site: SiteId): boolean;
  /** Silent: watchers of this site are told nothing, and snapshots are stale. Not any more: they are told what differs from what they knew. */
  silence(site: SiteId, silent: boolean): void;
  /** What is told of people of this site may be made of other words now, though they have not changed. */
  refresh(site: SiteId): void;
  /** Reads everybody watched anew, because messages may have been lost, and tells the differences. */
  reread(): Promise<void>;
  /** How many different people are followed. */
  count(): number;
  /** Ends every watch and lets go of everybody. */
  close(): void;
}

/** Somebody watched here. */
interface Subject {
  readonly key: string;
  readonly person: Person;
  /** A list, which takes a fifth of the room of a set: ten thousand may watch a hundred each. null: none, which would take as much as sixteen. */
  watchers: Watch[] | null;
  /** Watchers, and those who are about to be. */
  users: number;
  /** The newest; null until the first read. */
  heard: Heard | null;
  /** What the watchers were told last. Not the newest while they are told nothing. */
  told: Seen | null;
  /** Some watchers were told something that the service could not vouch for. */
  doubted: boolean;
  /** What newcomers are told: one for all of them, so that what is made of it is made once. */
  first: Sighting | null;
  stop: Stop;
  /** Rejects when the subject could not be followed or read. */
  ready: Promise<void>;
}

export interface WatchesOptions {
  readonly store: Pick<Store, 'follow' | 'read' | 'reachable'>;
  readonly clock: Clock;
  readonly mailboxes: Mailboxes;
  /** How long somebody stays followed after the last watcher left, so that scrolling a list does not thrash the store. */
  readonly linger: Millis;
  readonly counts: Pick<HubCounts, 'changes'>;
}

export function createWatches({ store, clock, mailboxes, linger, counts }: WatchesOptions): Watches {
  const subjects = new Map<string, Subject>();
  const silent = new Set<SiteId>();
  const idle = createLinger<string>(clock, linger, (key) => {
    const subject = subjects.get(key);
    if (subject !== undefined) forget(subject);
  });
  const desk: Desk = { ready, join, leave, letGo };
  const selves = new Set<Follower>(); // people who watch themselves, once for each time
  const rereading = createRereading({
    store,
    clock,
    followers: () => [...[...subjects.values()].map(followerOf), ...selves],
  });

  async function watch(people: readonly Person[], options: WatchOptions): Promise<Watch> {
    const { until, onDone = null, account = null } = options;
    const mailbox = new Watch(mailboxes, desk, { onDone, account });
    mailboxes.keep(mailbox, until);
    try {
      await mailbox.retarget(people);
    } catch (error) {
      await mailbox.return();
      throw error;
    }
    return mailbox;
  }

  /** The subjects of these people, held, and heard of. */
  async function ready(people: readonly Person[]): Promise<readonly Subject[]> {
    const all = enroll(people);
    try {
      await Promise.all(all.map((subject) => subject.ready));
    } catch (error) {
      all.forEach(letGo);
      throw error;
    }
    return all;
  }

  /** The subjects of these people, each once and held; those who were not watched yet are followed and read together. */
  function enroll(people: readonly Person[]): readonly Subject[] {
    const fresh: Subject[] = [];
    const all = new Set<Subject>();
    for (const person of people) {
      const key = personKey(person);
      let subject = subjects.get(key);
      if (subject === undefined) {
        subject = newSubject(key, person);
        subjects.set(key, subject);
        fresh.push(subject);
      }
      all.add(subject);
    }
    if (fresh.length > 0) {
      const ready = begin(fresh);
      for (const subject of fresh) subject.ready = ready;
    }
    for (const subject of all) if (subject.users++ === 0) idle.keep(subject.key);
    return [...all];
  }

  async function begin(fresh: readonly Subject[]): Promise<void> {
    try {
      const following: Promise<void>[] = [];
      for (const subject of fresh) {
        const stop = store.follow(subject.person, (record) => hear(subject, record));
        if (stop instanceof Promise) following.push(stop.then((late) => followed(subject, late)));
        else followed(subject, stop);
      }
      await Promise.all(following);
      const records = await store.read(fresh.map((subject) => subject.person));
      fresh.forEach((subject, at) => {
        const record = records[at];
        if (record !== undefined) hear(subject, record);
      });
    } catch (error) {
      for (const subject of fresh) forget(subject);
      throw error;
    }
  }

  function followed(subject: Subject, stop: Stop): void {
    if (subjects.get(subject.key) === subject) subject.stop = stop;
    else stop();
  }

  function hear(subject: Subject, record: PresenceRecord): void {
    if (subject.heard !== null && record.version <= subject.heard.version) return;
    const seen = see(subject.person, record, clock.now());
    subject.heard = { version: record.version, seen };
    subject.first = null;
    // The first value is everybody's snapshot, which `watch` hands over.
    if (subject.told === null) subject.told = seen;
    if (!isSilent(subject.person.site) && differs(subject.told.view, seen.view)) tell(subject, seen);
  }

  function tell(subject: Subject, seen: Seen): void {
    counts.changes++;
    subject.told = seen;
    subject.doubted = false;
    const sighting = new Sighting(seen, false);
    for (const mailbox of subject.watchers ?? []) mailbox.put(subject, sighting);
  }

  /** What somebody who comes now is told of a subject that is ready. */
  function firstSight(subject: Subject): Sighting {
    const { heard, person } = subject;
    if (heard === null) throw new Error('a subject that is ready was heard of');
    const stale = isSilent(person.site) || !store.reachable();
    if (stale) subject.doubted = true;
    if (subject.first === null || subject.first.seen.stale !== stale) {
      subject.first = new Sighting(stale ? { ...heard.seen, stale } : heard.seen, true);
    }
    return subject.first;
  }

  /** Tells what the watchers do not know yet, or were told with doubt. */
  function catchUp(subject: Subject): void {
    const { heard, told, person } = subject;
    if (heard === null || told === null || isSilent(person.site)) return;
    if (subject.doubted || differs(told.view, heard.seen.view)) tell(subject, heard.seen);
  }

  const isSilent = (site: SiteId): boolean => silent.has(site);

  function silence(site: SiteId, quiet: boolean): void {
    if (quiet) silent.add(site);
    else if (silent.delete(site)) {
      for (const subject of subjects.values()) if (subject.person.site === site) catchUp(subject);
    }
  }

  function followerOf(subject: Subject): Follower {
    return {
      person: subject.person,
      version: () => subject.heard?.version ?? null,
      hear: (record) => hear(subject, record),
      rewind() {
        subject.heard = subject.heard && { ...subject.heard, version: -1 };
      },
      vouch: () => catchUp(subject),
    };
  }

  function join(subject: Subject, mailbox: Watch): void {
    if (subject.watchers === null) subject.watchers = [mailbox];
    else subject.watchers.push(mailbox);
    mailbox.put(subject, firstSight(subject));
  }

  function leave(subject: Subject, mailbox: Watch): void {
    const { watchers } = subject;
    const at = watchers?.indexOf(mailbox) ?? -1;
    if (watchers === null || at < 0) return;
    const last = watchers.pop();
    if (last !== undefined && last !== mailbox) watchers[at] = last;
    letGo(subject);
  }

  function letGo(subject: Subject): void {
    subject.users--;
    if (subject.users === 0 && subjects.get(subject.key) === subject) idle.start(subject.key);
  }

  function forget(subject: Subject): void {
    if (subjects.get(subject.key) === subject) {
      subjects.delete(subject.key);
      idle.keep(subject.key);
    }
    subject.stop();
  }

  return {
    watch,
    watchSelf: (person, until) => watchSelf(person, until, { store, clock, mailboxes, selves }),
    lastHeard: (person) => subjects.get(personKey(person))?.heard ?? null,
    isSilent,
    silence,
    refresh(site) {
      for (const subject of subjects.values()) if (subject.person.site === site) subject.first = null;
    },
    reread: rereading.reread,
    count: () => subjects.size,
    close() {
      idle.close();
      rereading.close();
      for (const subject of subjects.values()) forget(subject);
    },
  };
}

const newSubject = (key: string, person: Person): Subject => ({
  key,
  person,
  watchers: null,
  users: 0,
  heard: null,
  told: null,
  doubted: false,
  first: null,
  stop: () => {},
  ready: Promise.resolve(),
});

/** What a watch needs of the whole. */
interface Desk {
  ready(people: readonly Person[]): Promise<readonly Subject[]>;
  join(subject: Subject, mailbox: Watch): void;
  leave(subject: Subject, mailbox: Watch): void;
  letGo(subject: Subject): void;
}

/** A reader takes sightings from it; it ends by `end`, or when the reader goes away. */
export class Watch extends Mailbox<Subject, Sighting> {
  private readonly desk: Desk;
  private readonly onDone: (() => void) | null;
  private readonly account: Account | null;
  private counted = 0; // people, on the account
  /** null: it is over. */
  private watched: readonly Subject[] | null = [];

  constructor(home: Home, desk: Desk, { onDone, account }: Required<Pick<WatchOptions, 'onDone' | 'account'>>) {
    super(home);
    this.desk = desk;
    this.onDone = onDone;
    this.account = account;
  }

  /**
   * From now on watches exactly these people: new ones come as `initial`, those left out are not told of any more, not
   * even what was waiting. Resolves when nothing can be missed; one call at a time.
   */
  async retarget(people: readonly Person[]): Promise<void> {
    this.count(people.length); // throws where they are too many
    const next = await this.desk.ready(people);
    if (this.watched === null) next.forEach(this.desk.letGo);
    else this.move(this.watched, next);
  }

  /** The first that a reader gets of somebody is `initial`, even when it was overtaken before it was read. */
  protected override merge(waiting: Sighting, newer: Sighting): Sighting {
    return waiting.initial === newer.initial ? newer : new Sighting(newer.seen, true);
  }

  protected override closed(): void {
    const { watched } = this;
    this.watched = null;
    this.count(0);
    for (const subject of watched ?? []) this.desk.leave(subject, this);
    this.onDone?.();
  }

  private count(people: number): void {
    if (this.account === null || (this.watched === null && people > 0)) return;
    this.account.change(people - this.counted);
    this.counted = people;
  }

  /** In one go: from here on every change comes as one, and nothing came between. */
  private move(watched: readonly Subject[], next: readonly Subject[]): void {
    this.watched = next;
    const before = new Set(watched);
    for (const subject of next) {
      if (before.delete(subject)) this.desk.letGo(subject);
      else this.desk.join(subject, this);
    }
    for (const subject of before) {
      this.drop(subject);
      this.desk.leave(subject, this);
    }
  }
}

/** What others may know of a record at `now`. */
export function see(person: Person, record: PresenceRecord, now: Millis): Seen {
  return { person, name: record.name?.value ?? null, view: resolve(record, now), stale: false };
}
