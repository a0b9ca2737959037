import { describe, test } from 'vitest';
import {
  calls,
  endsCall,
  endsMeeting,
  IDLE,
  meets,
  opens,
  picks,
  play,
  quietSince,
  reports,
  type Story,
  signsOut,
} from './story.ts';

const HOUR = 3_600; // s

describe('calls', () => {
  test.each<Story>([
    [
      'a call shows over picks and meetings, and what is true after it',
      [
        [0, opens('tab'), meets(0, 600, { as: 'AWAY' }), calls(0, null), 'BUSY'],
        [10, picks('AWAY'), 'BUSY'],
        [20, endsCall(), 'AWAY'],
      ],
    ],
    [
      'a call shows while nobody touches the device',
      [
        [0, opens('tab'), calls(0, null)],
        [IDLE, quietSince('tab', 0), 'BUSY', endsCall(), 'AWAY'],
      ],
    ],
    [
      'a call without an end ends when it is told',
      [
        [0, opens('tab'), calls(0, null)],
        [HOUR, 'BUSY', endsCall(), 'ONLINE'],
      ],
    ],
    [
      'a call that nobody ends is over at its end',
      [
        [0, opens('tab'), calls(0, HOUR)],
        [HOUR, 'ONLINE'],
      ],
    ],
    [
      'one call that ends does not end another, or a meeting of the same key',
      [
        [
          0,
          opens('tab'),
          calls(0, null, { key: 'a' }),
          calls(0, null, { key: 'b' }),
          meets(0, 60, { key: 'a', as: 'AWAY' }),
        ],
        [1, endsCall('a'), 'BUSY', endsCall('b'), 'AWAY', endsMeeting('a'), 'ONLINE'],
      ],
    ],
    [
      'ending a call that nobody knows of changes nothing',
      [[0, opens('tab'), calls(0, null), endsCall('other'), 'BUSY']],
    ],
    [
      'a call may leave the dot online',
      [[0, opens('tab'), reports('tab', 'IDLE'), calls(0, null, { as: 'ONLINE' }), 'ONLINE']],
    ],
    ['nobody in a call is seen when not connected', [[0, opens('tab'), calls(0, null), signsOut('tab'), 'OFFLINE']]],
  ])('%s', (_, moments) => play(moments));
});
