import { describe, expect, test } from 'vitest';
import { MAX_SESSIONS } from '../../src/presence/record.ts';
import {
  beats,
  closes,
  drains,
  drops,
  GONE,
  GRACE,
  happen,
  hides,
  holds,
  IDLE,
  late,
  live,
  opens,
  picks,
  play,
  quietSince,
  reports,
  type Story,
  secondOf,
  sessionOf,
  signsOut,
  TTL,
} from './story.ts';

const AN_INSTANT = 0.001; // s

describe('leaving', () => {
  test.each<Story>([
    ['is offline at once after signing out', [[0, opens('tab'), 'ONLINE', signsOut('tab'), 'OFFLINE']]],
    [
      'a reload of the page is not seen by anybody',
      [
        [0, opens('tab')],
        [10, closes('tab'), 'ONLINE'],
        [12, 'ONLINE', opens('tab'), 'ONLINE'],
        [10 + GRACE, 'ONLINE'],
        [10 + GONE, 'ONLINE'],
      ],
    ],
    [
      'a closed tab shows as it was for the grace, then offline',
      [
        [0, opens('tab')],
        [10, closes('tab'), 'ONLINE'],
        [10 + GRACE - AN_INSTANT, 'ONLINE'],
        [10 + GRACE, 'OFFLINE'],
      ],
    ],
    [
      'a closed tab that nobody used shows away for the grace, then offline',
      [
        [0, opens('tab', { activity: 'IDLE' }), closes('tab'), 'AWAY'],
        [GRACE - AN_INSTANT, 'AWAY'],
        [GRACE, 'OFFLINE'],
      ],
    ],
    [
      'a lost connection shows as it was for the grace, then away, then offline',
      [
        [0, opens('tab')],
        [10, drops('tab'), 'ONLINE'],
        [10 + GRACE - AN_INSTANT, 'ONLINE'],
        [10 + GRACE, 'AWAY'],
        [10 + GONE - AN_INSTANT, 'AWAY'],
        [10 + GONE, 'OFFLINE'],
      ],
    ],
    [
      'a short loss of the network is not seen by anybody',
      [
        [0, opens('tab')],
        [10, drops('tab')],
        [14, opens('tab'), 'ONLINE'],
        [16, 'ONLINE'],
        [60, 'ONLINE'],
      ],
    ],
    [
      'a longer loss of the network shows away until the device is back',
      [
        [0, opens('tab')],
        [10, drops('tab')],
        [20, 'AWAY', opens('tab'), 'ONLINE'],
        [60, 'ONLINE'],
      ],
    ],
    [
      'a lost device does not hide that another is in use',
      [
        [0, opens('laptop'), opens('phone')],
        [10, drops('laptop')],
        [20, 'ONLINE'],
        [50, 'ONLINE', closes('phone')],
        [50 + GRACE, 'OFFLINE'],
      ],
    ],
    [
      'a pick is shown while the connection is lost, and until it is over',
      [
        [0, opens('tab'), picks('BUSY'), drops('tab')],
        [10, 'BUSY'],
        [GONE - AN_INSTANT, 'BUSY'],
        [GONE, 'OFFLINE'],
      ],
    ],
    [
      'does not flicker while the service restarts and devices move to another server',
      [
        [0, opens('tab'), opens('phone', { activity: 'IDLE' })],
        [10, drains('tab'), drains('phone'), 'ONLINE'],
        [20, 'ONLINE'],
        [10 + GONE - AN_INSTANT, 'ONLINE', opens('tab'), 'ONLINE'],
        [10 + GONE, 'ONLINE'],
        [600, 'ONLINE'],
      ],
    ],
    [
      'is offline when no device comes back after a restart of the service',
      [
        [0, opens('tab'), drains('tab')],
        [GONE - AN_INSTANT, 'ONLINE'],
        [GONE, 'OFFLINE'],
      ],
    ],
    [
      'a connection that is over stays over, however often its end is noticed',
      [
        [0, opens('tab'), drops('tab')],
        [20, drops('tab'), closes('tab'), drains('tab'), 'AWAY'],
        [GONE, 'OFFLINE', drops('tab'), beats('tab', true), reports('tab', 'ACTIVE'), 'OFFLINE'],
      ],
    ],
  ])('%s', (_, moments) => play(moments));
});

