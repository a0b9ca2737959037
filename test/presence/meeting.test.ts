import { describe, test } from 'vitest';
import {
  calls,
  clears,
  closes,
  endsCall,
  endsMeeting,
  hides,
  meets,
  opens,
  picks,
  plans,
  play,
  reports,
  type Story,
  says,
} from './story.ts';

describe('meetings', () => {
  test.each<Story>([
    [
      'shows a meeting from its start to its end, exactly',
      [
        [0, opens('tab'), meets(60, 120)],
        [59.999, 'ONLINE'],
        [60, 'BUSY'],
        [119.999, 'BUSY'],
        [120, 'ONLINE'],
      ],
    ],
    [
      'a meeting that ends shows the pick made before it',
      [
        [0, opens('tab'), picks('AWAY'), meets(60, 120)],
        [60, 'BUSY'],
        [120, 'AWAY'],
      ],
    ],
    [
      'a pick made during a meeting wins and stays',
      [
        [0, opens('tab'), meets(60, 120)],
        [90, picks('AWAY'), 'AWAY'],
        [120, 'AWAY'],
      ],
    ],
    [
      'a pick made in the moment in which a meeting begins wins',
      [
        [0, opens('tab'), meets(60, 120)],
        [60, picks('AWAY'), 'AWAY'],
      ],
    ],
    [
      'a pick that ends during a meeting shows the meeting',
      [
        [0, opens('tab'), meets(60, 120)],
        [70, picks('AWAY', { until: 90 }), 'AWAY'],
        [90, 'BUSY'],
      ],
    ],
    [
      'going back to automatic during a meeting shows the meeting',
      [
        [0, opens('tab'), meets(0, 120)],
        [10, picks('AWAY'), 'AWAY', picks('ONLINE'), 'BUSY', picks('AWAY'), clears, 'BUSY'],
      ],
    ],
    [
      'a pick planned for during a meeting wins from then on',
      [
        [0, opens('tab'), meets(60, 180), plans(90, 'AWAY')],
        [60, 'BUSY'],
        [90, 'AWAY'],
      ],
    ],
    [
      'a meeting that ends is never undone by what was before it',
      [
        [0, opens('tab'), meets(60, 120)],
        [70, reports('tab', 'IDLE'), 'BUSY'],
        [120, 'AWAY'],
      ],
    ],
    [
      'a meeting shows nobody who is not connected',
      [
        [0, meets(0, 120), 'OFFLINE'],
        [10, opens('tab'), 'BUSY', closes('tab')],
        [15, 'OFFLINE'],
      ],
    ],
    [
      'a meeting shows nobody who is hidden',
      [[0, opens('tab'), meets(0, 60), hides, 'OFFLINE', picks('OFFLINE'), 'OFFLINE']],
    ],
    [
      'of two meetings the one that began later shows, then the other again',
      [
        [0, opens('tab'), meets(60, 300, { key: 'long' }), meets(120, 180, { key: 'short', as: 'AWAY' })],
        [60, 'BUSY'],
        [120, 'AWAY'],
        [180, 'BUSY'],
      ],
    ],
    [
      'of meetings that begin together the busiest shows',
      [
        [
          0,
          opens('tab'),
          meets(60, 120, { key: 'a', as: 'AWAY' }),
          meets(60, 120, { key: 'b' }),
          meets(60, 120, { key: 'c', as: 'ONLINE' }),
        ],
        [60, 'BUSY'],
      ],
    ],
    [
      'a meeting that is moved is told again by its key',
      [
        [0, opens('tab'), meets(60, 120), meets(90, 150)],
        [60, 'ONLINE'],
        [90, 'BUSY'],
        [100, meets(200, 300), 'ONLINE'],
        [200, 'BUSY'],
      ],
    ],
    [
      'one meeting that is cancelled leaves the other',
      [
        [
          0,
          opens('tab'),
          meets(0, 60, { key: 'a' }),
          meets(0, 60, { key: 'b' }),
          endsMeeting('a'),
          'BUSY',
          endsMeeting('b'),
          'ONLINE',
        ],
      ],
    ],
    [
      'a meeting that is over when it is told of changes nothing',
      [[60, opens('tab'), meets(0, 30), 'ONLINE', meets(0, 60), 'ONLINE']],
    ],
    [
      'a meeting told of again by a server whose clock is behind goes on',
      [
        [60, opens('tab'), meets(60, 120), 'BUSY'],
        [59, meets(60, 120), 'BUSY'],
      ],
    ],
    [
      'a meeting told of again as over ends',
      [
        [0, opens('tab'), meets(0, 600)],
        [60, 'BUSY', meets(0, 60), 'ONLINE'],
      ],
    ],
  ])('%s', (_, moments) => play(moments));
});

describe('words beside a meeting', () => {
  test.each<Story>([
    [
      'a meeting does not wipe the person’s own words',
      [
        [0, opens('tab'), says('In Lisbon'), meets(60, 120, { text: 'Standup' })],
        [60, { dot: 'BUSY', text: 'In Lisbon' }],
        [120, { dot: 'ONLINE', text: 'In Lisbon' }],
      ],
    ],
    [
      'a meeting’s own words show to its end where the person says nothing',
      [
        [0, opens('tab'), meets(60, 120, { text: 'Standup' })],
        [60, { dot: 'BUSY', text: 'Standup', statusEnds: 120 }],
        [90, says('Hi'), { dot: 'BUSY', text: 'Hi' }],
        [120, { dot: 'ONLINE', text: 'Hi' }],
      ],
    ],
    [
      'the words of a meeting that does not decide the dot are not shown',
      [
        [
          0,
          opens('tab'),
          meets(0, 60, { text: 'Standup' }),
          calls(0, null),
          { text: null },
          picks('AWAY'),
          endsCall(),
          { text: null },
        ],
      ],
    ],
  ])('%s', (_, moments) => play(moments));
});
