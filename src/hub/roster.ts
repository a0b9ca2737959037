/**
 * Rooms as they are looked at here. Everybody in this process who looks at the same room shares one roster: follow,
 * then read who is there, then whatever is newer. Versions decide, never the order of arrival.
 */
import { after, type Millis, type Person, type SiteId } from '../presence/ids.ts';
import { equal, type PresenceRecord } from '../presence/record.ts';
import { type Member, placesOf } from '../presence/room.ts';
import { settle } from '../presence/settle.ts';
import { personKey, roomKey } from '../store/key.ts';
import type { RoomName, Stop, Store } from '../store/store.ts';
import { batches } from './batches.ts';
import type { Clock } from './clock.ts';
import { createLinger } from './linger.ts';
import { type Home, Mailbox, Shared } from './mailbox.ts';
import type { Mailboxes } from './mailboxes.ts';
import { SECOND_LOOK } from './reread.ts';
import type { HubCounts } from './stats.ts';
import { type Seen, see } from './subject.ts';
import type { WatchOptions } from './watch.ts';

/** Somebody in a room. */
export interface RoomMember extends Member {
  readonly room: RoomName;
  readonly seen: Seen;
}

export class RoomChange extends Shared {
  readonly kind: 'PRESENT' | 'ENTERED' | 'UPDATED' | 'LEFT';
  readonly member: RoomMember;
  /** How many there are now. */
  readonly count: number;

  constructor(kind: RoomChange['kind'], member: RoomMember, count: number) {
    super();
    this.kind = kind;
    this.member = member;
    this.count = count;
  }
}

export interface Rosters {
  /** Who is there, in the order they came. */
  members(room: RoomName): Promise<readonly RoomMember[]>;
  /** How many are there, if this process looks at the room; else null. */
  count(room: RoomName): number | null;
  /** First everybody who is there, in that order, then every change. */
  watch(room: RoomName, options: WatchOptions): Promise<RoomWatch>;
  /** What this process itself has just committed need not come back first. */
  learn(room: RoomName, person: Person, record: PresenceRecord): void;
  /** Silent: those who look at rooms of this site are told nothing. Not any more: they are told what differs from what they knew. */
  silence(site: SiteId, silent: boolean): void;
  /** What is told of members of this site may be made of other words now, though they have not changed. */
  refresh(site: SiteId): void;
  /** Reads every room looked at anew, because messages may have been lost, and tells the differences. */
  reread(): Promise<void>;
  /** How many rooms are followed. */
  size(): number;
  close(): void;
}

/** A room looked at here. Those who left stay in `people` without a member, so that older news of them is known as such. */
interface Roster {
  readonly room: RoomName;
  readonly people: Map<string, { readonly version: number; readonly member: RoomMember | null }>;
  readonly watchers: Set<RoomWatch>;
  users: number;
  count: number;
  complete: boolean;
  /** While nothing is told: whom each watcher knows to be there. */
  known: Map<RoomWatch, Known> | null;
  /** What newcomers are told of members, as long as the count is this: one for all of them. */
  present: WeakMap<RoomMember, RoomChange>;
  stop: Stop;
  ready: Promise<void>;
}

type Known = ReadonlyMap<string, RoomMember>;

export interface RostersOptions {
  readonly store: Pick<Store, 'followRoom' | 'readRoom' | 'read' | 'reachable'>;
  readonly clock: Clock;
  readonly mailboxes: Mailboxes;
  readonly linger: Millis;
  readonly counts: Pick<HubCounts, 'changes'>;
}

const READ_BATCH = 500; // records at once
const MOST_GONE = 1_000; // people remembered as gone, above which all of them are forgotten

