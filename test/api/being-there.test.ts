/** Connecting, being active, and what several devices make of one person. */
import { describe, expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { type Asker, attempt, dotOf, http, lookAt, mutate, refusalOf, selfOf } from './operations.ts';

const ada = { token: 'dev:ada' };

describe('a device that connects', () => {
  it.each([
    ['without a word about activity', {}, 'ONLINE'],
    ['active', { activity: 'ACTIVE' }, 'ONLINE'],
    ['idle', { activity: 'IDLE' }, 'AWAY'],
  ])('%s is seen at once', async (_, init, dot) => {
    const service = await startService();
    const onlooker = await watch(service, ['ada']);
    expect(onlooker.initial).toEqual(['ada is OFFLINE']);
    const device = await service.connect({ ...ada, ...init });
    expect(device).toMatchObject({ sessionId: expect.stringMatching(/^session:/), userId: 'ada' });
    expect(await onlooker.next()).toBe(`ada ${dot}`);
    expect(await dotOf(service, 'ada')).toBe(dot);
    await onlooker.sawNothing();
  });

  it('is listed for its person, and for nobody else', async () => {
    const service = await startService();
    const phone = await service.connect({ ...ada, device: 'MOBILE', activity: 'IDLE' });
    await service.clock.pass(1);
    const desk = await service.connect(ada);
    const { sessions, user } = await selfOf(desk);
    expect(sessions).toEqual([
      {
        id: phone.sessionId,
        device: 'MOBILE',
        transport: 'WEBSOCKET',
        availability: 'AWAY',
        connectedAt: '2026-06-01T12:00:00.000Z',
        current: false,
      },
      {
        id: desk.sessionId,
        device: 'OTHER',
        transport: 'WEBSOCKET',
        availability: 'ONLINE',
        connectedAt: '2026-06-01T12:00:01.000Z',
        current: true,
      },
    ]);
    expect(user).toEqual(await lookAt(http(service, 'dev:onlooker'), 'ada'));
    expect((await selfOf(http(service, 'dev:bo'))).sessions).toEqual([]);
  });

  it('sets lastActive; somebody never seen is OFFLINE and has none', async () => {
    const service = await startService();
    const onlooker = http(service, 'dev:onlooker');
    expect((await lookAt(onlooker, 'ada')).presence).toMatchObject({ availability: 'OFFLINE', lastActive: null });
    await service.connect(ada);
    await service.clock.pass(60);
    expect((await lookAt(onlooker, 'ada')).presence).toMatchObject({ lastActive: '2026-06-01T12:00:00.000Z' });
    await service.connect(ada);
    expect((await lookAt(onlooker, 'ada')).presence).toMatchObject({ lastActive: '2026-06-01T12:01:00.000Z' });
  });
});

describe('of several devices', () => {
  it.each([
    [['ACTIVE', 'IDLE'], 'ONLINE'],
    [['IDLE', 'ACTIVE'], 'ONLINE'],
    [['IDLE', 'ACTIVE', 'IDLE'], 'ONLINE'],
    [['IDLE', 'IDLE'], 'AWAY'],
  ])('%j the best counts, in any order', async (activities, dot) => {
    const service = await startService();
    for (const activity of activities) await service.connect({ ...ada, activity });
    expect(await dotOf(service, 'ada')).toBe(dot);
  });

  it('one in use keeps its person ONLINE while the others are idle, locked or gone', async () => {
    const service = await startService();
    const [desk, phone, tab] = await Promise.all([ada, ada, ada].map(service.connect));
    const onlooker = await watch(service, ['ada']);
    if (desk === undefined || phone === undefined || tab === undefined) throw new Error('three were to connect');
    await mutate(phone, 'reportActivity', { activity: 'SCREEN_LOCKED' });
    await tab.close();
    await service.clock.pass(200);
    await mutate(desk, 'reportActivity', { activity: 'ACTIVE' });
    await service.clock.pass(299);
    await onlooker.sawNothing();
    await desk.close();
    await service.clock.pass(5);
    expect(await onlooker.next()).toBe('ada AWAY');
    await mutate(phone, 'reportActivity', { activity: 'SCREEN_UNLOCKED' });
    expect(await onlooker.next()).toBe('ada ONLINE');
  });
});

describe('without activity', () => {
  it('a person is AWAY after 300 seconds, to the millisecond, and ONLINE with the first sign of them', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    const onlooker = await watch(service, ['ada']);
    await service.clock.pass(299.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada AWAY');
    await service.clock.pass(1_000);
    await mutate(device, 'reportActivity', { activity: 'ACTIVE' });
    expect(await onlooker.next()).toBe('ada ONLINE');
    await service.clock.pass(299.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada AWAY');
  });

  it('the time counts from the last activity', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    for (const seconds of [200, 250, 299]) {
      await service.clock.pass(seconds);
      await mutate(device, 'reportActivity', { activity: 'ACTIVE' });
    }
    await service.clock.pass(299.999);
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
    await service.clock.pass(0.001);
    expect(await dotOf(service, 'ada')).toBe('AWAY');
  });

  it('other operations on the socket are no activity', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    await service.clock.pass(200);
    await selfOf(device);
    await mutate(device, 'setStatus', { text: 'reading' });
    await service.clock.pass(100);
    expect(await dotOf(service, 'ada')).toBe('AWAY');
  });

  it('the operator decides after how long', async () => {
    const service = await startService({ PRESENCE_IDLE_TIMEOUT: '0.5' });
    await service.connect(ada);
    await service.clock.pass(0.499);
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
    await service.clock.pass(0.001);
    expect(await dotOf(service, 'ada')).toBe('AWAY');
  });
});

