import { describe, expect, test } from 'vitest';
import { differs, resolve } from '../../src/presence/resolve.ts';
import {
  at,
  beats,
  calls,
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
  prefers,
  reports,
  says,
  shows,
  signsOut,
} from './story.ts';

const before: Moment = [0, opens('tab'), opens('poll', { over: 'HTTP' })];

describe('is announced', () => {
  test.each<readonly [string, readonly Deed[], Deed]>([
    ['the last device that leaves', [signsOut('poll')], signsOut('tab')],
    ['the first device that connects', [signsOut('poll'), signsOut('tab')], opens('phone')],
    ['a pick', [], picks('BUSY')],
    ['a text', [], says('Hi')],
    ['another text', [says('Hi')], says('Ho')],
    ['the same text with an emoji', [says('Hi')], says('Hi', { emoji: '🌴' })],
    ['the same text that now ends', [says('Hi')], says('Hi', { until: 60 })],
    ['the same words from a custom status', [says('Hi')], says('Hi', { customStatus: 'customStatus:1' })],
    ['words that go away', [says('Hi')], picks('ONLINE')],
    ['a call', [], calls(0, null)],
    ['hiding', [], hides],
    ['appearing', [hides], shows],
  ])('%s', (_, earlier, deed) => expect(announced(earlier, deed)).toBe(true));
});

describe('is not announced', () => {
  test.each<readonly [string, readonly Deed[], Deed]>([
    ['a second device', [], opens('phone')],
    ['a device that leaves while another stays', [], signsOut('poll')],
    ['a connection lost or closed, within the grace', [], drops('tab')],
    ['a tab closed, within the grace', [signsOut('poll')], closes('tab')],
    ['a connection that comes back', [drops('tab')], opens('tab')],
    ['a heartbeat', [], beats('poll', true)],
    ['activity of somebody active', [], reports('tab', 'ACTIVE')],
    ['a device that turns idle beside one in use', [], reports('tab', 'IDLE')],
    ['the same pick again', [picks('BUSY')], picks('BUSY')],
    ['the same words again', [says('Hi')], says('Hi')],
    ['a plan', [], plans(60, 'BUSY')],
    ['a meeting that has not begun', [], meets(60, 120)],
    ['a preference', [], prefers({ autoAway: false })],
    ['a meeting that agrees with the pick', [picks('BUSY')], meets(0, 60)],
    ['anything somebody hidden does', [hides], picks('BUSY', { text: 'Hi' })],
    ['a hidden device that connects', [hides], opens('phone')],
    ['words of somebody offline', [signsOut('tab'), signsOut('poll')], says('Hi')],
  ])('%s', (_, earlier, deed) => expect(announced(earlier, deed)).toBe(false));
});

function announced(earlier: readonly Deed[], deed: Deed): boolean {
  const record = earlier.reduce((reached, each) => happen(reached, each, 0), live(before));
  return differs(resolve(record, at(1)), resolve(happen(record, deed, 1), at(1)));
}