export function createRosters({ store, clock, mailboxes, linger, counts }: RostersOptions): Rosters {
  const rosters = new Map<string, Roster>();
  const silent = new Set<SiteId>();
  const idle = createLinger(clock, linger, release);
  let stopSecondLook: Stop | null = null;

  /** The roster of a room, complete, for as long as `use` takes and a little longer. */
  async function withRoster<Answer>(room: RoomName, use: (roster: Roster) => Answer): Promise<Answer> {
    const key = roomKey(room);
    const roster = rosters.get(key) ?? begin(room);
    roster.users++;
    idle.keep(key);
    try {
      await roster.ready;
      return use(roster);
    } finally {
      letGo(roster);
    }
  }

  function begin(room: RoomName): Roster {
    const roster: Roster = {
      room,
      people: new Map(),
      watchers: new Set(),
      users: 0,
      count: 0,
      complete: false,
      known: silent.has(room.site) ? new Map() : null,
      present: new WeakMap(),
      stop: () => {},
      ready: Promise.resolve(),
    };
    rosters.set(roomKey(room), roster);
    roster.ready = prepare(roster).catch((error: unknown) => {
      rosters.delete(roomKey(room));
      roster.stop();
      throw error;
    });
    return roster;
  }

  async function prepare(roster: Roster): Promise<void> {
    roster.stop = await store.followRoom(roster.room, (person, record) => hear(roster, person, record));
    await read(roster);
    roster.complete = true;
  }

  /** `believe`: versions that went backwards too, because the store lost what was committed. */
  async function read(roster: Roster, believe = false): Promise<void> {
    const before = new Map(roster.people);
    const here = await store.readRoom(roster.room);
    const known = [...before.values()].flatMap(({ member }) => (member === null ? [] : member.seen.person));
    const people = [...new Map([...here, ...known].map((person) => [personKey(person), person])).values()];
    for (const batch of batches(people, READ_BATCH)) {
      const records = await store.read(batch);
      for (const [at, person] of batch.entries()) {
        const record = records[at];
        if (record === undefined) continue;
        const key = personKey(person);
        const was = roster.people.get(key);
        // Unless something newer came while we read.
        if (believe && was !== undefined && was === before.get(key)) roster.people.set(key, { ...was, version: -1 });
        hear(roster, person, record);
      }
    }
  }

  function hear(roster: Roster, person: Person, record: PresenceRecord): void {
    const key = personKey(person);
    const before = roster.people.get(key);
    if (before !== undefined && record.version <= before.version) return;
    const now = clock.now();
    const place = placesOf(settle(record, now)).get(roster.room.key);
    const member = place === undefined ? null : { ...place, room: roster.room, seen: see(person, record, now) };
    roster.people.set(key, { version: record.version, member });
    const was = before?.member ?? null;
    roster.count += Number(member !== null) - Number(was !== null);
    forgetGone(roster);
    const change = roster.known === null ? changeOf(was, member, roster.count) : null;
    if (change === null) return;
    counts.changes++;
    for (const mailbox of roster.watchers) mailbox.put(key, change);
  }

  function silence(site: SiteId, quiet: boolean): void {
    if (quiet) silent.add(site);
    else silent.delete(site);
    for (const roster of rosters.values()) {
      if (roster.room.site !== site || (roster.known !== null) === quiet) continue;
      if (quiet) {
        const known = membersOf(roster); // the same for all of them
        roster.known = new Map([...roster.watchers].map((mailbox) => [mailbox, known]));
      } else catchUp(roster);
    }
  }

  function catchUp(roster: Roster): void {
    const { known } = roster;
    roster.known = null;
    const now = membersOf(roster);
    for (const [mailbox, before] of known ?? []) {
      for (const key of new Set([...before.keys(), ...now.keys()])) {
        const change = changeOf(before.get(key) ?? null, now.get(key) ?? null, roster.count);
        if (change !== null) mailbox.put(key, change);
      }
    }
  }

  function letGo(roster: Roster): void {
    roster.users--;
    if (roster.users === 0 && rosters.get(roomKey(roster.room)) === roster) idle.start(roomKey(roster.room));
  }

  function release(key: string): void {
    rosters.get(key)?.stop();
    rosters.delete(key);
  }

  async function watch(room: RoomName, { until, onDone }: WatchOptions): Promise<RoomWatch> {
    return withRoster(room, (roster) => {
      const mailbox = new RoomWatch(mailboxes, roster, () => {
        roster.watchers.delete(mailbox);
        roster.known?.delete(mailbox);
        letGo(roster);
        onDone?.();
      });
      mailboxes.keep(mailbox, until);
      roster.users++;
      roster.watchers.add(mailbox);
      roster.known?.set(mailbox, membersOf(roster));
      for (const member of inOrder(roster))
        mailbox.put(personKey(member.seen.person), presence(roster, member, store.reachable()));
      return mailbox;
    });
  }

  return {
    members: (room) => withRoster(room, inOrder),
    count(room) {
      const roster = rosters.get(roomKey(room));
      return roster?.complete ? roster.count : null;
    },
    watch,
    silence,
    refresh(site) {
      for (const roster of rosters.values()) if (roster.room.site === site) roster.present = new WeakMap();
    },
    learn(room, person, record) {
      const roster = rosters.get(roomKey(room));
      if (roster !== undefined) hear(roster, person, record);
    },
    async reread() {
      for (const roster of [...rosters.values()]) await read(roster);
      stopSecondLook?.();
      stopSecondLook = clock.at(after(clock.now(), SECOND_LOOK), () => {
        for (const roster of rosters.values()) read(roster, true).catch(() => undefined); // away again; its return starts another
      });
    },
    size: () => rosters.size,
    close() {
      stopSecondLook?.();
      idle.close();
      for (const key of [...rosters.keys()]) release(key);
    },
  };
}

