/**
 * The language in which stories about one person are told. A story is a list of moments; a moment is a second after
 * the start, then what happens and what others see then, in this order:
 *
 *     [0, opens('laptop'), 'ONLINE'],
 *     [60, picks('BUSY', { text: 'Deep work' }), { dot: 'BUSY', text: 'Deep work' }],
 */
import { expect } from 'vitest';
import { apply } from '../../src/presence/apply.ts';
import type { PresenceEvent } from '../../src/presence/event.ts';
import { asCustomStatusId, asMillis, asNodeId, asSessionId, type Millis } from '../../src/presence/ids.ts';
import {
  type Availability,
  type ClaimSource,
  EMPTY_RECORD,
  type PresenceRecord,
  type Session,
} from '../../src/presence/record.ts';
import { type PresenceView, resolve } from '../../src/presence/resolve.ts';
import type { Activity } from '../../src/presence/session.ts';
import { settle } from '../../src/presence/settle.ts';

export type Moment = readonly [second: number, ...parts: readonly (Deed | Availability | Seen)[]];
export type Story = readonly [title: string, moments: readonly Moment[]];

/** Something that happens to the record as it then is. */
export type Deed = (record: PresenceRecord, now: Millis) => PresenceEvent;

/** What others see; moments are in seconds after the start. */
interface Seen {
  readonly dot?: Availability;
  readonly text?: string | null;
  readonly emoji?: string | null;
  readonly customStatus?: string | null;
  readonly statusEnds?: number | null;
  readonly lastActive?: number | null;
}

/** A Sunday noon, so that no story crosses midnight unless it means to. */
const START = Date.UTC(2026, 10, 22, 12);
export const at = (second: number): Millis => asMillis(START + seconds(second));
export const seconds = (count: number): Millis => asMillis(count * 1_000);

// The lengths of time of the design, in seconds.
export const IDLE = 300;
export const GRACE = 5;
export const GONE = 30;
export const TTL = 75;
export const REFRESH = 900;

/** Plays a story twice, asked only at its own moments and asked at every second: how often one looks changes nothing. */
export function play(moments: readonly Moment[]): void {
  follow(moments, (record) => record);
  follow(moments, (record, from, to) => {
    let settled = record;
    for (let second = Math.ceil(from); second < to; second++) settled = settle(settled, at(second));
    return settled;
  });
}

/** The record at the end of a story. */
export function live(...moments: readonly Moment[]): PresenceRecord {
  return follow(moments, (record) => record);
}

type Pass = (record: PresenceRecord, from: number, to: number) => PresenceRecord;

function follow(moments: readonly Moment[], pass: Pass): PresenceRecord {
  let record = EMPTY_RECORD;
  let last = 0;
  for (const [second, ...parts] of moments) {
    record = pass(record, last, second);
    last = second;
    for (const part of parts) {
      if (typeof part === 'function') record = happen(record, part, second);
      else expectSeen(record, typeof part === 'string' ? { dot: part } : part, second);
    }
  }
  return record;
}

export function happen(record: PresenceRecord, deed: Deed, second: number): PresenceRecord {
  return apply(record, deed(record, at(second)), at(second));
}

/** The same word, from somebody who knows the record only as it was. */
export const late =
  (older: PresenceRecord, deed: Deed): Deed =>
  (_, now) =>
    deed(older, now);

function expectSeen(record: PresenceRecord, wanted: Seen, second: number): void {
  expect(seen(resolve(record, at(second))), `what others see after ${second} s`).toMatchObject(wanted);
}

function seen({ availability, status, lastActive }: PresenceView): Required<Seen> {
  return {
    dot: availability,
    text: status?.text ?? null,
    emoji: status?.emoji ?? null,
    customStatus: status?.customStatusId ?? null,
    statusEnds: secondOf(status?.expiresAt ?? null),
    lastActive: secondOf(lastActive),
  };
}

export const secondOf = (moment: Millis | null): number | null => (moment === null ? null : (moment - START) / 1_000);

export function sessionOf(record: PresenceRecord, id: string): Session | undefined {
  return record.sessions.find((session) => session.id === id);
}

// What devices do.

export interface Opening {
  readonly over?: 'WEBSOCKET' | 'HTTP';
  readonly activity?: Activity;
  readonly invisible?: boolean;
  readonly text?: string;
}

/** Opens a session or, when it is there, comes back to it. */
export function opens(id: string, { over = 'WEBSOCKET', activity, invisible, text }: Opening = {}): Deed {
  return () => ({
    type: 'open',
    arrival: {
      id: asSessionId(id),
      node: over === 'HTTP' ? null : asNodeId('node'),
      transport: over,
      ttl: over === 'HTTP' ? seconds(TTL) : null,
      ...(activity === undefined ? {} : { activity }),
    },
    siteIdleTimeout: seconds(IDLE),
    refreshEvery: seconds(REFRESH),
    ...(invisible === undefined ? {} : { invisible }),
    ...(text === undefined ? {} : { line: { text, emoji: null, customStatusId: null } }),
  });
}

