/**
 * Everything that decides one person's dot, as plain data. Three inputs never merge into one field: sessions (is
 * anything connected), activity (is anybody there) and intent (pick and claims). Every length of time is kept as the
 * absolute moment at which it ends, so the record needs no timer: `settle` brings it up to any moment.
 * Policy lives in apply.ts (what an event does), settle.ts (what time does) and resolve.ts (what is seen).
 */
import type { Calendar } from './calendar.ts';
import type { CustomStatusId, Micros, Millis, NodeId, SessionId } from './ids.ts';
import { asMicros } from './ids.ts';

export const AVAILABILITIES = ['ONLINE', 'AWAY', 'BUSY', 'OFFLINE'] as const;
/** The dot. */
export type Availability = (typeof AVAILABILITIES)[number];

export const DEVICES = ['WEB', 'DESKTOP', 'MOBILE', 'OTHER'] as const;
export type Device = (typeof DEVICES)[number];

export type Transport = 'WEBSOCKET' | 'HTTP';

export const CLAIM_SOURCES = ['CALL', 'CALENDAR'] as const;
export type ClaimSource = (typeof CLAIM_SOURCES)[number];

/** What a device says keeps its person away, whatever their auto-away preference is. */
export type Hold = 'LOCKED' | 'ASLEEP' | 'BACKGROUND';

/** One connected device or tab. */
export interface Session {
  readonly id: SessionId;
  /** Grows with every resume, so that the late goodbye of an old socket cannot end the new one. */
  readonly generation: number;
  /** The process that holds the socket; null for HTTP sessions, which no process holds. */
  readonly node: NodeId | null;
  readonly transport: Transport;
  readonly device: Device;
  readonly connectedAt: Millis;
  /** The last activity that was written down; for a socket its process may know of later activity. */
  readonly activeAt: Millis;
  /** A guest's: it is in rooms, and does not make its person ONLINE. */
  readonly roomsOnly: boolean;
  readonly idle: boolean;
  readonly holds: readonly Hold[];
  /** Dropped, and the reconnect grace is over. */
  readonly lost: boolean;
  /** When it turns idle; null when it is idle already, and for sockets, whose process times them. */
  readonly idleAt: Millis | null;
  /** When it turns lost; null when nothing is wrong or it is lost already. */
  readonly awayAt: Millis | null;
  /** When it is gone; null while a socket holds it. */
  readonly endsAt: Millis | null;
}

/** A connection whose session was ended before it. */
interface EndedSession {
  readonly id: SessionId;
  readonly generation: number;
}

/** What the person picked for their dot. ONLINE is never stored: it means automatic. */
export interface Pick {
  readonly availability: Exclude<Availability, 'ONLINE'>;
  readonly startsAt: Millis;
  readonly expiresAt: Millis | null;
}

/** What the person says about themselves; an axis of its own beside the dot. At least one of text and emoji is set. */
export interface StatusLine {
  readonly text: string | null;
  readonly emoji: string | null;
  /** The custom status it was copied from. */
  readonly customStatusId: CustomStatusId | null;
  readonly expiresAt: Millis | null;
}

/** What one setStatus says: the dot (undefined: leave it), the status line (null: none), and when both end. */
export interface Choice {
  readonly availability?: Availability;
  readonly line: Omit<StatusLine, 'expiresAt'> | null;
  readonly expiresAt: Millis | null;
}

/** A choice that starts later; at `startsAt` it happens as if it had been made then. */
export interface PlannedChoice extends Choice {
  readonly startsAt: Millis;
}

/** A call or a meeting, told by an integration. Keyed by source and key, so that one ending never ends another. */
export interface Claim {
  readonly source: ClaimSource;
  readonly key: string;
  readonly availability: Availability;
  readonly text: string | null;
  readonly emoji: string | null;
  readonly startsAt: Millis;
  readonly expiresAt: Millis | null;
  readonly started: boolean;
}

/** JSON, as an application sends it. */
export type JsonObject = { readonly [name: string]: unknown };

/** What somebody says of themselves in a room. */
export interface RoomWords {
  readonly label: string;
  readonly metadata: JsonObject | null;
}

/** One session in one room. */
export interface RoomEntry extends RoomWords {
  readonly room: string;
  readonly sessionId: SessionId;
  /** When it came, as others are told: not before its person ceased to hide. */
  readonly enteredAt: Millis;
  /** When it said something last. */
  readonly at: Millis;
  /** When it said what counts now: before `at` once that has expired. */
  readonly wordsAt: Millis;
  readonly expiresAt: Millis | null;
  /** What it gives way to when it expires; null: the session leaves the room then. */
  readonly lasting: (RoomWords & { readonly wordsAt: Millis }) | null;
}

export interface Preferences {
  readonly autoAway: boolean;
  /** null: the site's default. */
  readonly idleTimeout: Millis | null;
}

/** When lastActive is refreshed next, and how long to wait from there. */
export interface Refresh {
  readonly at: Millis;
  readonly every: Millis;
}

export interface PresenceRecord {
  /** 0: never written. Set by the store; only grows. */
  readonly version: Micros;
  /** `since`: when this name was issued; a newer one replaces it. */
  readonly name: { readonly value: string; readonly since: Millis } | null;
  readonly sessions: readonly Session[];
  /** Sessions that were signed out while their sockets were open, until those close; the latest last. */
  readonly ended: readonly EndedSession[];
  /** Where the sessions are; each goes with its session. */
  readonly rooms: readonly RoomEntry[];
  readonly claims: readonly Claim[];
  /** By key. */
  readonly calendars: readonly Calendar[];
  readonly pick: Pick | null;
  readonly line: StatusLine | null;
  /** By startsAt, ascending. */
  readonly planned: readonly PlannedChoice[];
  readonly invisible: boolean;
  readonly preferences: Preferences;
  /** What others are told; stands still while the person is hidden. */
  readonly lastActive: Millis | null;
  /** null while no session is there. */
  readonly refresh: Refresh | null;
}

export const MAX_SESSIONS = 100; // per person; one more is refused
export const MAX_ENDED = 20; // signed out under an open socket, per person; the oldest is forgotten
export const MAX_PLANNED = 20; // choices that start later, per person
export const MAX_CLAIMS = 500; // calls and meetings, per person
export const MIN_IDLE_TIMEOUT = 60; // seconds, for a person's own preference
export const MAX_IDLE_TIMEOUT = 86_400; // seconds: a day

/** Somebody never seen. */
export const EMPTY_RECORD: PresenceRecord = {
  version: asMicros(0),
  name: null,
  sessions: [],
  ended: [],
  rooms: [],
  claims: [],
  calendars: [],
  pick: null,
  line: null,
  planned: [],
  invisible: false,
  preferences: { autoAway: true, idleTimeout: null },
  lastActive: null,
  refresh: null,
};

/** What must last, whatever becomes of the process and its sockets. */
export function stickyPart(record: PresenceRecord): PresenceRecord {
  return revise(record, { sessions: [], ended: [], rooms: [], refresh: null });
}

/** The record with some members replaced; the same object when that changes nothing. */
export function revise(record: PresenceRecord, changes: Partial<PresenceRecord>): PresenceRecord {
  for (const key of Object.keys(changes) as (keyof PresenceRecord)[]) {
    if (!equal(record[key], changes[key])) return { ...record, ...changes };
  }
  return record;
}

/** Deep equality of plain data. */
export function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((value, at) => equal(value, b[at]));
  }
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && equal(Reflect.get(a, name), Reflect.get(b, name)));
}
