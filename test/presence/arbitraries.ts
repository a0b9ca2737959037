/**
 * Records and histories for the laws. Time is a few dozen ticks and names are few, so that things coincide: two ends
 * in one moment, a claim told twice, a plan at the very moment of a refresh.
 */
import fc from 'fast-check';
import { apply } from '../../src/presence/apply.ts';
import type { Calendar } from '../../src/presence/calendar.ts';
import type { PresenceEvent } from '../../src/presence/event.ts';
import {
  after,
  asCustomStatusId,
  asMicros,
  asMillis,
  asNodeId,
  asSessionId,
  type Millis,
  type SessionId,
} from '../../src/presence/ids.ts';
import {
  AVAILABILITIES,
  CLAIM_SOURCES,
  type Claim,
  DEVICES,
  EMPTY_RECORD,
  type PlannedChoice,
  type PresenceRecord,
  type Session,
} from '../../src/presence/record.ts';
import { ACTIVITIES } from '../../src/presence/session.ts';

/** Every moment that a generated record or event names is before this; only refreshes go on. */
export const END = 40;
const LONGEST = 16;

/** Something that happens `wait` ticks after what was before it. */
export interface Occurrence {
  readonly wait: number;
  /** Of leave, idle and hold: from a connection that has been replaced since. */
  readonly late: boolean;
  readonly event: PresenceEvent;
}

/** What happened, and when the last of it did. */
export interface Told {
  readonly record: PresenceRecord;
  readonly now: Millis;
}

export function tell(history: readonly Occurrence[], before: Told = { record: EMPTY_RECORD, now: asMillis(0) }): Told {
  return history.reduce(({ record, now }, occurrence) => {
    const then = asMillis(now + occurrence.wait);
    return { record: happen(record, aimed(occurrence, record), then), now: then };
  }, before);
}

/** Applies an event to a record, neither of which can be changed. */
export function happen(record: PresenceRecord, event: PresenceEvent, now: Millis): PresenceRecord {
  return apply(frozen(record), frozen(event), now);
}

/** The event with the generation that its session has, or had before. */
export function aimed({ event, late }: Occurrence, record: PresenceRecord): PresenceEvent {
  const generation = (id: SessionId, otherwise: number) => {
    const stands = record.sessions.find((each) => each.id === id)?.generation;
    return stands === undefined ? otherwise : stands - (late ? 1 : 0);
  };
  switch (event.type) {
    case 'leave':
    case 'idle':
      return { ...event, generation: generation(event.id, late ? 0 : 1) }; // the first is 1
    case 'hold': {
      const { session: held } = event;
      return { ...event, session: { ...held, generation: generation(held.id, held.generation) } };
    }
    default:
      return event;
  }
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}

