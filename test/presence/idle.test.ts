import { describe, expect, test } from 'vitest';
import { MIN_IDLE_TIMEOUT } from '../../src/presence/record.ts';
import { beats, happen, IDLE, live, opens, picks, play, prefers, quietSince, reports, type Story } from './story.ts';

describe('nobody at the device', () => {
  test.each<Story>([
    [
      'is away once nobody was active for the idle time, and online again at the first sign',
      [
        [0, opens('tab')],
        [IDLE, quietSince('tab', 0), 'AWAY'],
        [400, reports('tab', 'ACTIVE'), 'ONLINE'],
      ],
    ],
    ['is away when the app says so, before the idle time is over', [[0, opens('tab'), reports('tab', 'IDLE'), 'AWAY']]],
    [
      'stays online when somebody was active after the process looked',
      [
        [0, opens('tab')],
        [200, reports('tab', 'ACTIVE')],
        [IDLE, quietSince('tab', 0), 'ONLINE'],
        [200 + IDLE, quietSince('tab', 0), 'AWAY'],
      ],
    ],
    [
      'is not called idle before the idle time is over',
      [
        [0, opens('tab')],
        [IDLE - 1, quietSince('tab', 0), 'ONLINE'],
      ],
    ],
    [
      'turns away while a text is shown, and while the dot is automatic again',
      [
        [0, opens('tab'), picks('ONLINE', { text: 'Ask me anything' })],
        [IDLE, quietSince('tab', 0), { dot: 'AWAY', text: 'Ask me anything' }],
      ],
    ],
    ['is online on one device while the other is idle', [[0, opens('a'), opens('b'), reports('a', 'IDLE'), 'ONLINE']]],
    [
      'what an unknown device reports is nobody’s activity',
      [[0, opens('tab'), reports('tab', 'IDLE'), reports('other', 'ACTIVE'), 'AWAY']],
    ],
  ])('%s', (_, moments) => play(moments));
});

describe('locked, asleep, in the background', () => {
  test.each<Story>([
    [
      'is away at once when the screen is locked',
      [[0, opens('tab'), reports('tab', 'SCREEN_LOCKED'), 'AWAY', reports('tab', 'SCREEN_UNLOCKED'), 'ONLINE']],
    ],
    [
      'is away at once when the device sleeps',
      [[0, opens('tab'), reports('tab', 'SLEEP'), 'AWAY', reports('tab', 'WAKE'), 'ONLINE']],
    ],
    [
      'is away at once when the app goes to the background',
      [[0, opens('tab'), reports('tab', 'BACKGROUND'), 'AWAY', reports('tab', 'FOREGROUND'), 'ONLINE']],
    ],
    [
      'is away when locked, asleep or in the background even with auto-away off',
      [
        [0, opens('tab'), prefers({ autoAway: false })],
        [1, reports('tab', 'SCREEN_LOCKED'), 'AWAY', reports('tab', 'ACTIVE'), 'ONLINE'],
        [2, reports('tab', 'SLEEP'), 'AWAY', reports('tab', 'ACTIVE'), 'ONLINE'],
        [3, reports('tab', 'BACKGROUND'), 'AWAY', reports('tab', 'ACTIVE'), 'ONLINE'],
      ],
    ],
    [
      'a device that wakes with its screen locked is away until it is unlocked',
      [
        [0, opens('tab'), reports('tab', 'SCREEN_LOCKED'), reports('tab', 'SLEEP')],
        [60, reports('tab', 'WAKE'), 'AWAY', reports('tab', 'SCREEN_UNLOCKED'), 'ONLINE'],
      ],
    ],
    [
      'a device that is unlocked is awake, and an app that is brought to the front is unlocked',
      [
        [0, opens('tab'), reports('tab', 'SLEEP'), reports('tab', 'SCREEN_UNLOCKED'), 'ONLINE'],
        [1, reports('tab', 'SLEEP'), reports('tab', 'SCREEN_LOCKED'), reports('tab', 'FOREGROUND'), 'ONLINE'],
      ],
    ],
    [
      'an app that was in the background when the screen was unlocked still is',
      [
        [0, opens('tab'), reports('tab', 'BACKGROUND'), reports('tab', 'SCREEN_LOCKED')],
        [60, reports('tab', 'SCREEN_UNLOCKED'), 'AWAY', reports('tab', 'FOREGROUND'), 'ONLINE'],
      ],
    ],
    [
      'turning idle does not unlock',
      [
        [
          0,
          opens('tab'),
          reports('tab', 'SCREEN_LOCKED'),
          reports('tab', 'IDLE'),
          'AWAY',
          reports('tab', 'WAKE'),
          'AWAY',
        ],
      ],
    ],
  ])('%s', (_, moments) => play(moments));
});

describe('what a person prefers', () => {
  test.each<Story>([
    [
      'stays online however long nobody is there with auto-away off',
      [
        [0, opens('tab'), prefers({ autoAway: false })],
        [IDLE, quietSince('tab', 0), 'ONLINE'],
        [5_000, 'ONLINE', prefers({ autoAway: true }), 'AWAY'],
      ],
    ],
    [
      'is away after the idle time they chose',
      [
        [0, prefers({ idleAfter: MIN_IDLE_TIMEOUT }), opens('tab'), opens('poll', { over: 'HTTP' })],
        [60, quietSince('tab', 0), 'AWAY'],
      ],
    ],
    [
      'may wait longer than the site does',
      [
        [0, opens('tab'), prefers({ idleAfter: 3_600 })],
        [IDLE, quietSince('tab', 0), 'ONLINE'],
        [3_600, quietSince('tab', 0), 'AWAY'],
      ],
    ],
    [
      'is away at once on choosing an idle time that is over already',
      [
        [0, opens('tab', { over: 'HTTP' })],
        [70, beats('tab'), 'ONLINE', prefers({ idleAfter: 60 }), 'AWAY'],
      ],
    ],
    [
      'a new idle time counts for sessions that are open',
      [
        [0, opens('tab', { over: 'HTTP' }), prefers({ idleAfter: 65 })],
        [64, 'ONLINE'],
        [65, 'AWAY'],
      ],
    ],
  ])('%s', (_, moments) => play(moments));

  test('choosing one preference leaves the other', () => {
    const record = live([0, prefers({ autoAway: false }), prefers({ idleAfter: 60 })]);
    expect(record.preferences).toEqual({ autoAway: false, idleTimeout: 60_000 });
    expect(happen(record, prefers({}), 1)).toBe(record);
  });
});