export const reports =
  (id: string, activity: Activity): Deed =>
  () => ({ type: 'activity', id: asSessionId(id), activity, siteIdleTimeout: seconds(IDLE) });

/** The process that holds the socket finds that nobody was active since the given second. */
export const quietSince =
  (id: string, second: number): Deed =>
  (record) => ({
    type: 'idle',
    id: asSessionId(id),
    generation: sessionOf(record, id)?.generation ?? 0,
    activeAt: at(second),
    siteIdleTimeout: seconds(IDLE),
  });

export const beats =
  (id: string, active = false): Deed =>
  () => ({ type: 'beat', id: asSessionId(id), active, ttl: seconds(TTL), siteIdleTimeout: seconds(IDLE) });

export const signsOut =
  (id: string): Deed =>
  () => ({ type: 'end', id: asSessionId(id) });

/** A close frame came: 1000 or 1001. */
export const closes = (id: string): Deed => leaves(id, null, GRACE);
/** No close frame, or no pong. */
export const drops = (id: string): Deed => leaves(id, GRACE, GONE);
/** The process that holds the socket shuts down. */
export const drains = (id: string): Deed => leaves(id, null, GONE);

function leaves(id: string, lostAfter: number | null, endsAfter: number): Deed {
  return (record, now) => {
    const session = sessionOf(record, id);
    return {
      type: 'leave',
      id: asSessionId(id),
      generation: session?.generation ?? 0,
      activeAt: session?.activeAt ?? now,
      lostAfter: lostAfter === null ? null : seconds(lostAfter),
      endsAfter: seconds(endsAfter),
    };
  };
}

/** The process whose socket it is says that the session, as that process knows it, is there after all. */
export const holds =
  (known: PresenceRecord, id: string): Deed =>
  () => {
    const session = sessionOf(known, id);
    if (session === undefined) throw new Error(`no session ${id}`);
    return { type: 'hold', session, refreshEvery: seconds(REFRESH) };
  };

// What the person says.

export interface Words {
  readonly text?: string;
  readonly emoji?: string;
  readonly customStatus?: string;
  /** The second at which what is said ends. */
  readonly until?: number;
}

export const picks = (availability: Availability, words: Words = {}): Deed => {
  const choice = { availability, ...said(words) };
  return () => ({ type: 'choose', ...choice });
};

/** Says something without touching the dot. */
export const says = (text: string, words: Words = {}): Deed => {
  const choice = said({ text, ...words });
  return () => ({ type: 'choose', ...choice });
};

/** Picks a dot, or only says something, from a later second on. */
export const plans = (second: number, availability: Availability | null, words: Words = {}): Deed => {
  const choice = { ...(availability === null ? {} : { availability }), ...said(words), startsAt: at(second) };
  return () => ({ type: 'plan', ...choice });
};

function said({ text, emoji, customStatus, until }: Words) {
  const line = {
    text: text ?? null,
    emoji: emoji ?? null,
    customStatusId: customStatus === undefined ? null : asCustomStatusId(customStatus),
  };
  const silent = text === undefined && emoji === undefined;
  return { line: silent ? null : line, expiresAt: until === undefined ? null : at(until) };
}

export const clears: Deed = () => ({ type: 'clear' });
export const hides: Deed = () => ({ type: 'hide', invisible: true });
export const shows: Deed = () => ({ type: 'hide', invisible: false });

export const prefers =
  (wishes: { readonly autoAway?: boolean; readonly idleAfter?: number }): Deed =>
  () => ({
    type: 'prefer',
    siteIdleTimeout: seconds(IDLE),
    ...(wishes.autoAway === undefined ? {} : { autoAway: wishes.autoAway }),
    ...(wishes.idleAfter === undefined ? {} : { idleTimeout: seconds(wishes.idleAfter) }),
  });

// What integrations say.

export interface Appointment {
  readonly key?: string;
  readonly as?: Availability;
  readonly text?: string;
}

/** A call from one second to another; `until` null: nobody knows. */
export const calls = (from: number, until: number | null, more?: Appointment): Deed =>
  claims('CALL', from, until, more);
export const meets = (from: number, until: number | null, more?: Appointment): Deed =>
  claims('CALENDAR', from, until, more);

function claims(source: ClaimSource, from: number, until: number | null, more: Appointment = {}): Deed {
  const { key = 'a', as: availability = 'BUSY', text = null } = more;
  const expiresAt = until === null ? null : at(until);
  return () => ({ type: 'claim', source, key, availability, text, emoji: null, startsAt: at(from), expiresAt });
}

export const endsCall = (key = 'a'): Deed => unclaims('CALL', key);
export const endsMeeting = (key = 'a'): Deed => unclaims('CALENDAR', key);

const unclaims =
  (source: ClaimSource, key: string): Deed =>
  () => ({ type: 'unclaim', source, key });
