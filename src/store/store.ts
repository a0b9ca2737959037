/**
 * Where records live. The interface promises:
 * - an update is atomic: `change` gets the record as it is and what it returns is what stands, whoever else writes at
 *   the same time. `change` is pure and may run again. When it throws, or returns the object it got, nothing is written.
 * - an update that resolved is durable as far as the sticky part goes (everything but sessions), and whoever follows
 *   the person is told, once for each update, never an older version after a newer one.
 * - versions of one record only grow, over restarts and failovers too: next = max(previous + 1, the clock in µs).
 * - once closed, every call rejects with StoreUnavailable.
 * - a store that cannot vouch for its answer rejects with StoreUnavailable; it never makes something up.
 * The suite in test/store/contract.ts holds every implementation to this.
 */
import type { ChannelRecord } from '../presence/channel.ts';
import type { Millis, NodeId, Person, SiteId, UserId } from '../presence/ids.ts';
import type { PresenceRecord } from '../presence/record.ts';
import type { SiteRecord } from '../presence/site.ts';
import type { StoreStats } from './stats.ts';

export interface Store {
  /** The records of these people, in their order; somebody never seen has EMPTY_RECORD. As last committed, not settled. */
  read(people: readonly Person[]): Promise<readonly PresenceRecord[]>;
  /** Resolves with the record that stands now, its version set. */
  update(person: Person, change: (record: PresenceRecord) => PresenceRecord): Promise<PresenceRecord>;
  /**
   * People whose deadline is at or before `now` and who are for this process to settle, earliest first, at most `limit`;
   * and the earliest such deadline after `now`, null when there is none. Where several processes share a store, each
   * has the people it committed last; those of a process that is gone are taken over by `nodes.adopt`.
   */
  due(now: Millis, limit: number): Promise<Due>;
  /**
   * Tells `follower` every record committed from the moment this resolves, until unfollowed. null where that is so at
   * once, because others nearby are followed: many are followed together. One follower follows a person once.
   */
  follow(person: Person, follower: Follower): Promise<void> | null;
  /** `follower` is told nothing of this person any more; may be called again. */
  unfollow(person: Person, follower: Follower): void;
  /** How many people of the site others see as not OFFLINE, as of their last commits. */
  countOnline(site: SiteId): Promise<number>;
  /** Some of them, at most `limit`, in an order that is the store's own and stays; those behind `after` in it, who may be gone. */
  listOnline(site: SiteId, after: UserId | null, limit: number): Promise<readonly UserId[]>;

  /** People whom others see in this room, as of their last commits; in no order. */
  readRoom(room: RoomName): Promise<readonly Person[]>;
  /**
   * Calls `tell` with every record committed whose person looks different in this room than before: who came, changed or
   * left; of HIDEOUT, with those of people who begin or cease to hide while connected.
   */
  followRoom(room: RoomName, tell: (person: Person, record: PresenceRecord) => void): Promise<Stop>;
  countRoom(room: RoomName): Promise<number>;

  /** A text of this person's that is too long to travel with their record; null: there is none of this name. */
  readText(person: Person, name: string): Promise<string | null>;
  /** Resolves once the text lasts; null forgets it. One that no calendar in the record names may be forgotten, and so may one that nobody has read for 90 days. */
  writeText(person: Person, name: string, text: string | null): Promise<void>;

  readSite(site: SiteId): Promise<SiteRecord>;
  updateSite(site: SiteId, change: (record: SiteRecord) => SiteRecord): Promise<SiteRecord>;
  followSite(site: SiteId, tell: (record: SiteRecord) => void): Promise<Stop>;

  /** EMPTY_CHANNEL when nobody has written it. */
  readChannel(channel: ChannelName): Promise<ChannelRecord>;
  updateChannel(channel: ChannelName, change: (record: ChannelRecord) => ChannelRecord): Promise<ChannelRecord>;
  followChannel(channel: ChannelName, tell: (record: ChannelRecord) => void): Promise<Stop>;
  /** The channels whose records name this person as a member, in no order. */
  channelsOf(person: Person): Promise<readonly Channel[]>;

  /**
   * How many connections the site has, over all processes; says how many of them are this one's, which counts from now
   * on for `lifetime` unless it is said again, whatever becomes of this process. Zero counts for nothing at once.
   */
  countConnections(site: SiteId, mine: Connections): Promise<Counted>;

  /**
   * Counts `points` for whatever the key names, over all processes, for `window` from the first of them; null when there
   * can be only one process, which counts for itself. May forget what was spent, never make anything up.
   */
  readonly spend: ((key: string, points: number, window: Millis) => Promise<Spent>) | null;

  /** The processes that share this store; null when there can be only one. */
  readonly nodes: Nodes | null;
  /** Calls `tell` whenever messages to followers may have been lost, once they are sure to arrive again: read anew. */
  onGap(tell: () => void): Stop;

  /** Whether the store answered when it was last asked; cheap. */
  reachable(): boolean;
  stats(): StoreStats;
  /** Resolves when the store can answer, rejects with StoreUnavailable when it cannot. */
  check(): Promise<void>;
  /** Waits for what is under way, then lets go of everything. May be called again. */
  close(): Promise<void>;
}

/** An object, because there is one for everybody who is watched, and functions take more room. */
export interface Follower {
  /** Must not throw. */
  hear(record: PresenceRecord): void;
}

/**
 * Which processes are alive. A process that stops beating loses its lease, and any other may then end its sessions.
 * Proof of absence is needed for that: a process the store has never heard of holds nobody.
 */
export interface Nodes {
  /** Extends this process's lease by `lease`. */
  beat(node: NodeId, lease: Millis): Promise<Beat>;
  /** Some people, at most `limit`, with a session that this process holds; none when it holds no more. */
  heldBy(node: NodeId, limit: number): Promise<readonly Person[]>;
  /** Forgets a process that holds nobody. */
  bury(node: NodeId): Promise<void>;
  /** Has this process settle everybody whose own process is gone, or may be. */
  adopt(): Promise<void>;
}

interface Beat {
  /** Whether the lease was still held. When not, others may have ended this process's sessions. */
  readonly held: boolean;
  readonly lapsed: readonly NodeId[];
  /** How long until the next lease of another process ends unless it beats; null when there is none. */
  readonly nextLapse: Millis | null;
}

/** What one process has. */
export interface Connections {
  readonly node: NodeId;
  readonly count: number;
  readonly lifetime: Millis;
}

export interface Counted {
  readonly connections: number;
  /** How long ago the process that was heard of least recently said its number. */
  readonly age: Millis;
}

export interface Spent {
  /** By all processes since the window began, those of the call among them. */
  readonly spent: number;
  /** When the window is over. */
  readonly endsIn: Millis;
}

export interface Due {
  readonly people: readonly Person[];
  readonly next: Millis | null;
}

/** A room of a site; rooms of different sites are different rooms. */
export interface RoomName {
  readonly site: SiteId;
  readonly key: string;
}

/** A channel of a site; channels of different sites or types are different channels. */
export interface ChannelName {
  readonly site: SiteId;
  readonly type: string;
  readonly key: string;
}

export interface Channel {
  readonly name: ChannelName;
  readonly record: ChannelRecord;
}

/** Ends what was started; may be called again. */
export type Stop = () => void;

/** The store cannot answer now; what was asked may be asked again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The store cannot be opened as it stands, and trying again does not help. The message is for the operator. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
}
