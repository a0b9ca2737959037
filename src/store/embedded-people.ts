/**
 * The people of the embedded store. Memory holds exactly the records that are live: that have sessions, or whatever else
 * ends with the process. Everybody else is read from disk when asked for.
 *
 * Policy is in `save` (what is written when) and `renewed` (what a record is worth after a restart).
 */
import type { PubSubEngine } from 'graphql-subscriptions';
import { deadline } from '../presence/deadline.ts';
import type { Micros, Millis, Person, SiteId, UserId } from '../presence/ids.ts';
import { EMPTY_RECORD, type PresenceRecord, revise, stickyPart } from '../presence/record.ts';
import { resolve } from '../presence/resolve.ts';
import { announcedIn, HIDEOUT, placesOf } from '../presence/room.ts';
import type { Agenda } from './agenda.ts';
import { createCensus } from './census.ts';
import { recordCodec } from './codec.ts';
import { type Disk, readRecord } from './disk.ts';
import { sealRecord } from './envelope.ts';
import { createLocalFeed, following } from './feed.ts';
import { personKey, personOf, roomKey } from './key.ts';
import { createLedger } from './ledger.ts';
import type { StoreCounts } from './stats.ts';
import type { Due, Follower, RoomName, Stop } from './store.ts';

export interface People {
  read(person: Person): PresenceRecord;
  update(person: Person, change: (record: PresenceRecord) => PresenceRecord): Promise<PresenceRecord>;
  due(now: Millis, limit: number): Due;
  follow(person: Person, follower: Follower): Promise<void>;
  unfollow(person: Person, follower: Follower): void;
  countOnline(site: SiteId): number;
  listOnline(site: SiteId, after: UserId | null, limit: number): readonly UserId[];
  readRoom(room: RoomName): readonly Person[];
  countRoom(room: RoomName): number;
  followRoom(room: RoomName, tell: (person: Person, record: PresenceRecord) => void): Promise<Stop>;
  /** Resolves when no update is under way. */
  idle(): Promise<void>;
}

interface InRoom {
  readonly person: Person;
  readonly record: PresenceRecord;
}

export interface PeopleOptions {
  readonly disk: Disk;
  readonly engine: PubSubEngine;
  /** By key; those of the people on disk are in it. */
  readonly deadlines: Agenda<string>;
  readonly now: () => Millis;
  /** The least version of what was there when this process began. */
  readonly opened: Micros;
  readonly counts: Pick<StoreCounts, 'commits'>;
}

export function createPeople({ disk, engine, deadlines, now, opened, counts }: PeopleOptions): People {
  const live = new Map<string, PresenceRecord>();
  const online = createCensus();
  const feed = createLocalFeed<PresenceRecord>(engine, 'person');
  const roomFeed = createLocalFeed<InRoom>(engine, 'room');
  const rooms = new Map<string, Map<string, Person>>();

  function load(key: string): PresenceRecord {
    const here = live.get(key);
    if (here !== undefined) return here;
    const kept = readRecord(disk, key, recordCodec);
    return kept === null ? EMPTY_RECORD : renewed(kept, opened);
  }

  /**
   * When only sessions changed nobody waits for the disk: it then has an older version, which does no harm, because a
   * restart gives a newer one. But a record that is not live is on disk alone, so there it is as it stands.
   */
  async function save(key: string, before: PresenceRecord, after: PresenceRecord): Promise<void> {
    if (isLive(after) && lastsEqually(before, after)) return;
    await disk.put(key, sealRecord(key, stickyPart(after), recordCodec));
  }

  async function show(
    key: string,
    before: PresenceRecord,
    record: PresenceRecord,
    steps: readonly PresenceRecord[],
  ): Promise<void> {
    if (isLive(record)) live.set(key, record);
    else live.delete(key);
    deadlines.set(key, deadline(record));
    const person = personOf(key);
    if (person === null) return;
    online.set(person, resolve(record, now()).availability !== 'OFFLINE');
    await Promise.all([...steps.map((step) => feed.publish(key, step)), ...placed(key, person, before, record)]);
  }

  /** The rooms whose people know more or less of this person than before, and whoever hears of those who hide. */
  function placed(
    key: string,
    person: Person,
    before: PresenceRecord,
    record: PresenceRecord,
  ): readonly Promise<void>[] {
    const places = placesOf(record);
    return announcedIn(before, record).map((place) => {
      const name = roomKey({ site: person.site, key: place });
      if (place === HIDEOUT) return roomFeed.publish(name, { person, record });
      const people = rooms.get(name) ?? new Map<string, Person>();
      if (places.has(place)) people.set(key, person);
      else people.delete(key);
      if (people.size > 0) rooms.set(name, people);
      else rooms.delete(name);
      return roomFeed.publish(name, { person, record });
    });
  }

  const ledger = createLedger({ now, load, save, show, counts });

  return {
    read: (person) => load(personKey(person)),
    update: (person, change) => ledger.update(personKey(person), change),
    due: (at, limit) => ({
      people: deadlines.due(at, limit).flatMap((key) => personOf(key) ?? []),
      next: deadlines.next(at),
    }),
    follow: (person, follower) => feed.follow(personKey(person), follower),
    unfollow: (person, follower) => feed.unfollow(personKey(person), follower),
    countOnline: online.count,
    listOnline: online.list,
    readRoom: (room) => [...(rooms.get(roomKey(room))?.values() ?? [])],
    countRoom: (room) => rooms.get(roomKey(room))?.size ?? 0,
    followRoom: (room, tell) => following(roomFeed, roomKey(room), ({ person, record }) => tell(person, record)),
    idle: ledger.idle,
  };
}

/**
 * A record from disk as it counts now. A restart ended sessions without an update, so whatever is from before it gets a
 * version as new as the restart: newer than what was told of the record while it still had them.
 */
function renewed(record: PresenceRecord, opened: Micros): PresenceRecord {
  return record.version < opened ? { ...record, version: opened } : record;
}

/** Whether what must last is the same in both, their versions aside. */
function lastsEqually(before: PresenceRecord, after: PresenceRecord): boolean {
  const lasting = stickyPart(before);
  return revise(lasting, { ...stickyPart(after), version: before.version }) === lasting;
}

/** Whether there is more to it than what must last. */
const isLive = (record: PresenceRecord): boolean => stickyPart(record) !== record;