type Arrive = (service: Service) => Promise<{ readonly by: Asker; readonly names: object }>;
const ARRIVALS: readonly (readonly [string, Arrive])[] = [
  ['over its WebSocket', async (service) => ({ by: await service.connect(ada), names: {} })],
  [
    'over HTTP',
    async (service) => {
      const by = http(service, 'dev:ada');
      const { session } = await mutate(by, 'openSession', {});
      return { by, names: { sessionId: session.id } };
    },
  ],
];

describe.each(ARRIVALS)('what a device reports %s', (_, arrive) => {
  it.each([
    [['IDLE'], 'AWAY', 'you have not been active for a while'],
    [['SCREEN_LOCKED'], 'AWAY', 'your screen is locked'],
    [['SLEEP'], 'AWAY', 'your device is asleep'],
    [['BACKGROUND'], 'AWAY', 'the app is in the background'],
    [['IDLE', 'ACTIVE'], 'ONLINE', 'you are active'],
    [['SCREEN_LOCKED', 'SCREEN_UNLOCKED'], 'ONLINE', 'you are active'],
    [['SLEEP', 'WAKE'], 'ONLINE', 'you are active'],
    [['BACKGROUND', 'FOREGROUND'], 'ONLINE', 'you are active'],
    [['SCREEN_LOCKED', 'SLEEP', 'WAKE'], 'AWAY', 'your screen is locked'],
    [['SCREEN_LOCKED', 'SLEEP', 'SCREEN_UNLOCKED'], 'ONLINE', 'you are active'],
    [['BACKGROUND', 'SCREEN_LOCKED', 'SCREEN_UNLOCKED'], 'AWAY', 'the app is in the background'],
    [['SCREEN_LOCKED', 'BACKGROUND', 'FOREGROUND'], 'ONLINE', 'you are active'],
    [['SCREEN_LOCKED', 'SLEEP', 'BACKGROUND', 'ACTIVE'], 'ONLINE', 'you are active'],
    [['SCREEN_LOCKED', 'IDLE'], 'AWAY', 'your screen is locked'],
    [['FOREGROUND', 'WAKE', 'SCREEN_UNLOCKED', 'ACTIVE'], 'ONLINE', 'you are active'],
  ])('%j means %s, because %s', async (activities, dot, because) => {
    const service = await startService();
    const { by, names } = await arrive(service);
    for (const activity of activities.slice(0, -1)) await mutate(by, 'reportActivity', { activity, ...names });
    const activity = activities.at(-1);
    const { viewer } = await mutate(by, 'reportActivity', { activity, ...names });
    expect(viewer).toMatchObject({ availability: dot, sessions: [{ availability: dot }] });
    expect(viewer.explanation.because).toContain(because);
    expect(await dotOf(service, 'ada')).toBe(dot);
  });

  it('turns the dot at once, even while auto-away is off', async () => {
    const service = await startService();
    const { by, names } = await arrive(service);
    await mutate(by, 'setPreferences', { autoAway: false });
    for (const [there, back] of [
      ['SCREEN_LOCKED', 'SCREEN_UNLOCKED'],
      ['SLEEP', 'WAKE'],
      ['BACKGROUND', 'FOREGROUND'],
    ]) {
      await mutate(by, 'reportActivity', { activity: there, ...names });
      expect(await dotOf(service, 'ada')).toBe('AWAY');
      await mutate(by, 'reportActivity', { activity: back, ...names });
      expect(await dotOf(service, 'ada')).toBe('ONLINE');
    }
    await mutate(by, 'reportActivity', { activity: 'IDLE', ...names });
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
  });
});

describe('which session a report is about', () => {
  it('must be named over HTTP, and on a socket without a session', async () => {
    const service = await startService();
    await service.connect(ada);
    const silent = await service.connect({ ...ada, session: false });
    for (const by of [http(service, 'dev:ada'), silent]) {
      const refusal = refusalOf(await attempt(by, 'reportActivity', { activity: 'IDLE' }));
      expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', field: 'sessionId' });
    }
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
  });

  it('may be named over any wire, if it is one’s own', async () => {
    const service = await startService();
    const { sessionId } = await service.connect(ada);
    const second = await service.connect({ ...ada, activity: 'IDLE' });
    await mutate(http(service, 'dev:ada'), 'reportActivity', { activity: 'SLEEP', sessionId });
    expect(await dotOf(service, 'ada')).toBe('AWAY');
    await mutate(second, 'reportActivity', { activity: 'WAKE', sessionId });
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
  });

  it.each(['reportActivity', 'heartbeat', 'closeSession'] as const)(
    '%s about a session of somebody else, or none at all, is NOT_FOUND and changes nothing',
    async (name) => {
      const service = await startService();
      const { sessionId } = await service.connect(ada);
      const bo = await service.connect({ token: 'dev:bo' });
      const backend = http(service, 'dev:backend:server');
      const input = name === 'reportActivity' ? { activity: 'IDLE' } : {};
      for (const by of [bo, backend]) {
        for (const id of [sessionId, 'session:none', '', '__proto__']) {
          const refusal = refusalOf(await attempt(by, name, { ...input, sessionId: id }));
          expect(refusal).toMatchObject({ code: 'NOT_FOUND', field: 'sessionId', retryable: false });
        }
      }
      expect([await dotOf(service, 'ada'), await dotOf(service, 'bo')]).toEqual(['ONLINE', 'ONLINE']);
    },
  );
});