function inOrder({ people }: Roster): readonly RoomMember[] {
  return [...people.values()]
    .flatMap(({ member }) => member ?? [])
    .sort((a, b) => a.enteredAt - b.enteredAt || (a.seen.person.user < b.seen.person.user ? -1 : 1));
}

const membersOf = ({ people }: Roster): Known =>
  new Map([...people].flatMap(([key, { member }]) => (member === null ? [] : [[key, member] as const])));

function presence({ present, count, known }: Roster, member: RoomMember, reachable: boolean): RoomChange {
  const stale = known !== null || !reachable;
  const before = present.get(member);
  if (before?.count === count && before.member.seen.stale === stale) return before;
  const change = new RoomChange('PRESENT', { ...member, seen: { ...member.seen, stale } }, count);
  present.set(member, change);
  return change;
}

function changeOf(was: RoomMember | null, member: RoomMember | null, count: number): RoomChange | null {
  if (member === null) return was === null ? null : new RoomChange('LEFT', was, count);
  if (was === null) return new RoomChange('ENTERED', member, count);
  return sameWords(member, was) ? null : new RoomChange('UPDATED', member, count);
}

const sameWords = (a: Member, b: Member): boolean =>
  a.label === b.label && equal(a.metadata, b.metadata) && a.expiresAt === b.expiresAt && a.lastSeen === b.lastSeen;

function forgetGone({ people, count }: Roster): void {
  if (people.size - count <= MOST_GONE) return;
  for (const [key, { member }] of people) if (member === null) people.delete(key);
}

/** A reader takes changes from it; it ends when everything does, or when the reader goes away. */
export class RoomWatch extends Mailbox<string, RoomChange> {
  private readonly roster: Pick<Roster, 'count' | 'known'>;
  private readonly onDone: () => void;
  private toldCount: number | null = null;
  /** The one that waits, of somebody whose coming was not read. */
  private unseenLeaving: RoomChange | null = null;

  constructor(home: Home, roster: Pick<Roster, 'count' | 'known'>, onDone: () => void) {
    super(home);
    this.roster = roster;
    this.onDone = onDone;
  }

  /** What was overtaken kept its place, with the count of then: whoever has read everything is to know how many there are. */
  override take(): RoomChange | undefined {
    const change = super.take();
    const { count, known } = this.roster;
    if (change === undefined) return change;
    const isRight = change.count === count || known !== null || !this.isEmpty();
    this.toldCount = isRight ? change.count : count;
    return isRight ? change : new RoomChange(change.kind, change.member, count);
  }

  /**
   * What a slow reader is told of somebody instead of two changes in a row; null: nothing, they came and went unseen. But
   * somebody who was counted in what was told leaves visibly, when nothing else waits that would put the number right.
   */
  protected override merge(waiting: RoomChange, newer: RoomChange): RoomChange | null {
    const unseen = waiting.kind === 'ENTERED' || waiting.kind === 'PRESENT';
    if (newer.kind === 'LEFT' && unseen) {
      if (this.toldCount === null || this.toldCount === newer.count || !this.hasOne()) return null;
      this.unseenLeaving = newer;
    }
    if (newer.kind === 'LEFT') return newer;
    const { member, count } = newer;
    if (waiting.kind !== 'LEFT') return new RoomChange(waiting.kind, member, count);
    return new RoomChange(waiting === this.unseenLeaving ? 'ENTERED' : 'UPDATED', member, count);
  }

  protected override closed(): void {
    this.onDone();
  }
}
