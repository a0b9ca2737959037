/** Being present without a WebSocket: openSession, heartbeat, closeSession. */
import { describe, expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { type Asker, attempt, dotOf, http, mutate, refusalOf, selfOf } from './operations.ts';

/** Ada, over HTTP, with a session of hers. */
async function open(service: Service, input: object = {}): Promise<{ readonly by: Asker; readonly sessionId: string }> {
  const by = http(service, 'dev:ada');
  const { session } = await mutate(by, 'openSession', input);
  return { by, sessionId: session.id };
}

describe('openSession', () => {
  it.each([
    [{}, 'ONLINE', 'OTHER'],
    [{ device: 'MOBILE', activity: 'IDLE' }, 'AWAY', 'MOBILE'],
    [{ device: 'WEB', activity: 'BACKGROUND' }, 'AWAY', 'WEB'],
  ])('with %j appears at once', async (input, dot, device) => {
    const service = await startService();
    const onlooker = await watch(service, ['ada']);
    const { session, viewer } = await mutate(http(service, 'dev:ada'), 'openSession', input);
    expect(session).toEqual({
      id: expect.stringMatching(/^session:/),
      device,
      transport: 'HTTP',
      availability: dot,
      connectedAt: '2026-06-01T12:00:00.000Z',
      current: false,
    });
    expect(viewer.sessions).toEqual([session]);
    expect(await onlooker.next()).toBe(`ada ${dot}`);
  });

  it('can say something, and hide, from the start', async () => {
    const service = await startService();
    const onlooker = await watch(service, ['ada']);
    const { by } = await open(service, { invisible: true, status: { text: ' travelling ', emoji: '🚆' } });
    await onlooker.sawNothing();
    await mutate(by, 'setInvisible', { invisible: false });
    expect(await onlooker.next()).toBe('ada ONLINE 🚆 travelling');
    await mutate(by, 'setInvisible', { invisible: true });
    expect(await onlooker.next()).toBe('ada OFFLINE');
    await open(service);
    await onlooker.sawNothing();
    await open(service, { invisible: false, status: { emoji: '🏠' } });
    expect(await onlooker.next()).toBe('ada ONLINE 🏠');
  });

  it('with a session’s id takes that up again; with one that is over opens another', async () => {
    const service = await startService();
    const { by, sessionId } = await open(service, { device: 'WEB' });
    await service.clock.pass(74);
    const { session } = await mutate(by, 'openSession', { sessionId });
    expect(session).toMatchObject({ id: sessionId, device: 'WEB', connectedAt: '2026-06-01T12:00:00.000Z' });
    await service.clock.pass(74.999);
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
    await service.clock.pass(0.001);
    expect(await dotOf(service, 'ada')).toBe('OFFLINE');
    expect((await open(service, { sessionId })).sessionId).not.toBe(sessionId);
  });

  it('moves a session from a socket that is gone, and a socket moves it back', async () => {
    const service = await startService();
    const device = await service.connect({ token: 'dev:ada' });
    const onlooker = await watch(service, ['ada']);
    await device.drop();
    expect((await open(service, { sessionId: device.sessionId })).sessionId).toBe(device.sessionId);
    await service.clock.pass(60);
    const again = await service.connect({ token: 'dev:ada', sessionId: device.sessionId });
    expect(again.sessionId).toBe(device.sessionId);
    expect((await selfOf(again)).sessions).toMatchObject([{ id: device.sessionId, transport: 'WEBSOCKET' }]);
    await service.clock.pass(100);
    await onlooker.sawNothing();
  });

  it('of somebody else’s session opens one of one’s own', async () => {
    const service = await startService();
    const { sessionId } = await open(service);
    const { session } = await mutate(http(service, 'dev:bo'), 'openSession', { sessionId });
    expect(session.id).not.toBe(sessionId);
    await mutate(http(service, 'dev:bo'), 'closeSession', { sessionId: session.id });
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
  });
});

describe('a session over HTTP', () => {
  it('lives 75 seconds, and 75 more after each heartbeat, then its person is OFFLINE', async () => {
    const service = await startService();
    const { by, sessionId } = await open(service);
    const onlooker = await watch(service, ['ada']);
    await service.clock.pass(74.999);
    await mutate(by, 'heartbeat', { sessionId });
    await service.clock.pass(74.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada OFFLINE');
    const late = refusalOf(await attempt(by, 'heartbeat', { sessionId }));
    expect(late).toMatchObject({ code: 'NOT_FOUND', field: 'sessionId' });
    await onlooker.sawNothing();
  });

  it('lives as long as the operator says', async () => {
    const service = await startService({ PRESENCE_HEARTBEAT_TTL: '2.5' });
    await open(service);
    await service.clock.pass(2.499);
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
    await service.clock.pass(0.001);
    expect(await dotOf(service, 'ada')).toBe('OFFLINE');
  });

  it('is AWAY after 300 seconds of heartbeats without activity, and ONLINE with one that tells of some', async () => {
    const service = await startService();
    const { by, sessionId } = await open(service);
    const onlooker = await watch(service, ['ada']);
    for (let beats = 0; beats < 5; beats++) {
      await service.clock.pass(59.999);
      await mutate(by, 'heartbeat', { sessionId });
    }
    await onlooker.sawNothing();
    await service.clock.pass(0.005);
    expect(await onlooker.next()).toBe('ada AWAY');
    const { viewer } = await mutate(by, 'heartbeat', { sessionId, active: true });
    expect(viewer.sessions).toMatchObject([{ id: sessionId, availability: 'ONLINE' }]);
    expect(await onlooker.next()).toBe('ada ONLINE');
  });

  it('ends at once with closeSession, and only once', async () => {
    const service = await startService();
    const { by, sessionId } = await open(service);
    const { viewer } = await mutate(by, 'closeSession', { sessionId });
    expect(viewer).toMatchObject({ availability: 'OFFLINE', sessions: [] });
    expect(await dotOf(service, 'ada')).toBe('OFFLINE');
    expect(refusalOf(await attempt(by, 'closeSession', { sessionId }))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('a heartbeat of a socket’s session does no harm', async () => {
    const service = await startService();
    const device = await service.connect({ token: 'dev:ada' });
    await mutate(device, 'heartbeat', { sessionId: device.sessionId });
    await service.clock.pass(200);
    await mutate(device, 'heartbeat', { sessionId: device.sessionId, active: true });
    await service.clock.pass(299.999);
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
    await service.clock.pass(0.001);
    expect(await dotOf(service, 'ada')).toBe('AWAY');
  });
});

describe('the hundred-and-first session of one person', () => {
  it('is refused, and the others stay', async () => {
    const service = await startService();
    const { by, sessionId } = await open(service);
    for (let more = 1; more < 100; more++) await open(service);
    const before = await selfOf(by);
    expect(before.sessions).toHaveLength(100);
    const refusal = refusalOf(await attempt(by, 'openSession', { status: { text: 'me too' } }));
    expect(refusal).toMatchObject({ code: 'SESSION_LIMIT_EXCEEDED', limit: 100 });
    await expect(service.connect({ token: 'dev:ada' })).rejects.toMatchObject({ code: 1013 });
    expect(await selfOf(by)).toEqual(before);
    expect((await service.connect({ token: 'dev:ada', session: false })).sessionId).toBeNull();
    expect((await service.connect({ token: 'dev:bo' })).sessionId).not.toBeNull();
    await mutate(by, 'closeSession', { sessionId });
    expect((await service.connect({ token: 'dev:ada' })).sessionId).not.toBeNull();
  });
});
