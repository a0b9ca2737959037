import { describe, expect, test } from 'vitest';
import { MAX_SESSIONS } from '../../src/presence/record.ts';
import {
  beats,
  drops,
  GONE,
  happen,
  IDLE,
  live,
  opens,
  play,
  reports,
  type Story,
  sessionOf,
  signsOut,
  TTL,
} from './story.ts';

const AN_INSTANT = 0.001; // s

describe('being there', () => {
  test.each<Story>([
    ['is offline and was never there before the first visit', [[0, { dot: 'OFFLINE', lastActive: null }]]],
    ['is online as soon as a tab opens', [[0, opens('tab'), 'ONLINE']]],
    ['is away as soon as a tab opens that nobody uses', [[0, opens('tab', { activity: 'IDLE' }), 'AWAY']]],
    ['opens away on a device whose screen is locked', [[0, opens('tab', { activity: 'SCREEN_LOCKED' }), 'AWAY']]],
    [
      'stays online while any tab is open',
      [
        [0, opens('a'), opens('b'), opens('c')],
        [1, signsOut('b'), 'ONLINE'],
        [2, signsOut('a'), 'ONLINE'],
        [3, signsOut('c'), 'OFFLINE'],
      ],
    ],
    [
      'is online when one device is in use and the others are not',
      [
        [
          0,
          opens('phone', { activity: 'IDLE' }),
          opens('laptop'),
          opens('tablet', { activity: 'BACKGROUND' }),
          'ONLINE',
        ],
        [1, reports('laptop', 'IDLE'), 'AWAY'],
        [2, reports('phone', 'ACTIVE'), 'ONLINE'],
      ],
    ],
    [
      'is away, not offline, when only an idle device is left',
      [
        [0, opens('laptop'), opens('phone', { activity: 'IDLE' }), 'ONLINE'],
        [1, signsOut('laptop'), 'AWAY'],
      ],
    ],
    ['may say something while connecting', [[0, opens('tab', { text: 'Hello' }), { dot: 'ONLINE', text: 'Hello' }]]],
    [
      'keeps what was said before when connecting with nothing to say',
      [
        [0, opens('tab', { text: 'Hello' }), signsOut('tab')],
        [60, opens('phone'), { dot: 'ONLINE', text: 'Hello' }],
      ],
    ],
  ])('%s', (_, moments) => play(moments));

  test('may have a hundred sessions and is refused one more, with all that came with it', () => {
    const full = live([0, ...Array.from({ length: MAX_SESSIONS }, (_, number) => opens(`tab ${number}`))]);
    expect(full.sessions).toHaveLength(100);
    expect(happen(full, opens('one more', { invisible: true, text: 'Hello' }), 1)).toBe(full);
    expect(sessionOf(happen(full, opens('tab 7'), 1), 'tab 7')?.connectedAt).toBe(full.sessions[7]?.connectedAt);

    const room = happen(happen(full, signsOut('tab 7'), 1), opens('one more'), 1);
    expect(sessionOf(room, 'one more')).toBeDefined();
  });
});

describe('being there without a socket', () => {
  test.each<Story>([
    [
      'is there for 75 s after each heartbeat, then gone',
      [
        [0, opens('tab', { over: 'HTTP' }), 'ONLINE'],
        [60, beats('tab'), 'ONLINE'],
        [120, beats('tab'), 'ONLINE'],
        [120 + TTL - AN_INSTANT, 'ONLINE'],
        [120 + TTL, 'OFFLINE', beats('tab', true), 'OFFLINE'],
      ],
    ],
    [
      'a heartbeat alone is not activity',
      [
        [0, opens('tab', { over: 'HTTP' })],
        [70, beats('tab')],
        [140, beats('tab')],
        [210, beats('tab')],
        [280, beats('tab')],
        [IDLE - AN_INSTANT, 'ONLINE'],
        [IDLE, 'AWAY', beats('tab'), 'AWAY'],
        [IDLE + 60, beats('tab', true), 'ONLINE'],
      ],
    ],
    [
      'a heartbeat with activity starts the idle time anew',
      [
        [0, opens('tab', { over: 'HTTP' })],
        [70, beats('tab', true)],
        [140, beats('tab')],
        [210, beats('tab')],
        [280, beats('tab')],
        [350, beats('tab')],
        [70 + IDLE - AN_INSTANT, 'ONLINE'],
        [70 + IDLE, 'AWAY'],
      ],
    ],
    [
      'a heartbeat for the session of a socket does not put an end to it',
      [
        [0, opens('tab'), beats('tab'), beats('tab', true)],
        [TTL, 'ONLINE'],
        [TTL * 2, 'ONLINE'],
      ],
    ],
    [
      'a heartbeat does not bring back a lost socket',
      [
        [0, opens('tab'), drops('tab')],
        [10, beats('tab', true), 'AWAY'],
        [GONE, 'OFFLINE'],
      ],
    ],
  ])('%s', (_, moments) => play(moments));
});
