import { describe, expect, test } from 'vitest';
import { MAX_PLANNED } from '../../src/presence/record.ts';
import { happen, live, opens, picks, plans, play, type Story, says, signsOut } from './story.ts';

const DAY = 86_400; // s

describe('choosing for later', () => {
  test.each<Story>([
    [
      'what was planned happens as if it had been chosen then',
      [
        [0, opens('tab'), picks('AWAY', { text: 'Hi' }), plans(60, 'BUSY', { text: 'Talk', until: 120 })],
        [59.999, { dot: 'AWAY', text: 'Hi' }],
        [60, { dot: 'BUSY', text: 'Talk', statusEnds: 120 }],
        [120, { dot: 'ONLINE', text: null }],
      ],
    ],
    [
      'words planned without a dot leave the dot',
      [
        [0, opens('tab'), picks('AWAY'), plans(60, null, { text: 'Talk' })],
        [60, { dot: 'AWAY', text: 'Talk' }],
      ],
    ],
    [
      'a dot planned without words clears the words',
      [
        [0, opens('tab'), says('Hi'), plans(60, 'BUSY')],
        [60, { dot: 'BUSY', text: null }],
      ],
    ],
    [
      'what was planned happens while the person is gone',
      [
        [0, opens('tab'), plans(60, 'BUSY', { text: 'Talk' }), signsOut('tab')],
        [60, { dot: 'OFFLINE', text: null }],
        [DAY, opens('tab'), { dot: 'BUSY', text: 'Talk' }],
      ],
    ],
    [
      'plans happen in the order of their times, however they were made',
      [
        [0, opens('tab'), plans(120, 'AWAY'), plans(60, 'BUSY'), plans(180, 'ONLINE')],
        [60, 'BUSY'],
        [120, 'AWAY'],
        [180, 'ONLINE'],
      ],
    ],
    [
      'a second plan for the same moment replaces the first',
      [
        [0, opens('tab'), plans(60, 'BUSY', { text: 'Talk' }), plans(60, 'AWAY')],
        [60, { dot: 'AWAY', text: null }],
      ],
    ],
    [
      'a plan for offline hides, a plan for online shows again',
      [
        [0, opens('tab'), plans(60, 'OFFLINE'), plans(120, 'ONLINE')],
        [60, { dot: 'OFFLINE', lastActive: 0 }],
        [120, { dot: 'ONLINE', lastActive: 120 }],
      ],
    ],
    [
      'one plan starts in the moment in which another ends',
      [
        [0, opens('tab'), plans(60, 'BUSY', { until: 120 }), plans(120, 'AWAY', { until: 180 })],
        [119, 'BUSY'],
        [120, 'AWAY'],
        [180, 'ONLINE'],
      ],
    ],
  ])('%s', (_, moments) => play(moments));

  test('may plan twenty times ahead and no more', () => {
    const full = live([0, ...Array.from({ length: MAX_PLANNED }, (_, number) => plans(60 + number, 'BUSY'))]);
    expect(full.planned).toHaveLength(20);
    expect(happen(full, plans(30, 'AWAY'), 1)).toBe(full);
    expect(happen(full, plans(60, 'AWAY'), 1).planned[0]?.availability).toBe('AWAY');
    expect(happen(full, plans(300, 'AWAY'), 61).planned).toHaveLength(19);
  });
});
