/** Calls and meetings that integrations tell of. */
import { describe, expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { attempt, dataOf, dotOf, http, lookAt, mutate, refusalOf, selfOf } from './operations.ts';

const ada = { token: 'dev:ada' };

/** A moment, so many seconds after the manual clock began: noon. */
const at = (seconds: number) => new Date(Date.UTC(2026, 5, 1, 12, 0, 0, seconds * 1_000)).toISOString();
const HOUR = 3_600;
const YEAR = 366 * 24 * HOUR;

const call = { source: 'CALL', key: 'call' };
const meeting = { source: 'CALENDAR', key: 'meeting' };

async function adaWatched(service: Service) {
  const device = await service.connect(ada);
  return { device, onlooker: await watch(service, ['ada']) };
}

describe('a call', () => {
  it('makes its person busy until it is cleared, over the pick that stays beneath', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setStatus', { availability: 'AWAY' });
    expect(await onlooker.next()).toBe('ada AWAY');
    const { viewer } = await mutate(device, 'setClaim', call);
    expect(viewer).toMatchObject({
      availability: 'BUSY',
      manual: 'AWAY',
      explanation: { rule: 'CALL', because: 'Busy because of a call.', nextChangeAt: null },
    });
    expect(await onlooker.next()).toBe('ada BUSY');
    await mutate(device, 'setStatus', { availability: 'AWAY', text: 'lunch' });
    expect(await onlooker.next()).toBe('ada BUSY lunch');
    await mutate(device, 'clearClaim', call);
    expect(await onlooker.next()).toBe('ada AWAY lunch');
  });

  it('ends by itself at expiresAt, whether or not anybody looks', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    const { viewer } = await mutate(device, 'setClaim', { ...call, expiresAt: at(HOUR) });
    expect(viewer.explanation).toEqual({
      rule: 'CALL',
      because: 'Busy because of a call until 13:00 UTC.',
      nextChangeAt: at(HOUR),
    });
    expect(await onlooker.next()).toBe('ada BUSY');
    await service.clock.pass(HOUR - 0.001);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada AWAY'); // nobody moved for an hour
    expect((await selfOf(device)).claims).toEqual([]);
  });

  it('shows its words while it decides the dot and the person says nothing', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setClaim', { ...call, text: ' With Bo ', emoji: '📞', expiresAt: at(HOUR) });
    expect(await onlooker.next()).toBe('ada BUSY 📞 With Bo');
    expect((await lookAt(device, 'ada')).presence.status).toMatchObject({ expiresAt: at(HOUR), customStatus: null });
    expect((await selfOf(device)).explanation.because).toBe('Busy because of a call until 13:00 UTC (With Bo).');
    await mutate(device, 'setStatus', { text: 'ask later' });
    expect(await onlooker.next()).toBe('ada BUSY ask later');
  });

  it('may ask for another dot than BUSY', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    const { viewer } = await mutate(device, 'setClaim', { ...call, availability: 'AWAY' });
    expect(viewer.explanation.because).toBe('Away because of a call.');
    expect(await onlooker.next()).toBe('ada AWAY');
  });
});

describe('a meeting', () => {
  it('begins and ends at its moments, and tells when the dot changes next', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    const { viewer } = await mutate(device, 'setClaim', { ...meeting, startsAt: at(60), expiresAt: at(120) });
    expect(viewer).toMatchObject({
      availability: 'ONLINE',
      claims: [{ ...meeting, availability: 'BUSY', startsAt: at(60), expiresAt: at(120), active: false }],
      explanation: { rule: 'ACTIVE_SESSION', nextChangeAt: at(60) },
    });
    await service.clock.pass(59.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada BUSY');
    expect(await selfOf(device)).toMatchObject({
      claims: [{ active: true }],
      explanation: { rule: 'CALENDAR', because: 'Busy because of a meeting until 12:02 UTC.', nextChangeAt: at(120) },
    });
    await service.clock.pass(60);
    expect(await onlooker.next()).toBe('ada ONLINE');
    expect((await selfOf(device)).claims).toEqual([]);
  });

  it('shows over a pick made before it, and not over one made during it', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setStatus', { availability: 'AWAY' });
    expect(await onlooker.next()).toBe('ada AWAY');
    await mutate(device, 'setClaim', { ...meeting, startsAt: at(60), expiresAt: at(180) });
    await service.clock.pass(60);
    expect(await onlooker.next()).toBe('ada BUSY');
    await service.clock.pass(30);
    await mutate(device, 'setStatus', { availability: 'AWAY' });
    expect(await onlooker.next()).toBe('ada AWAY');
    await service.clock.pass(100);
    await onlooker.sawNothing();
  });

  it('told with a start that is past is as old as that: a pick made since then wins', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setStatus', { availability: 'AWAY' });
    expect(await onlooker.next()).toBe('ada AWAY');
    await mutate(device, 'setClaim', { ...meeting, startsAt: at(-60) });
    await onlooker.sawNothing();
    await service.clock.pass(1);
    await mutate(device, 'setClaim', { ...meeting, key: 'later' });
    expect(await onlooker.next()).toBe('ada BUSY');
  });

  it('told again without a start goes on from the one it had', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setClaim', meeting);
    expect(await onlooker.next()).toBe('ada BUSY');
    await service.clock.pass(10);
    await mutate(device, 'setStatus', { availability: 'AWAY' });
    expect(await onlooker.next()).toBe('ada AWAY');
    await service.clock.pass(10);
    const { viewer } = await mutate(device, 'setClaim', { ...meeting, text: 'Standup' });
    expect(viewer.claims.map(({ source, startsAt, text }) => [source, startsAt, text])).toEqual([
      ['CALENDAR', at(0), 'Standup'],
      ['MANUAL', at(10), null],
    ]);
    await onlooker.sawNothing();
  });

  it('is moved by telling it again, and over at once when told to have been cleared', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setClaim', { ...meeting, startsAt: at(60), expiresAt: at(120) });
    await mutate(device, 'setClaim', { ...meeting, startsAt: at(90), expiresAt: at(150) });
    await service.clock.pass(89);
    await onlooker.sawNothing();
    await service.clock.pass(1);
    expect(await onlooker.next()).toBe('ada BUSY');
    await mutate(device, 'clearClaim', meeting);
    expect(await onlooker.next()).toBe('ada ONLINE');
  });
});

