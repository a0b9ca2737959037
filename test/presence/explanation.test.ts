import { describe, expect, test } from 'vitest';
import { explain, PRESENCE_RULES } from '../../src/presence/explain.ts';
import { MAX_CLAIMS } from '../../src/presence/record.ts';
import {
  at,
  calls,
  drops,
  hides,
  live,
  type Moment,
  meets,
  opens,
  picks,
  plans,
  prefers,
  quietSince,
  reports,
  says,
  secondOf,
  signsOut,
} from './story.ts';

const HOUR = 3_600; // s
const YEAR = 365 * 24 * HOUR;

type Case = readonly [
  rule: (typeof PRESENCE_RULES)[number],
  because: string,
  next: number | null,
  moments: readonly Moment[],
];

describe('says why a dot is what it is, and when it changes by itself', () => {
  const cases: readonly Case[] = [
    ['NO_SESSION', 'Offline because no device is connected.', null, []],
    [
      'NO_SESSION',
      'Offline because no device is connected.',
      null,
      [[0, picks('BUSY', { until: HOUR }), meets(0, 60)]],
    ],
    ['ACTIVE_SESSION', 'Online because you are active on a connected device.', null, [[0, opens('tab')]]],
    [
      'ACTIVE_SESSION',
      'Online because you are active on a connected device.',
      75,
      [[0, opens('tab', { over: 'HTTP' })]],
    ],
    ['ACTIVE_SESSION', 'Online because you are active on a connected device.', 5, [[0, opens('tab'), drops('tab')]]],
    [
      'ACTIVE_SESSION',
      'Online because you are active on a connected device.',
      60,
      [[0, opens('tab'), plans(60, 'AWAY')]],
    ],
    [
      'ACTIVE_SESSION',
      'Online because you are active on a connected device.',
      null,
      [[0, opens('tab'), says('Hi', { until: 60 })]],
    ],
    [
      'ACTIVE_SESSION',
      'Online because a device is connected and you switched auto-away off.',
      null,
      [[0, opens('tab'), prefers({ autoAway: false }), reports('tab', 'IDLE')]],
    ],
    [
      'ACTIVE_SESSION',
      'Online because you are active on a connected device.',
      null,
      [[0, opens('a'), opens('b'), prefers({ autoAway: false }), reports('a', 'IDLE')]],
    ],
    [
      'IDLE_SESSION',
      'Away because you have not been active for a while.',
      null,
      [
        [0, opens('tab')],
        [300, quietSince('tab', 0)],
      ],
    ],
    ['IDLE_SESSION', 'Away because your screen is locked.', null, [[0, opens('tab'), reports('tab', 'SCREEN_LOCKED')]]],
    ['IDLE_SESSION', 'Away because your device is asleep.', null, [[0, opens('tab'), reports('tab', 'SLEEP')]]],
    [
      'IDLE_SESSION',
      'Away because the app is in the background.',
      null,
      [[0, opens('tab'), reports('tab', 'BACKGROUND')]],
    ],
    [
      'LOST_SESSION',
      'Away because the connection to your device was lost; offline at 12:00 UTC unless it comes back.',
      30,
      [
        [0, opens('tab'), drops('tab')],
        [5, 'AWAY'],
      ],
    ],
    ['MANUAL', 'Busy because you picked it.', null, [[0, opens('tab'), picks('BUSY')]]],
    [
      'MANUAL',
      'Busy because you picked it until 13:00 UTC.',
      HOUR,
      [[0, opens('tab'), picks('BUSY', { until: HOUR })]],
    ],
    [
      'MANUAL',
      'Away because you picked it until 2026-11-23 12:00 UTC.',
      24 * HOUR,
      [[0, opens('tab'), picks('AWAY', { until: 24 * HOUR })]],
    ],
    ['MANUAL', 'Offline to others because you picked it.', null, [[0, opens('tab'), picks('OFFLINE')]]],
    ['MANUAL', 'Busy because you picked it.', 60, [[0, opens('tab'), picks('BUSY'), meets(60, 120, { as: 'AWAY' })]]],
    ['MANUAL', 'Busy because you picked it.', null, [[0, opens('tab'), picks('BUSY'), meets(60, 120)]]],
    ['CALL', 'Busy because of a call.', null, [[0, opens('tab'), calls(0, null)]]],
    ['CALL', 'Busy because of a call until 13:00 UTC.', HOUR, [[0, opens('tab'), calls(0, HOUR)]]],
    ['CALENDAR', 'Busy because of a meeting until 12:30 UTC.', HOUR / 2, [[0, opens('tab'), meets(0, HOUR / 2)]]],
    [
      'CALENDAR',
      'Busy because of a meeting until 12:30 UTC.',
      HOUR,
      [[0, opens('tab'), meets(0, HOUR / 2, { key: 'a' }), meets(HOUR / 2, HOUR, { key: 'b' })]],
    ],
    ['INVISIBLE', 'Offline to others because you are invisible.', null, [[0, opens('tab'), hides]]],
    [
      'INVISIBLE',
      'Offline to others because you are invisible.',
      null,
      [[0, opens('tab'), hides, picks('BUSY', { until: 60 })]],
    ],
    ['INVISIBLE', 'Offline to others because you are invisible.', null, [[0, opens('tab'), hides, signsOut('tab')]]],
  ];

  test.each(cases)('%s: %s (%s)', (rule, because, next, moments) => {
    const [now = 0] = moments.at(-1) ?? [];
    const { nextChangeAt, ...why } = explain(live(...moments), at(now));
    expect(why).toEqual({ rule, because });
    expect(secondOf(nextChangeAt)).toBe(next);
  });

  test('knows a sentence for every rule', () => {
    expect(new Set(cases.map(([rule]) => rule))).toEqual(new Set(PRESENCE_RULES));
  });
});

describe('looks ahead', () => {
  test('past as many meetings as a person may have', () => {
    const meetings = Array.from({ length: MAX_CLAIMS }, (_, n) => meets(60 + n * 60, 90 + n * 60, { key: `${n}` }));
    const record = live([0, opens('tab'), picks('BUSY', { until: YEAR }), ...meetings]);
    expect(secondOf(explain(record, at(0)).nextChangeAt)).toBe(YEAR);
  });

  test('ten years, at once', () => {
    const record = live([0, opens('tab'), picks('BUSY', { until: 10 * YEAR })]);
    const often = {
      ...record,
      refresh: record.refresh && { ...record.refresh, every: 60_000 as typeof record.refresh.every },
    };
    const started = performance.now();
    expect(secondOf(explain(often, at(0)).nextChangeAt)).toBe(10 * YEAR);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
