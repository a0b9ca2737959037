/** What holds for every record and every history, whatever happens in whatever order. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apply } from '../../src/presence/apply.ts';
import { deadline } from '../../src/presence/deadline.ts';
import type { PresenceEvent } from '../../src/presence/event.ts';
import { explain } from '../../src/presence/explain.ts';
import { asMillis, asNodeId, asSessionId, type Millis } from '../../src/presence/ids.ts';
import { type Availability, type PresenceRecord, stickyPart } from '../../src/presence/record.ts';
import { decide, isVisible, resolve } from '../../src/presence/resolve.ts';
import { placesOf } from '../../src/presence/room.ts';
import { sessionAvailability } from '../../src/presence/session.ts';
import { settle } from '../../src/presence/settle.ts';
import {
  aimed,
  anyRecord,
  deviceTraffic,
  END,
  happen,
  history,
  length,
  moment,
  occurrence,
  skewed,
  tell,
} from './arbitraries.ts';

function law<Given extends [unknown, ...unknown[]]>(
  title: string,
  given: { [Key in keyof Given]: fc.Arbitrary<Given[Key]> },
  holds: (...args: Given) => void,
): void {
  test(title, () => fc.assert(fc.property(...given, holds), { numRuns: 500 }));
}

describe('the dot', () => {
  law('is what the first rule that applies says', [anyRecord, moment], (record, now) => {
    const dot = dotByTheRules(settle(record, now));
    expect(resolve(record, now).availability).toBe(dot);
    expect(isVisible(settle(record, now))).toBe(dot !== 'OFFLINE');
  });

  law(
    'and all that others see does not depend on the order of sessions and claims',
    [anyRecord, fc.func(fc.integer()), moment],
    (record, rank, now) => {
      const shuffled = { ...record, sessions: shuffle(record.sessions, rank), claims: shuffle(record.claims, rank) };
      expect(resolve(shuffled, now)).toEqual(resolve(record, now));
      expect(explain(shuffled, now)).toEqual(explain(record, now));
      expect(deadline(shuffled)).toBe(deadline(record));
    },
  );

  law('is offline, without words, once every session has ended', [history, moment], (past, later) => {
    const { record, now } = tell(past);
    const left = endAll(record, now);
    for (const then of [now, asMillis(now + later)]) {
      expect(resolve(left, then)).toMatchObject({ availability: 'OFFLINE', status: null });
    }
  });

  law('of somebody hidden is in no room', [history], (past) => {
    const { record, now } = tell(past);
    const hidden = apply(record, { type: 'hide', invisible: true }, now);
    expect(placesOf(hidden).size).toBe(0);
    expect(placesOf(endAll(record, now)).size).toBe(0);
  });

  law('comes with words only while it is not offline', [anyRecord, moment], (record, now) => {
    const { availability, status } = resolve(record, now);
    if (availability === 'OFFLINE') expect(status).toBeNull();
    if (availability !== 'OFFLINE' && settle(record, now).line !== null)
      expect(status).toEqual(settle(record, now).line);
  });
});

describe('somebody hidden', () => {
  const hidings: readonly (readonly [PresenceEvent, reveals: (event: PresenceEvent) => boolean])[] = [
    [
      { type: 'hide', invisible: true },
      (event) => (event.type === 'hide' || event.type === 'open') && event.invisible === false,
    ],
    [
      { type: 'choose', availability: 'OFFLINE', line: null, expiresAt: null },
      (event) =>
        event.type === 'clear' ||
        ((event.type === 'choose' || event.type === 'plan') && event.availability !== undefined),
    ],
  ];

  law(
    'looks, in every field and at every later moment, like somebody who left then',
    [history, length, fc.constantFrom(...hidings), history],
    (past, wait, [hiding, reveals], future) => {
      const before = tell(past);
      const start = asMillis(before.now + wait);
      // A plan made before could reveal too, by picking another dot.
      const record = { ...before.record, planned: hiding.type === 'choose' ? [] : before.record.planned };
      const left = endAll(record, start);
      let hidden = { record: happen(record, hiding, start), now: start };
      const expectLeft = (until: number) => {
        for (let then = hidden.now; then < until; then = asMillis(then + 1)) {
          expect(resolve(hidden.record, then), `at ${then}`).toStrictEqual(resolve(left, then));
        }
      };
      for (const next of future.filter(({ event }) => !reveals(event))) {
        expectLeft(hidden.now + next.wait);
        hidden = tell([next], hidden);
        expectLeft(hidden.now + 1);
      }
      expectLeft(hidden.now + END);
    },
  );

  law(
    'who appears has come, and spoken, in every room since then',
    [history, length, fc.constantFrom(...hidings), history, length],
    (past, wait, [hiding, reveals], future, more) => {
      const before = tell(past);
      const start = asMillis(before.now + wait);
      const record = { ...before.record, planned: [], invisible: false };
      const hidden = tell(
        future.filter(({ event }) => !reveals(event) && event.type !== 'plan'),
        { record: happen(record, hiding, start), now: start },
      );
      const appearing = asMillis(hidden.now + more);
      const cleared = happen(hidden.record, { type: 'clear' }, appearing);
      const shown = happen(cleared, { type: 'hide', invisible: false }, appearing);
      for (const member of placesOf(shown).values())
        expect(member).toMatchObject({ enteredAt: appearing, lastSeen: appearing });
    },
  );

  law(
    'who appears looks like somebody who connects',
    [history, length, length, length],
    (past, wait, beforeOpening, beforeAppearing) => {
      const { record, now } = tell(past);
      const leaving = asMillis(now + wait);
      const opening = asMillis(leaving + beforeOpening);
      const appearing = asMillis(opening + beforeAppearing);

      let hidden = endAll(happen(record, { type: 'hide', invisible: true }, leaving), leaving);
      hidden = happen(hidden, openTab, opening);
      hidden = happen(hidden, { type: 'hide', invisible: false }, appearing);
      let away = happen(endAll(record, leaving), { type: 'hide', invisible: false }, leaving);
      away = happen(away, openTab, appearing);

      for (let then = appearing; then < appearing + REFRESH * 0.9; then = asMillis(then + 1)) {
        expect(resolve(hidden, then)).toStrictEqual(resolve(away, then));
      }
    },
  );
});

describe('time', () => {
  law('changes nothing until the deadline, and something at it', [anyRecord, moment], (record, now) => {
    const settled = settle(record, now);
    const view = resolve(settled, now);
    const due = deadline(settled);
    for (let then = now; then < (due ?? now + END); then = asMillis(then + 1)) {
      expect(settle(settled, then)).toBe(settled);
      expect(resolve(settled, then)).toEqual(view);
    }
    if (due !== null) expect(settle(settled, due)).not.toEqual(settled);
  });

  law('always gets past what is due', [anyRecord, moment], (record, now) => {
    const due = deadline(settle(record, now));
    expect(due ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
  });

  law('does the same in one leap and in many steps', [anyRecord, fc.array(moment), moment], (record, stops, now) => {
    const steps = stops.filter((stop) => stop < now).sort((a, b) => a - b);
    expect(
      settle(
        steps.reduce((reached, stop) => settle(reached, stop), record),
        now,
      ),
    ).toEqual(settle(record, now));
  });

  law(
    'that somebody looked at in between makes no difference to what happens',
    [history, length, occurrence],
    (past, wait, next) => {
      const { record, now } = tell(past);
      const then = asMillis(now + wait);
      const looked = settle(settle(record, asMillis(now + Math.floor(wait / 2))), then);
      const event = aimed(next, looked);
      expect(happen(looked, event, then)).toEqual(happen(record, event, then));
    },
  );

  law(
    'never runs backwards: last active only grows, whatever clocks say',
    [fc.array(skewed, { maxLength: 20 })],
    (past) => {
      past.reduce((before, next) => {
        const after = tell([next], before);
        expect(after.record.lastActive ?? -END * 100).toBeGreaterThanOrEqual(before.record.lastActive ?? -END * 100);
        return after;
      }, tell([]));
    },
  );

  law('that runs backwards brings nothing back', [history, moment, occurrence], (past, back, next) => {
    const { record: unsettled, now } = tell(past);
    const record = settle(unsettled, now);
    const earlier = asMillis(now - back);
    expect(settle(record, earlier)).toBe(record);

    const event = aimed(next, record);
    const after = happen(record, event, earlier);
    const known = new Set<string>(record.sessions.map(({ id }) => id));
    const come = after.sessions.filter(({ id }) => !known.has(id)).map(({ id }) => id);
    const brought = event.type === 'open' || event.type === 'hold' ? [sessionIn(event)] : [];
    expect(brought).toEqual(expect.arrayContaining(come));
    const started = record.claims.filter((claim) => claim.started);
    const told = (event.type === 'claim' || event.type === 'unclaim') && `${event.source} ${event.key}`;
    for (const claim of started.filter(({ source, key }) => `${source} ${key}` !== told)) {
      expect(after.claims).toContainEqual(claim);
    }
  });

  law(
    'does not stop a meeting that is told again by a server whose clock is behind',
    [history, moment],
    (past, back) => {
      const { record: unsettled, now } = tell(past);
      const record = settle(unsettled, now);
      for (const { started, ...claim } of record.claims) {
        const again = happen(record, { type: 'claim', ...claim }, asMillis(now - back));
        if (started) expect(again).toBe(record);
      }
    },
  );

  law('until the next change of the dot is foretold right', [anyRecord, moment], (record, now) => {
    const { nextChangeAt } = explain(record, now);
    expect(nextChangeAt).toBe(record.invisible ? null : firstChange(record, now));
  });
});

describe('an event', () => {
  law('said again in the same moment changes nothing more', [history, occurrence], (past, next) => {
    const { record, now } = tell(past);
    const then = asMillis(now + next.wait);
    const event = aimed(next, record);
    const once = happen(record, event, then);
    const twice = happen(once, event, then);
    // Opening again is coming back, which is noted; and what was over when it was said goes away when next looked at.
    const isNoted = event.type === 'open' || settle(once, then) !== once;
    if (!isNoted) expect(twice).toBe(once);
    for (let later = then; later < then + END; later = asMillis(later + 1)) {
      expect(resolve(twice, later)).toEqual(resolve(once, later));
    }
  });

  law('that changes nothing leaves the same record', [history, occurrence], (past, next) => {
    const { record, now } = tell(past);
    const then = asMillis(now + next.wait);
    const settled = settle(record, then);
    const after = happen(settled, aimed(next, settled), then);
    if (isDeepStrictEqual(after, settled)) expect(after).toBe(settled);
  });

  law('never changes the record it is given', [anyRecord, occurrence, moment], (record, next, now) => {
    const copy = structuredClone(record);
    happen(record, aimed(next, record), now);
    resolve(record, now);
    explain(record, now);
    expect(record).toEqual(copy);
  });

  law('makes a record that a store can keep as JSON', [history], (past) => {
    const { record } = tell(past);
    expect(JSON.parse(JSON.stringify(record))).toStrictEqual(record);
  });

  law('from a connection that was replaced changes nothing', [history, deviceTraffic], (past, { event }) => {
    const { record, now } = tell(past);
    const settled = settle(record, now);
    const isHeld = (id: string) => settled.sessions.some((session) => session.id === id);
    fc.pre(event.type === 'leave' || event.type === 'idle' || (event.type === 'hold' && isHeld(event.session.id)));
    expect(happen(settled, aimed({ event, late: true, wait: 0 }, settled), now)).toBe(settled);
  });

  law('of a device never touches what the person or an integration said', [history, deviceTraffic], (past, next) => {
    const { record, now } = tell(past);
    const then = asMillis(now + next.wait);
    expect(said(happen(record, aimed(next, record), then))).toEqual(said(settle(record, then)));
  });

  law('of a device changes nothing for the other devices', [history, deviceTraffic], (past, next) => {
    const { record, now } = tell(past);
    const then = asMillis(now + next.wait);
    const id = sessionIn(next.event);
    const others = (each: PresenceRecord) => each.sessions.filter((session) => session.id !== id);
    expect(others(happen(record, aimed(next, record), then))).toEqual(others(settle(record, then)));
  });
});

law(
  'a restart that loses every session loses nothing that was said',
  [history, fc.array(deviceTraffic)],
  (past, future) => {
    const { record, now } = tell(past);
    const [lived, restarted] = [record, stickyPart(record)].map((each) => tell(future, { record: each, now }));
    const end = asMillis(now + END * 2);
    expect(said(settle(lived?.record ?? record, end))).toEqual(said(settle(restarted?.record ?? record, end)));
  },
);

const REFRESH = 20;
const openTab: PresenceEvent = {
  type: 'open',
  arrival: { id: asSessionId('tab'), node: asNodeId('node'), transport: 'WEBSOCKET', ttl: null },
  siteIdleTimeout: asMillis(10),
  refreshEvery: asMillis(REFRESH),
};

function endAll(record: PresenceRecord, now: Millis): PresenceRecord {
  return record.sessions.reduce((left, { id }) => happen(left, { type: 'end', id }, now), settle(record, now));
}

/** The session that an event of a device is about. */
function sessionIn(event: PresenceEvent): string | null {
  switch (event.type) {
    case 'open':
      return event.arrival.id;
    case 'hold':
      return event.session.id;
    default:
      return 'id' in event ? event.id : null;
  }
}

