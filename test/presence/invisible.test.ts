import { describe, expect, test } from 'vitest';
import type { PresenceRecord } from '../../src/presence/record.ts';
import { resolve } from '../../src/presence/resolve.ts';
import {
  at,
  calls,
  clears,
  closes,
  type Deed,
  drops,
  happen,
  hides,
  live,
  type Moment,
  meets,
  opens,
  picks,
  plans,
  play,
  REFRESH,
  reports,
  type Story,
  says,
  shows,
  signsOut,
} from './story.ts';

describe('being invisible', () => {
  test.each<Story>([
    [
      'looks offline at once, and without words',
      [[0, opens('tab'), says('Hi'), hides, { dot: 'OFFLINE', text: null, emoji: null, statusEnds: null }]],
    ],
    [
      'stays until it is ended, over picks, words, devices and days',
      [
        [0, opens('tab'), hides],
        [10, picks('BUSY', { text: 'Hi' }), picks('ONLINE'), clears, 'OFFLINE'],
        [20, signsOut('tab'), opens('phone'), reports('phone', 'ACTIVE'), 'OFFLINE'],
        [100_000, closes('phone'), opens('laptop'), calls(0, null), 'OFFLINE'],
        [200_000, shows, 'BUSY'],
      ],
    ],
    ['appears as whatever is true then', [[0, opens('tab'), hides, reports('tab', 'IDLE'), shows, 'AWAY']]],
    [
      'appears with the words said while hidden',
      [[0, opens('tab'), hides, says('Hi'), shows, { dot: 'ONLINE', text: 'Hi' }]],
    ],
    [
      'is not ended by a pick that ends by itself, and does not end it',
      [
        [0, opens('tab'), picks('OFFLINE', { until: 60 }), hides],
        [60, 'OFFLINE'],
        [70, shows, 'ONLINE'],
      ],
    ],
    [
      'ending it does not end a pick of offline',
      [[0, opens('tab'), hides, picks('OFFLINE'), shows, 'OFFLINE', picks('ONLINE'), 'ONLINE']],
    ],
    [
      'may be chosen while connecting, without a flash of presence',
      [[0, opens('tab', { invisible: true }), { dot: 'OFFLINE', lastActive: null }]],
    ],
    [
      'may be ended while connecting',
      [
        [0, opens('tab'), hides, signsOut('tab')],
        [60, opens('tab', { invisible: false }), { dot: 'ONLINE', lastActive: 60 }],
      ],
    ],
    [
      'may be chosen and ended on coming back',
      [
        [0, opens('tab')],
        [10, opens('tab', { invisible: true }), { dot: 'OFFLINE', lastActive: 0 }],
        [20, opens('tab', { invisible: false }), { dot: 'ONLINE', lastActive: 20 }],
      ],
    ],
    [
      'is not chosen by connecting without a word about it',
      [[0, hides, opens('tab'), 'OFFLINE', shows, opens('b'), 'ONLINE']],
    ],
  ])('%s', (_, moments) => play(moments));
});

describe('looks, in every field and at every later moment, like having left', () => {
  const before: readonly Moment[] = [
    [
      0,
      opens('tab'),
      opens('phone', { over: 'HTTP' }),
      picks('AWAY', { text: 'Hi' }),
      meets(100, 200, { text: 'Standup' }),
    ],
    [50, drops('tab'), plans(150, null, { text: 'Ho' })],
  ];
  const during: readonly [string, readonly Deed[]][] = [
    ['nothing', []],
    ['a device that is used', [reports('phone', 'ACTIVE'), reports('tab', 'ACTIVE')]],
    ['a device that comes back', [opens('tab'), opens('tab')]],
    ['new devices', [opens('laptop'), opens('tablet', { text: 'Hello' })]],
    ['devices that leave', [signsOut('tab'), signsOut('phone')]],
    ['words', [says('Hidden')]],
    ['calls and meetings', [calls(0, null, { text: 'Call' }), meets(0, 1_000)]],
  ];

  describe.each<readonly [string, Deed]>([
    ['being invisible', hides],
    ['picking offline', picks('OFFLINE')],
  ])('%s', (_, hiding) => {
    test.each(during)('with %s meanwhile', (_, deeds) => {
      const hidden = deeds.reduce((record, deed) => happen(record, deed, 61), happen(live(...before), hiding, 60));
      const left = ['tab', 'phone'].reduce((record, id) => happen(record, signsOut(id), 60), live(...before));
      for (const second of [60, 61, 80, 100, 150, 200, 900, 1_800, 100_000]) {
        expect(view(hidden, second), `after ${second} s`).toStrictEqual(view(left, second));
      }
    });
  });

  test('and appearing again like having connected', () => {
    const hidden = live([0, opens('tab')], [60, hides], [5_000, shows]);
    const left = live([0, opens('tab')], [60, signsOut('tab')], [5_000, opens('tab')]);
    for (const second of [5_000, 5_000 + REFRESH * 0.9 - 1]) {
      expect(view(hidden, second)).toStrictEqual(view(left, second));
      expect(view(hidden, second)).toMatchObject({ availability: 'ONLINE', lastActive: at(5_000) });
    }
  });
});

const view = (record: PresenceRecord, second: number) => resolve(record, at(second));