const shape = <T>(members: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) => fc.record(members, { noNullPrototype: true });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 1 });
/** For what would hide everything else that a record says. */
const seldom = fc.integer({ min: 0, max: 3 }).map((number) => number === 3);
/** The members, or some of them left out. */
const some = <T>(members: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record(members, { noNullPrototype: true, requiredKeys: [] });

export const moment = fc.integer({ min: 0, max: END - LONGEST - 1 }).map(asMillis);
export const length = fc.integer({ min: 1, max: LONGEST }).map(asMillis);

const sessionId = fc.constantFrom('a', 'b', 'c').map(asSessionId);
const availability = fc.constantFrom(...AVAILABILITIES);
const words = shape({
  text: fc.constantFrom('one', 'two'),
  emoji: fc.constantFrom(null, '🌴'),
  customStatusId: fc.constantFrom(null, asCustomStatusId('customStatus:1')),
});
const claimed = shape<Omit<Claim, 'started'>>({
  source: fc.constantFrom(...CLAIM_SOURCES),
  key: fc.constantFrom('x', 'y'),
  availability,
  text: fc.constantFrom(null, 'three'),
  emoji: fc.constant(null),
  startsAt: moment,
  expiresAt: maybe(moment),
});
const times = (most: number) =>
  fc
    .uniqueArray(moment, { minLength: 2, maxLength: 2 * most })
    .map((all) => all.slice(all.length % 2).sort((a, b) => a - b));
const stretches = times(3).map((all) =>
  all.flatMap((startsAt, nth) => (nth % 2 === 0 ? [{ startsAt, endsAt: all[nth + 1] ?? startsAt }] : [])),
);
const calendarKey = fc.constantFrom('home', 'work');
const textName = fc.constantFrom('t', 'u');
const news = shape({
  key: calendarKey,
  busy: fc.oneof(fc.constant([]), stretches),
  more: maybe(shape({ text: textName, at: moment })),
});
const calendar = shape<Calendar>({
  key: calendarKey,
  busy: times(3),
  started: fc.boolean(),
  more: maybe(shape({ text: textName, at: moment, due: fc.boolean() })),
});
const choice = fc
  .tuple(some({ availability }), shape({ line: maybe(words), expiresAt: maybe(moment) }))
  .map(([dot, rest]) => ({ ...dot, ...rest }));
/** One that starts later ends after that, or never: the door sees to it. */
const planned: fc.Arbitrary<PlannedChoice> = fc
  .tuple(choice, moment, maybe(length))
  .map(([chosen, startsAt, lasts]) => ({
    ...chosen,
    startsAt,
    expiresAt: lasts === null ? null : after(startsAt, lasts),
  }));

const roomKey = fc.constantFrom('hall', 'garden');
const entering = shape({
  type: fc.constant('enter'),
  room: roomKey,
  sessionId,
  label: fc.constantFrom('online', 'typing'),
  metadata: fc.constantFrom(null, { cursor: 1 }),
  expiresAfter: maybe(length),
});

const session: fc.Arbitrary<Session> = shape<Session>({
  id: sessionId,
  generation: fc.integer({ min: 1, max: 3 }),
  node: fc.constantFrom(null, asNodeId('node')),
  transport: fc.constantFrom('WEBSOCKET', 'HTTP'),
  device: fc.constantFrom(...DEVICES),
  connectedAt: moment,
  activeAt: moment,
  roomsOnly: seldom,
  idle: fc.boolean(),
  holds: fc.subarray(['ASLEEP', 'BACKGROUND', 'LOCKED'] as const),
  lost: fc.boolean(),
  idleAt: maybe(moment),
  awayAt: maybe(moment),
  endsAt: maybe(moment),
}).map((each) => ({
  ...each,
  idleAt: each.idle || each.transport === 'WEBSOCKET' ? null : each.idleAt,
  awayAt: each.lost ? null : each.awayAt,
}));

const siteIdleTimeout = length;

/** Whatever a device or a server does; none of it may touch what the person said. */
const traffic: fc.Arbitrary<PresenceEvent> = fc.oneof(
  { weight: 3, arbitrary: opening() },
  shape({ type: fc.constant('activity'), id: sessionId, activity: fc.constantFrom(...ACTIVITIES), siteIdleTimeout }),
  shape({ type: fc.constant('idle'), id: sessionId, generation: fc.constant(0), activeAt: moment, siteIdleTimeout }),
  shape({ type: fc.constant('beat'), id: sessionId, active: fc.boolean(), ttl: length, siteIdleTimeout }),
  shape({ type: fc.constant('end'), id: sessionId }),
  entering,
  shape({ type: fc.constant('exit'), room: roomKey, sessionId }),
  shape({
    type: fc.constant('leave'),
    id: sessionId,
    generation: fc.constant(0),
    activeAt: moment,
    lostAfter: maybe(length),
    endsAfter: length,
  }),
  fc.tuple(session, length).map(([held, refreshEvery]) => ({
    type: 'hold' as const,
    session: { ...held, transport: 'WEBSOCKET' as const, lost: false, idleAt: null, awayAt: null, endsAt: null },
    refreshEvery,
  })),
);

function opening(): fc.Arbitrary<PresenceEvent> {
  const ttl = length.chain((life) =>
    fc.constantFrom(
      { transport: 'WEBSOCKET', node: asNodeId('node'), ttl: null } as const,
      { transport: 'HTTP', node: null, ttl: life } as const,
    ),
  );
  const said = some({ device: fc.constantFrom(...DEVICES), activity: fc.constantFrom(...ACTIVITIES) });
  return fc.tuple(sessionId, ttl, said, siteIdleTimeout, length).map(([id, by, says, site, refreshEvery]) => ({
    type: 'open',
    arrival: { id, ...by, ...says },
    siteIdleTimeout: site,
    refreshEvery,
  }));
}

const speech: fc.Arbitrary<PresenceEvent> = fc.oneof(
  choice.map((chosen) => ({ type: 'choose' as const, ...chosen })),
  planned.map((plan) => ({ type: 'plan' as const, ...plan })),
  shape({ type: fc.constant('clear') }),
  shape({ type: fc.constant('hide'), invisible: fc.boolean() }),
  claimed.map((claim) => ({ type: 'claim' as const, ...claim })),
  shape({ type: fc.constant('unclaim'), source: fc.constantFrom(...CLAIM_SOURCES), key: fc.constantFrom('x', 'y') }),
  news.map((told) => ({ type: 'calendar' as const, ...told })),
  fc.tuple(textName, news).map(([text, told]) => ({ type: 'look' as const, text, ...told })),
  shape({ type: fc.constant('name'), value: fc.constantFrom('Ada', 'Grace'), since: moment }),
  fc
    .tuple(some({ autoAway: fc.boolean(), idleTimeout: length }), siteIdleTimeout)
    .map(([wishes, site]) => ({ type: 'prefer' as const, ...wishes, siteIdleTimeout: site })),
  fc
    .tuple(opening(), some({ invisible: fc.boolean(), line: words }))
    .map(([open, said]) => ({ ...open, ...said }) as PresenceEvent),
);

const occurrences = (event: fc.Arbitrary<PresenceEvent>, wait = fc.integer({ min: 0, max: 6 })) =>
  shape<Occurrence>({ wait, late: fc.boolean(), event });

export const deviceTraffic = occurrences(traffic);
export const occurrence = occurrences(fc.oneof(traffic, speech));
/** As told by servers whose clocks disagree: time jumps back and forth. */
export const skewed = occurrences(fc.oneof(traffic, speech), fc.integer({ min: -12, max: 12 }));
export const history = fc.array(occurrence, { maxLength: 16 });

/** Any record that keeps to its type's promises, whether or not a history leads to it. */
export const anyRecord: fc.Arbitrary<PresenceRecord> = shape<PresenceRecord>({
  version: fc.constant(asMicros(1)),
  name: maybe(shape({ value: fc.constant('Ada'), since: moment })),
  sessions: fc.uniqueArray(session, { maxLength: 3, selector: ({ id }) => id }),
  ended: fc.uniqueArray(
    session.map(({ id, generation }) => ({ id, generation })),
    { maxLength: 2, selector: ({ id }) => id },
  ),
  rooms: fc.constant([]),
  claims: fc.oneof(
    fc.constant([]),
    fc.uniqueArray(
      fc.tuple(claimed, fc.boolean()).map(([claim, started]) => ({ ...claim, started })),
      { maxLength: 4, selector: ({ source, key }) => `${source}:${key}` },
    ),
  ),
  calendars: fc
    .uniqueArray(calendar, { maxLength: 2, selector: ({ key }) => key })
    .map((all) => all.toSorted((a, b) => (a.key < b.key ? -1 : 1))),
  pick: maybe(
    shape({ availability: fc.constantFrom('AWAY', 'BUSY', 'OFFLINE'), startsAt: moment, expiresAt: maybe(moment) }),
  ),
  line: maybe(fc.tuple(words, maybe(moment)).map(([said, expiresAt]) => ({ ...said, expiresAt }))),
  planned: fc
    .uniqueArray(planned, { maxLength: 3, selector: ({ startsAt }) => startsAt })
    .map((plans) => plans.toSorted((a, b) => a.startsAt - b.startsAt)),
  invisible: seldom,
  preferences: shape({ autoAway: fc.boolean(), idleTimeout: maybe(length) }),
  lastActive: maybe(moment),
  refresh: maybe(shape({ at: moment, every: length })),
})
  .map((record) => ({
    ...record,
    // An id is never used again, so no session is both there and ended.
    ended: record.ended.filter(({ id }) => !record.sessions.some((each) => each.id === id)),
  }))
  .map((record) => ({ ...record, refresh: record.sessions.length === 0 ? null : record.refresh }));