describe('any number of them at once', () => {
  it('end each for itself, by source and key', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    for (const key of ['a', 'b'])
      for (const source of ['CALL', 'CALENDAR']) await mutate(device, 'setClaim', { source, key });
    expect(await onlooker.next()).toBe('ada BUSY');
    expect((await selfOf(device)).claims.map(({ source, key }) => `${source} ${key}`).sort()).toEqual([
      'CALENDAR a',
      'CALENDAR b',
      'CALL a',
      'CALL b',
    ]);
    await mutate(device, 'clearClaim', { source: 'CALL', key: 'a' });
    await mutate(device, 'clearClaim', { source: 'CALENDAR', key: 'a' });
    await mutate(device, 'clearClaim', { source: 'CALL', key: 'b' });
    await onlooker.sawNothing();
    const { viewer } = await mutate(device, 'clearClaim', { source: 'CALENDAR', key: 'b' });
    expect(viewer.claims).toEqual([]);
    expect(await onlooker.next()).toBe('ada ONLINE');
  });

  it('are 500 at most; one more is refused, one of them again is not', async () => {
    const service = await startService();
    const by = http(service, 'dev:ada');
    const keys = Array.from({ length: 500 }, (_, nth) => `${nth}`);
    const fields = keys.map((key) => `c${key}: setClaim(input: { source: CALENDAR, key: "${key}" }) { viewer { id } }`);
    dataOf(await by.ask(`mutation { ${fields.join(' ')} }`));
    const refused = await attempt(by, 'setClaim', call);
    expect(refusalOf(refused)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'key', retryable: false });
    expect(refused.errors?.[0]?.message).toContain('500');
    await mutate(by, 'setClaim', { source: 'CALENDAR', key: '7', startsAt: at(7) });
    expect((await selfOf(by)).claims).toHaveLength(500);
    await mutate(by, 'clearClaim', { source: 'CALENDAR', key: '7' });
    await mutate(by, 'setClaim', call);
  });
});

describe('clearClaim', () => {
  it('of what is not there changes nothing, and is no mistake', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setClaim', call);
    expect(await onlooker.next()).toBe('ada BUSY');
    const before = await selfOf(device);
    for (const unknown of [
      { ...call, key: 'other' },
      { ...call, source: 'CALENDAR' },
      { ...call, key: 'CALL' },
    ]) {
      expect((await mutate(device, 'clearClaim', unknown)).viewer).toEqual(before);
    }
    await onlooker.sawNothing();
  });
});

describe('somebody hidden', () => {
  it('is told the truth, and nobody else anything', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setInvisible', { invisible: true });
    expect(await onlooker.next()).toBe('ada OFFLINE');
    const { viewer } = await mutate(device, 'setClaim', { ...meeting, expiresAt: at(60) });
    expect(viewer).toMatchObject({
      availability: 'BUSY',
      claims: [{ active: true }],
      explanation: { rule: 'INVISIBLE', because: 'Offline to others because you are invisible.', nextChangeAt: null },
    });
    await service.clock.pass(60);
    await onlooker.sawNothing();
  });

  it('without a device is offline, and in the meeting once a device connects', async () => {
    const service = await startService();
    const { viewer } = await mutate(http(service, 'dev:ada'), 'setClaim', { ...meeting, expiresAt: at(60) });
    expect(viewer.explanation).toMatchObject({
      rule: 'NO_SESSION',
      because: 'Offline because no device is connected.',
    });
    expect(await dotOf(service, 'ada')).toBe('OFFLINE');
    await service.connect(ada);
    expect(await dotOf(service, 'ada')).toBe('BUSY');
  });
});