/** Everything but sessions and what follows from them. */
function said(record: PresenceRecord): PresenceRecord {
  return { ...stickyPart(record), lastActive: null };
}

function shuffle<T>(items: readonly T[], rank: (index: number) => number): readonly T[] {
  return items
    .map((item, index) => ({ item, rank: rank(index) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** The table of the design, written a second time and another way. */
function dotByTheRules(record: PresenceRecord): Availability {
  const { pick, preferences } = record;
  const sessions = record.sessions.filter((session) => !session.roomsOnly);
  if (record.invisible || pick?.availability === 'OFFLINE' || sessions.length === 0) return 'OFFLINE';
  const active = (wanted: string) => record.claims.filter(({ source, started }) => source === wanted && started);
  const calls = active('CALL').map((claim) => ({ ...claim, own: false }));
  const rest = [
    ...active('CALENDAR').map((claim) => ({ ...claim, own: false })),
    ...record.calendars
      .filter(({ started }) => started)
      .flatMap(({ busy: [startsAt] }) =>
        startsAt === undefined ? [] : ([{ startsAt, availability: 'BUSY', own: false }] as const),
      ),
    ...(pick === null ? [] : [{ ...pick, own: true }]),
  ];
  const order: readonly Availability[] = ['BUSY', 'AWAY', 'ONLINE', 'OFFLINE'];
  const [winner] = (calls.length > 0 ? calls : rest).sort(
    (a, b) =>
      b.startsAt - a.startsAt ||
      Number(b.own) - Number(a.own) ||
      order.indexOf(a.availability) - order.indexOf(b.availability),
  );
  if (winner !== undefined) return winner.availability;
  return sessions.some((session) => sessionAvailability(session, preferences.autoAway) === 'ONLINE')
    ? 'ONLINE'
    : 'AWAY';
}

/** The same by looking at every tick. */
function firstChange(record: PresenceRecord, now: Millis): Millis | null {
  const dot = (then: Millis) => decide(settle(record, then)).availability;
  const present = dot(now);
  for (let then = now; then <= END; then = asMillis(then + 1)) {
    if (dot(then) !== present) return then;
  }
  return null;
}
