/**
 * Who is watched here, and by whom. One entry serves everybody in this process who watches the same person: follow,
 * then read, then the snapshot, then whatever is newer than the snapshot. Versions decide, never the order of arrival.
 */
import type { Millis, Person, SiteId, UserId } from '../presence/ids.ts';
import type { PresenceRecord } from '../presence/record.ts';
import type { Store } from '../store/store.ts';
import { ByPerson } from './by-person.ts';
import type { Clock } from './clock.ts';
import { createLinger } from './linger.ts';
import { type Home, Mailbox } from './mailbox.ts';
import type { Mailboxes } from './mailboxes.ts';
import { createRereading, type VersionedFollower } from './reread.ts';
import { watchSelf } from './self-watch.ts';
import type { HubCounts } from './stats.ts';
import { type Heard, Sighting, Subject, type Surroundings, type Watcher } from './subject.ts';
import type { Account } from './watch-account.ts';

export interface WatchOptions {
  /** When the right to watch ends; null: never. */
  readonly until: Millis | null;
  /** Called once, when the reader has gone away or the end is reached. */
  readonly onDone?: (() => void) | null;
  /** Of the reader, who may watch only so many people; null: as many as they like. */
  readonly account?: Account | null;
}

export interface Watches {
  /** People are named once each. Resolves when nothing can be missed any more. The first value of each person is `initial`. */
  watch(site: SiteId, users: readonly UserId[], options: WatchOptions): Promise<Watch>;
  /** The person's own record, each time anything they can see of themselves has changed. */
  watchSelf(person: Person, until: Millis | null): Promise<AsyncIterableIterator<PresenceRecord>>;
  /** What this process itself has just committed need not come back first. */
  learn(person: Person, record: PresenceRecord): void;
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

export interface WatchesOptions {
  readonly store: Pick<Store, 'follow' | 'unfollow' | 'read' | 'reachable'>;
  readonly clock: Clock;
  readonly mailboxes: Mailboxes;
  /** How long somebody stays followed after the last watcher left, so that scrolling a list does not thrash the store. */
  readonly linger: Millis;
  readonly counts: Pick<HubCounts, 'changes'>;
}

export function createWatches({ store, clock, mailboxes, linger, counts }: WatchesOptions): Watches {
  const subjects = new ByPerson<Subject>();
  const silent = new Set<SiteId>();
  const idle = createLinger<Subject>(clock, linger, forget);
  const around: Surroundings = {
    now: clock.now,
    isSilent: (site) => silent.has(site),
    reachable: store.reachable,
    noteChange() {
      counts.changes++;
    },
  };
  const desk: Desk = { ready, letGo };
  const selves = new Set<VersionedFollower>(); // people who watch themselves, once for each time
  const rereading = createRereading({ store, clock, followers: () => [...subjects.values(), ...selves] });

  async function watch(site: SiteId, users: readonly UserId[], options: WatchOptions): Promise<Watch> {
    const { until, onDone = null, account = null } = options;
    const mailbox = new Watch(mailboxes, desk, { site, onDone, account });
    mailboxes.keep(mailbox, until);
    try {
      await mailbox.retarget(users);
    } catch (error) {
      await mailbox.return();
      throw error;
    }
    return mailbox;
  }

  async function ready(site: SiteId, users: readonly UserId[]): Promise<readonly Subject[]> {
    const all = enroll(site, users);
    const pending = new Set<Promise<void>>();
    for (const { ready } of all) if (ready !== null) pending.add(ready);
    try {
      await Promise.all(pending);
    } catch (error) {
      all.forEach(letGo);
      throw error;
    }
    return all;
  }

  /** The subjects of these people, held; those who were not watched yet are followed and read together. */
  function enroll(site: SiteId, users: readonly UserId[]): readonly Subject[] {
    const fresh: Subject[] = [];
    const all = users.map((user) => {
      const known = subjects.at(site, user);
      if (known !== undefined) return known;
      const person = { site, user };
      const subject = new Subject(person, around);
      subjects.set(person, subject);
      fresh.push(subject);
      return subject;
    });
    if (fresh.length > 0) {
      const ready = begin(fresh);
      for (const subject of fresh) subject.ready = ready;
    }
    for (const subject of all) if (subject.users++ === 0) idle.keep(subject);
    return all;
  }

  async function begin(fresh: readonly Subject[]): Promise<void> {
    try {
      const following = fresh.map((subject) => store.follow(subject.person, subject)?.then(() => followed(subject)));
      await Promise.all(following.filter((each) => each !== undefined));
      const records = await store.read(fresh.map((subject) => subject.person));
      fresh.forEach((subject, at) => {
        const record = records[at];
        if (record !== undefined) subject.hear(record);
        subject.ready = null;
      });
    } catch (error) {
      for (const subject of fresh) forget(subject);
      throw error;
    }
  }

  /** It may have been forgotten while it waited to be followed. */
  function followed(subject: Subject): void {
    if (subjects.get(subject.person) !== subject) store.unfollow(subject.person, subject);
  }

  function silence(site: SiteId, quiet: boolean): void {
    if (quiet) silent.add(site);
    else if (silent.delete(site)) for (const subject of subjects.of(site)) subject.catchUp();
  }

  function letGo(subject: Subject): void {
    subject.users--;
    if (subject.users === 0 && subjects.get(subject.person) === subject) idle.start(subject);
  }

  function forget(subject: Subject): void {
    if (subjects.get(subject.person) === subject) {
      subjects.delete(subject.person);
      idle.keep(subject);
    }
    store.unfollow(subject.person, subject);
  }

  return {
    watch,
    watchSelf: (person, until) => watchSelf(person, until, { store, clock, mailboxes, selves }),
    learn: (person, record) => subjects.get(person)?.hear(record),
    lastHeard: (person) => subjects.get(person)?.heard() ?? null,
    isSilent: around.isSilent,
    silence,
    refresh(site) {
      for (const subject of subjects.of(site)) subject.refresh();
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

/** What a watch needs of the whole. */
interface Desk {
  /** The subjects of these people, in their order, held, and heard of. */
  ready(site: SiteId, users: readonly UserId[]): Promise<readonly Subject[]>;
  letGo(subject: Subject): void;
}

interface WatchOf extends Required<Pick<WatchOptions, 'onDone' | 'account'>> {
  readonly site: SiteId;
}

/** A reader takes sightings from it; it ends by `end`, or when the reader goes away. */
export class Watch extends Mailbox<Subject, Sighting> implements Watcher {
  private readonly desk: Desk;
  private readonly site: SiteId;
  private readonly onDone: (() => void) | null;
  private readonly account: Account | null;
  private counted = 0; // people, on the account
  /** null: it is over. */
  private watched: readonly Subject[] | null = [];

  constructor(home: Home, desk: Desk, { site, onDone, account }: WatchOf) {
    super(home);
    this.desk = desk;
    this.site = site;
    this.onDone = onDone;
    this.account = account;
  }

  /**
   * From now on watches exactly these people, each named once: new ones come as `initial`, those left out are not told of any more, not
   * even what was waiting. Resolves when nothing can be missed; one call at a time.
   */
  async retarget(users: readonly UserId[]): Promise<void> {
    this.count(users.length); // throws where they are too many
    const next = await this.desk.ready(this.site, users);
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
    for (const subject of watched ?? []) this.leave(subject);
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
      else subject.join(this);
    }
    for (const subject of before) {
      this.drop(subject);
      this.leave(subject);
    }
  }

  private leave(subject: Subject): void {
    if (subject.leave(this)) this.desk.letGo(subject);
  }
}
