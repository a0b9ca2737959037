import { describe, expect, test } from 'vitest';
import { selfView } from '../../src/presence/self.ts';
import {
  at,
  calls,
  drops,
  GRACE,
  hides,
  IDLE,
  live,
  type Moment,
  meets,
  opens,
  picks,
  plans,
  prefers,
  reports,
  says,
  secondOf,
} from './story.ts';

describe('what people see of themselves', () => {
  test('somebody invisible sees what would be seen of them', () => {
    expect(see([0, opens('tab'), picks('BUSY', { text: 'Hi' }), hides])).toMatchObject({
      availability: 'BUSY',
      invisible: true,
      manual: 'BUSY',
      status: { text: 'Hi' },
    });
  });

  test('a pick is named while a call is shown over it, and there is none while automatic', () => {
    expect(see([0, opens('tab'), picks('AWAY'), calls(0, null)])).toMatchObject({
      availability: 'BUSY',
      manual: 'AWAY',
    });
    expect(see([0, opens('tab'), picks('AWAY'), picks('ONLINE')])).toMatchObject({
      availability: 'ONLINE',
      manual: null,
    });
  });

  test('the words are kept while offline', () => {
    expect(see([0, says('Hi')])).toMatchObject({ availability: 'OFFLINE', status: { text: 'Hi' } });
  });

  test('every device is listed with its own dot, in the order in which they connected', () => {
    const { sessions } = see(
      [0, opens('z')],
      [1, opens('b', { over: 'HTTP' })],
      [2, opens('a'), opens('y')],
      [3, drops('z'), reports('a', 'IDLE')],
      [3 + GRACE],
    );
    expect(sessions.map(({ id, availability, transport }) => [id, availability, transport])).toEqual([
      ['z', 'AWAY', 'WEBSOCKET'],
      ['b', 'ONLINE', 'HTTP'],
      ['a', 'AWAY', 'WEBSOCKET'],
      ['y', 'ONLINE', 'WEBSOCKET'],
    ]);
  });

  test('auto-away off shows in their preferences and on their devices', () => {
    const { preferences, sessions } = see([
      0,
      opens('tab'),
      prefers({ autoAway: false, idleAfter: IDLE }),
      reports('tab', 'IDLE'),
    ]);
    expect(preferences).toEqual({ autoAway: false, idleTimeout: IDLE * 1_000 });
    expect(sessions[0]?.availability).toBe('ONLINE');
  });

  test('everything that speaks for them now or later is listed by its start', () => {
    const { claims } = see([
      50,
      opens('tab'),
      picks('AWAY', { text: 'Hi', until: 90 }),
      plans(70, 'BUSY', { text: 'Talk' }),
      plans(75, null, { text: 'Only words' }),
      meets(60, 120, { key: 'standup', text: 'Standup' }),
      calls(10, null, { key: 'phone' }),
    ]);
    const listed = claims.map((claim) => [
      claim.source,
      claim.availability,
      claim.text,
      secondOf(claim.startsAt),
      secondOf(claim.expiresAt),
      claim.active,
    ]);
    expect(listed).toEqual([
      ['CALL', 'BUSY', null, 10, null, true],
      ['MANUAL', 'AWAY', 'Hi', 50, 90, true],
      ['CALENDAR', 'BUSY', 'Standup', 60, 120, false],
      ['MANUAL', 'BUSY', 'Talk', 70, null, false],
    ]);
  });
});

function see(...moments: readonly Moment[]) {
  return selfView(live(...moments), at(moments.at(-1)?.[0] ?? 0));
}
