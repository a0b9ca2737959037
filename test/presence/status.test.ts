import { describe, test } from 'vitest';
import {
  clears,
  closes,
  drops,
  hides,
  IDLE,
  opens,
  picks,
  plans,
  play,
  quietSince,
  reports,
  type Story,
  says,
  shows,
  signsOut,
} from './story.ts';

const DAY = 86_400; // s

describe('picking a dot', () => {
  test.each<Story>([
    [
      'shows what was picked, whatever the devices do',
      [
        [0, opens('tab'), picks('BUSY'), 'BUSY'],
        [1, reports('tab', 'IDLE'), 'BUSY', reports('tab', 'SCREEN_LOCKED'), 'BUSY'],
        [2, opens('phone'), 'BUSY', drops('phone'), 'BUSY'],
        [60, signsOut('tab'), 'OFFLINE'],
      ],
    ],
    [
      'shows away while active after picking away',
      [[0, opens('tab'), picks('AWAY'), reports('tab', 'ACTIVE'), 'AWAY']],
    ],
    ['is offline without a device, whatever was picked', [[0, picks('BUSY', { text: 'Deep work' }), 'OFFLINE']]],
    [
      'is automatic again after picking online',
      [[0, opens('tab'), picks('BUSY'), picks('ONLINE'), 'ONLINE', reports('tab', 'IDLE'), 'AWAY']],
    ],
    [
      'looks offline after picking offline, until the next pick',
      [
        [0, opens('tab'), picks('OFFLINE'), 'OFFLINE'],
        [60, opens('phone'), reports('tab', 'ACTIVE'), says('Hello'), shows, { dot: 'OFFLINE', text: null }],
        [90, picks('AWAY'), 'AWAY'],
      ],
    ],
    [
      'is online again after picking offline, then online',
      [[0, opens('tab'), picks('OFFLINE'), picks('ONLINE'), 'ONLINE']],
    ],
    [
      'a pick outlives every device, and the next one shows it at once',
      [
        [0, opens('tab'), picks('BUSY', { text: 'Deep work', emoji: '🎧' })],
        [10, signsOut('tab'), { dot: 'OFFLINE', text: null, emoji: null }],
        [DAY, opens('phone'), { dot: 'BUSY', text: 'Deep work', emoji: '🎧' }],
      ],
    ],
    [
      'a pick that ends by itself shows what is true then',
      [
        [0, opens('tab'), picks('BUSY', { until: 60 }), 'BUSY'],
        [59.999, 'BUSY'],
        [60, 'ONLINE'],
      ],
    ],
    [
      'a pick that ends by itself shows idle to those who left meanwhile',
      [
        [0, opens('tab'), picks('BUSY', { until: 600 })],
        [IDLE, quietSince('tab', 0), 'BUSY'],
        [600, 'AWAY'],
      ],
    ],
    [
      'a pick of offline that ends by itself shows the person again',
      [
        [0, opens('tab'), picks('OFFLINE', { until: 60 }), 'OFFLINE'],
        [60, { dot: 'ONLINE', lastActive: 60 }],
      ],
    ],
    [
      'a pick ends while the person is gone, too',
      [
        [0, opens('tab'), picks('BUSY', { until: 60 }), signsOut('tab')],
        [70, opens('tab'), 'ONLINE'],
      ],
    ],
    [
      'the last pick counts',
      [
        [0, opens('tab'), picks('BUSY', { until: 60 }), picks('AWAY')],
        [60, 'AWAY'],
      ],
    ],
  ])('%s', (_, moments) => play(moments));
});

describe('saying something', () => {
  test.each<Story>([
    [
      'a text does not touch the dot, and the dot does not touch the text',
      [
        [0, opens('tab'), says('In Lisbon', { emoji: '🌴' }), { dot: 'ONLINE', text: 'In Lisbon', emoji: '🌴' }],
        [1, reports('tab', 'IDLE'), { dot: 'AWAY', text: 'In Lisbon', emoji: '🌴' }],
      ],
    ],
    [
      'a text beside a pick leaves the pick',
      [[0, opens('tab'), picks('BUSY'), says('Hi'), { dot: 'BUSY', text: 'Hi' }]],
    ],
    [
      'picking a dot without words clears the words',
      [[0, opens('tab'), says('Hi', { emoji: '🌴' }), picks('BUSY'), { dot: 'BUSY', text: null, emoji: null }]],
    ],
    [
      'going back to automatic without words clears the words',
      [[0, opens('tab'), picks('BUSY', { text: 'Hi' }), picks('ONLINE'), { dot: 'ONLINE', text: null }]],
    ],
    [
      'new words replace the old ones whole',
      [[0, opens('tab'), says('Hi', { emoji: '🌴' }), says('Ho'), { text: 'Ho', emoji: null }]],
    ],
    [
      'nobody sees the words of somebody who is offline, and they are there on return',
      [
        [0, opens('tab'), says('Hi'), closes('tab'), { dot: 'ONLINE', text: 'Hi' }],
        [5, { dot: 'OFFLINE', text: null }],
        [60, opens('tab'), { dot: 'ONLINE', text: 'Hi' }],
      ],
    ],
    [
      'words that end by themselves leave the dot',
      [
        [0, opens('tab'), picks('BUSY'), says('Lunch', { until: 60 }), { dot: 'BUSY', text: 'Lunch', statusEnds: 60 }],
        [59.999, { dot: 'BUSY', text: 'Lunch' }],
        [60, { dot: 'BUSY', text: null, statusEnds: null }],
      ],
    ],
    [
      'a pick with words ends whole',
      [
        [0, opens('tab'), picks('BUSY', { text: 'Lunch', until: 60 }), { dot: 'BUSY', text: 'Lunch' }],
        [60, { dot: 'ONLINE', text: null }],
      ],
    ],
    [
      'new words in place of those of a pick do not end it sooner or later',
      [
        [0, opens('tab'), picks('BUSY', { text: 'Lunch', until: 60 }), says('Long lunch', { until: 120 })],
        [60, { dot: 'ONLINE', text: 'Long lunch' }],
        [120, { dot: 'ONLINE', text: null }],
      ],
    ],
    [
      'a custom status tells which one it is',
      [
        [0, opens('tab'), picks('BUSY', { text: 'On stage', customStatus: 'customStatus:1' })],
        [
          1,
          { dot: 'BUSY', text: 'On stage', customStatus: 'customStatus:1' },
          says('Off stage'),
          { customStatus: null },
        ],
      ],
    ],
    [
      'clearing ends pick and words and nothing else',
      [
        [0, opens('tab'), picks('BUSY', { text: 'Hi' }), plans(60, 'AWAY'), clears, { dot: 'ONLINE', text: null }],
        [60, 'ONLINE', hides, clears, 'OFFLINE'],
      ],
    ],
  ])('%s', (_, moments) => play(moments));
});
