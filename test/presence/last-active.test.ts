import { describe, expect, test } from 'vitest';
import { deadline } from '../../src/presence/deadline.ts';
import { asMillis } from '../../src/presence/ids.ts';
import { differs, resolve } from '../../src/presence/resolve.ts';
import { settle } from '../../src/presence/settle.ts';
import {
  at,
  beats,
  clears,
  closes,
  drops,
  GRACE,
  happen,
  hides,
  live,
  meets,
  opens,
  picks,
  play,
  REFRESH,
  reports,
  type Story,
  says,
  seconds,
  shows,
  signsOut,
} from './story.ts';

describe('last active', () => {
  test.each<Story>([
    ['is nothing for somebody never seen', [[0, hides, picks('BUSY'), says('Hi'), { lastActive: null }]]],
    ['is the moment of connecting', [[7, opens('tab'), { lastActive: 7 }]]],
    [
      'is the moment at which another device connects',
      [
        [0, opens('tab'), { lastActive: 0 }],
        [60, opens('phone'), { lastActive: 60 }],
      ],
    ],
    [
      'is not touched by activity, heartbeats, picks and words',
      [
        [0, opens('tab'), opens('poll', { over: 'HTTP' })],
        [60, reports('tab', 'ACTIVE'), beats('poll', true), picks('BUSY'), says('Hi'), clears, { lastActive: 0 }],
      ],
    ],
    [
      'is not touched by a connection that comes back',
      [
        [0, opens('tab'), drops('tab')],
        [10, opens('tab'), { lastActive: 0 }],
      ],
    ],
    [
      'stays after leaving, and after days away',
      [
        [0, opens('tab')],
        [60, signsOut('tab'), { dot: 'OFFLINE', lastActive: 0 }],
        [500_000, { dot: 'OFFLINE', lastActive: 0 }],
      ],
    ],
    [
      'stands still from the moment of hiding until the person appears',
      [
        [0, opens('tab')],
        [60, hides, opens('phone'), { lastActive: 0 }],
        [5_000, opens('tablet'), reports('tab', 'ACTIVE'), { lastActive: 0 }],
        [9_000, shows, { lastActive: 9_000 }],
      ],
    ],
    [
      'stands still while hidden, though meetings come and go',
      [
        [0, opens('tab'), meets(2_000, 3_000), hides],
        [2_500, { lastActive: 0 }],
        [3_500, { lastActive: 0 }],
      ],
    ],
    [
      'stands still while offline is picked, and moves with the next pick',
      [
        [0, opens('tab'), picks('OFFLINE')],
        [5_000, opens('phone'), { lastActive: 0 }, picks('AWAY'), { lastActive: 5_000 }],
      ],
    ],
    [
      'is not set by ending invisibility with nobody connected',
      [
        [0, opens('tab'), hides, signsOut('tab')],
        [60, shows, { dot: 'OFFLINE', lastActive: 0 }],
        [90, opens('tab'), { lastActive: 90 }],
      ],
    ],
  ])('%s', (_, moments) => play(moments));
});

describe('last active of somebody who stays', () => {
  test('is refreshed every 15 minutes', () => {
    let record = live([0, opens('tab')]);
    const refreshes = [1, 2, 3, 4].map(() => {
      const due = deadline(record) ?? at(Number.NaN);
      expect(resolve(record, asMillis(due - 1)).lastActive).toBe(record.lastActive);
      record = settle(record, due);
      expect(record.lastActive).toBe(due);
      return due;
    });
    const gaps = refreshes.map((due, index) => due - (refreshes[index - 1] ?? at(0)));
    expect(gaps[0]).toBeGreaterThanOrEqual(seconds(REFRESH * 0.9));
    expect(gaps[0]).toBeLessThanOrEqual(seconds(REFRESH));
    expect(gaps.slice(1)).toEqual([seconds(REFRESH), seconds(REFRESH), seconds(REFRESH)]);
  });

  test('is not refreshed at once for a thousand people who connected at once', () => {
    const first = Array.from({ length: 1_000 }, (_, number) => deadline(live([0, opens(`session:${number}`)])) ?? 0);
    const together = new Map<number, number>();
    for (const due of first) together.set(due, (together.get(due) ?? 0) + 1);
    // They fall on beats of 10 s, so that a store has one round of them every 10 s and not one for each person.
    expect(together.size).toBeGreaterThanOrEqual(9);
    expect(together.size).toBeLessThanOrEqual(11);
    expect(Math.max(...together.values())).toBeLessThan(200);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(at(REFRESH * 0.9) - seconds(10));
    expect(Math.max(...first)).toBeLessThanOrEqual(at(REFRESH));
  });

  test('is refreshed without announcing anything', () => {
    const record = live([0, opens('tab'), says('Hi')]);
    const [early, refreshed] = [resolve(record, at(1)), resolve(record, at(REFRESH))];
    expect(refreshed.lastActive).not.toBe(early.lastActive);
    expect(differs(early, refreshed)).toBe(false);
  });

  test('is no longer refreshed after leaving', () => {
    const record = live([0, opens('tab')], [REFRESH - 100, closes('tab')], [REFRESH - 100 + GRACE, 'OFFLINE']);
    expect(resolve(record, at(REFRESH * 3))).toMatchObject({ availability: 'OFFLINE', lastActive: at(0) });
    expect(deadline(happen(record, reports('tab', 'ACTIVE'), REFRESH))).toBeNull();
  });

  test('does not go back when a server’s clock is far behind another’s', () => {
    const ahead = live([REFRESH * 10, opens('tab'), signsOut('tab')]);
    const behind = happen(ahead, opens('tab'), 0);
    for (const second of [0, REFRESH, REFRESH * 5]) {
      expect(resolve(behind, at(second)).lastActive).toBe(at(REFRESH * 10));
    }
    expect(resolve(behind, at(REFRESH * 20)).lastActive).toBeGreaterThan(at(REFRESH * 10));
  });
});