describe('userId', () => {
  it('lets the backend speak for anybody, and nobody else', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    const backend = http(service, 'dev:app:server');
    const { viewer } = await mutate(backend, 'setClaim', { ...call, userId: 'ada' });
    expect(viewer).toMatchObject({ id: 'viewer:ada', claims: [call] });
    expect(await onlooker.next()).toBe('ada BUSY');
    for (const name of ['setClaim', 'clearClaim'] as const) {
      for (const role of ['', ':admin']) {
        const answer = await attempt(http(service, `dev:bo${role}`), name, { ...call, userId: 'ada' });
        expect(refusalOf(answer)).toMatchObject({ code: 'FORBIDDEN' });
      }
      const answer = await attempt(backend, name, { ...call, userId: 'room:1' });
      expect(refusalOf(answer)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'userId' });
    }
    await onlooker.sawNothing();
    await mutate(backend, 'clearClaim', { ...call, userId: 'ada' });
    expect(await onlooker.next()).toBe('ada ONLINE');
    expect((await selfOf(device)).claims).toEqual([]);
  });
});

describe('bad input', () => {
  it.each<[string, object, object]>([
    ['no key', { ...call, key: '' }, { code: 'BAD_USER_INPUT', field: 'key' }],
    ['a blank key', { ...call, key: ' \u200b ' }, { code: 'BAD_USER_INPUT', field: 'key' }],
    ['a key of 129 characters', { ...call, key: '😀'.repeat(129) }, { code: 'BAD_USER_INPUT', field: 'key' }],
    ['a key with a control character', { ...call, key: 'a\u0007' }, { code: 'BAD_USER_INPUT', field: 'key' }],
    ['a key with a line break', { ...call, key: 'a\nb' }, { code: 'BAD_USER_INPUT', field: 'key' }],
    ['a source that is none', { ...call, source: 'MANUAL' }, { code: 'BAD_USER_INPUT', field: 'source' }],
    ['hiding', { ...call, availability: 'OFFLINE' }, { code: 'BAD_USER_INPUT', field: 'availability' }],
    [
      'a text of 121 characters',
      { ...call, text: 'x'.repeat(121) },
      { code: 'STATUS_TEXT_TOO_LONG', field: 'text', limit: 120 },
    ],
    ['a blank text', { ...call, text: '  ' }, { code: 'BAD_USER_INPUT', field: 'text' }],
    ['two emojis', { ...call, emoji: '🌴🌴' }, { code: 'BAD_USER_INPUT', field: 'emoji' }],
    ['an end that is past', { ...call, expiresAt: at(-1) }, { code: 'BAD_USER_INPUT', field: 'expiresAt' }],
    ['an end that is now', { ...call, expiresAt: at(0) }, { code: 'BAD_USER_INPUT', field: 'expiresAt' }],
    [
      'an end before the start',
      { ...call, startsAt: at(120), expiresAt: at(60) },
      { code: 'BAD_USER_INPUT', field: 'expiresAt' },
    ],
    [
      'an end at the start',
      { ...call, startsAt: at(60), expiresAt: at(60) },
      { code: 'BAD_USER_INPUT', field: 'expiresAt' },
    ],
    ['an end in 11 years', { ...call, expiresAt: at(11 * YEAR) }, { code: 'BAD_USER_INPUT', field: 'expiresAt' }],
    ['a start in 11 years', { ...call, startsAt: at(11 * YEAR) }, { code: 'BAD_USER_INPUT', field: 'startsAt' }],
  ])('%s is refused and changes nothing', async (_, input, refusal) => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setClaim', { ...call, text: 'With Bo' });
    expect(await onlooker.next()).toBe('ada BUSY With Bo');
    const before = await selfOf(device);
    expect(refusalOf(await attempt(device, 'setClaim', input))).toMatchObject({ ...refusal, retryable: false });
    expect(await selfOf(device)).toEqual(before);
    await onlooker.sawNothing();
  });

  it('in clearClaim is refused too', async () => {
    const service = await startService();
    const answer = await attempt(http(service, 'dev:ada'), 'clearClaim', { ...call, key: '' });
    expect(refusalOf(answer)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'key' });
  });

  it('a key of 128 characters of any language is fine', async () => {
    const service = await startService();
    const key = `${'😀'.repeat(64)}${'會'.repeat(64)}`;
    const { viewer } = await mutate(http(service, 'dev:ada'), 'setClaim', { ...call, key });
    expect(viewer.claims).toMatchObject([{ key }]);
  });

  it('texts are refused where administrators have switched them off; emojis are not', async () => {
    const service = await startService();
    await mutate(http(service, 'dev:root:admin'), 'updateSettings', { allowStatusText: false });
    const by = http(service, 'dev:ada');
    expect(refusalOf(await attempt(by, 'setClaim', { ...call, text: 'With Bo' }))).toMatchObject({
      code: 'STATUS_TEXT_DISABLED',
    });
    await mutate(by, 'setClaim', { ...call, emoji: '📞' });
  });
});