describe('given up by mistake', () => {
  const there = live([0, opens('tab')]);

  test.each<Story>([
    [
      'a device that was thought lost is back as soon as its server says so',
      [
        [0, opens('tab')],
        [10, drops('tab')],
        [20, 'AWAY', holds(there, 'tab'), { dot: 'ONLINE', lastActive: 0 }],
        [10 + GONE, 'ONLINE'],
      ],
    ],
    [
      'a device that was thought gone is back, like one that connects',
      [
        [0, opens('tab')],
        [10, drops('tab')],
        [60, 'OFFLINE', holds(there, 'tab'), { dot: 'ONLINE', lastActive: 60 }],
        [600, 'ONLINE'],
      ],
    ],
    [
      'a device that is back shows nobody who is hidden',
      [
        [0, opens('tab'), hides],
        [10, drops('tab')],
        [60, holds(there, 'tab'), { dot: 'OFFLINE', lastActive: 0 }],
      ],
    ],
    [
      'a device that came back elsewhere stays there',
      [
        [0, opens('tab')],
        [10, drops('tab')],
        [12, opens('tab'), drops('tab')],
        [20, holds(there, 'tab'), 'AWAY'],
      ],
    ],
    [
      'a device that is back is as idle as it was',
      [
        [0, opens('tab'), reports('tab', 'IDLE'), drops('tab')],
        [10, holds(there, 'tab'), 'AWAY', reports('tab', 'ACTIVE'), 'ONLINE'],
      ],
    ],
  ])('%s', (_, moments) => play(moments));

  test('a device that is there already is not touched', () => {
    expect(happen(there, holds(there, 'tab'), 10)).toBe(there);
  });

  test('a device beyond the hundred that a person may have stays away', () => {
    const full = live([0, ...Array.from({ length: MAX_SESSIONS }, (_, number) => opens(`other ${number}`))]);
    expect(happen(full, holds(there, 'tab'), 1)).toBe(full);
  });
});

describe('coming back', () => {
  test.each<Story>([
    [
      'does not look active only because the network came back',
      [
        [0, opens('tab')],
        [250, drops('tab')],
        [252, opens('tab', { activity: 'ACTIVE' }), 'ONLINE'],
        [IDLE, quietSince('tab', 0), 'AWAY'],
      ],
    ],
    [
      'an idle device that comes back without a word is still idle',
      [
        [0, opens('tab', { activity: 'IDLE' })],
        [10, drops('tab')],
        [12, opens('tab'), 'AWAY'],
      ],
    ],
    [
      'a locked device that comes back without a word is still locked',
      [
        [0, opens('tab'), reports('tab', 'SCREEN_LOCKED'), closes('tab')],
        [2, opens('tab'), 'AWAY', reports('tab', 'SCREEN_UNLOCKED'), 'ONLINE'],
      ],
    ],
    [
      'a device that comes back idle is away, one that comes back in use is online',
      [
        [0, opens('tab'), closes('tab')],
        [2, opens('tab', { activity: 'IDLE' }), 'AWAY', closes('tab')],
        [4, opens('tab', { activity: 'ACTIVE' }), 'ONLINE'],
      ],
    ],
    [
      'a device in use that comes back over HTTP after the idle time is online',
      [
        [0, opens('tab')],
        [IDLE - 1, drops('tab')],
        [IDLE + 1, opens('tab', { over: 'HTTP', activity: 'ACTIVE' }), 'ONLINE'],
      ],
    ],
    [
      'a reload while invisible stays invisible',
      [
        [0, opens('tab'), hides, closes('tab')],
        [2, opens('tab'), 'OFFLINE'],
        [9, signsOut('tab'), opens('phone'), 'OFFLINE'],
      ],
    ],
  ])('%s', (_, moments) => play(moments));

  test('keeps the time of the first connection and the kind of device', () => {
    const record = live([0, opens('tab')], [5, drops('tab')], [9, opens('tab')]);
    expect(record.sessions).toHaveLength(1);
    expect(sessionOf(record, 'tab')).toMatchObject({
      connectedAt: sessionOf(live([0, opens('tab')]), 'tab')?.connectedAt,
      lost: false,
      awayAt: null,
      endsAt: null,
    });
  });

  test('a late word of the old connection does not touch the new one', () => {
    const old = live([0, opens('tab')]);
    const back = happen(old, opens('tab'), 20);
    for (const word of [closes('tab'), drops('tab'), drains('tab'), quietSince('tab', 0)]) {
      expect(happen(back, late(old, word), 20 + IDLE)).toBe(back);
    }
  });

  test('a connection that comes back over HTTP lives by its heartbeats, and one that goes back to a socket does not', () => {
    const polling = live([0, opens('tab')], [10, drops('tab')], [12, opens('tab', { over: 'HTTP' })]);
    expect(secondOf(sessionOf(polling, 'tab')?.endsAt ?? null)).toBe(12 + TTL);
    expect(secondOf(sessionOf(polling, 'tab')?.idleAt ?? null)).toBe(IDLE);

    const streaming = happen(polling, opens('tab'), 60);
    expect(sessionOf(streaming, 'tab')).toMatchObject({ transport: 'WEBSOCKET', endsAt: null, idleAt: null });
  });
});
