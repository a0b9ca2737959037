/** Going, in every way that a connection can go. */
import { describe, expect, it } from 'vitest';
import { startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { attempt, dotOf, http, mutate, refusalOf, selfOf } from './operations.ts';

const ada = { token: 'dev:ada' };

describe('a connection that is closed', () => {
  it.each([1000, 1001])('cleanly (%d) shows nothing for 5 seconds, then OFFLINE', async (code) => {
    const service = await startService();
    const device = await service.connect(ada);
    const onlooker = await watch(service, ['ada']);
    await device.close(code);
    await service.clock.pass(4.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada OFFLINE');
    expect((await selfOf(http(service, 'dev:ada'))).sessions).toEqual([]);
    await service.clock.pass(100);
    await onlooker.sawNothing();
  });

  it.each([
    ['taking its session up again', true],
    ['as a new session', false],
  ])('by a page reload shows nothing at all, whether the page comes back %s or not', async (_, resumes) => {
    const service = await startService();
    const page = await service.connect(ada);
    const onlooker = await watch(service, ['ada']);
    await page.close(1001);
    await service.clock.pass(4);
    const again = await service.connect({ ...ada, ...(resumes ? { sessionId: page.sessionId } : {}) });
    expect(again.sessionId === page.sessionId).toBe(resumes);
    await service.clock.pass(60);
    await onlooker.sawNothing();
    expect((await selfOf(again)).sessions).toMatchObject([{ id: again.sessionId, current: true }]);
  });

  it('while AWAY stays AWAY for the 5 seconds', async () => {
    const service = await startService();
    const device = await service.connect({ ...ada, activity: 'IDLE' });
    const onlooker = await watch(service, ['ada']);
    await device.close();
    await service.clock.pass(4.999);
    await onlooker.sawNothing();
    await service.clock.pass(1);
    expect(await onlooker.next()).toBe('ada OFFLINE');
  });

  it('leaves the other devices of its person as they are', async () => {
    const service = await startService();
    const [tab, phone] = [await service.connect(ada), await service.connect({ ...ada, activity: 'IDLE' })];
    const onlooker = await watch(service, ['ada']);
    await tab.close();
    await service.clock.pass(5);
    expect(await onlooker.next()).toBe('ada AWAY');
    await phone.close();
    await service.clock.pass(5);
    expect(await onlooker.next()).toBe('ada OFFLINE');
  });
});

describe('a connection that drops', () => {
  it('shows nothing for 5 seconds, then AWAY, and OFFLINE 30 seconds after the loss', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    const onlooker = await watch(service, ['ada']);
    await device.drop();
    await service.clock.pass(4.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada AWAY');
    expect((await selfOf(http(service, 'dev:ada'))).explanation).toEqual({
      rule: 'LOST_SESSION',
      because: 'Away because the connection to your device was lost; offline at 12:00 UTC unless it comes back.',
      nextChangeAt: '2026-06-01T12:00:30.000Z',
    });
    await service.clock.pass(24.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada OFFLINE');
  });

  it('is the same when a device just stops answering', async () => {
    const service = await startService({ PRESENCE_PING_INTERVAL: '0.1' });
    const [frozen, alive] = [await service.connect(ada), await service.connect({ token: 'dev:bo' })];
    const onlooker = await watch(service, ['ada', 'bo']);
    frozen.socket.pause();
    while (service.connections() === 3) await new Promise(setImmediate);
    await service.clock.pass(5);
    expect(await onlooker.next()).toBe('ada AWAY');
    await service.clock.pass(25);
    expect(await onlooker.next()).toBe('ada OFFLINE');
    expect((await selfOf(alive)).availability).toBe('ONLINE');
    await onlooker.sawNothing();
    frozen.socket.terminate();
  });

  it('and is back before 5 seconds are over was never gone', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    const onlooker = await watch(service, ['ada']);
    await device.drop();
    await service.clock.pass(4.999);
    await service.connect({ ...ada, sessionId: device.sessionId });
    await service.clock.pass(60);
    await onlooker.sawNothing();
  });

  it('turns BUSY into nothing but OFFLINE at the end: what a person picked is not touched by the loss', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    await mutate(device, 'setStatus', { availability: 'BUSY', text: 'focus' });
    const onlooker = await watch(service, ['ada']);
    await device.drop();
    await service.clock.pass(29.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada OFFLINE');
    await service.connect(ada);
    expect(await onlooker.next()).toBe('ada BUSY focus');
  });

  it('is timed by the operator’s numbers', async () => {
    const service = await startService({ PRESENCE_RECONNECT_GRACE: '0.2', PRESENCE_OFFLINE_AFTER: '0.5' });
    const device = await service.connect(ada);
    await device.drop();
    await service.clock.pass(0.2);
    expect(await dotOf(service, 'ada')).toBe('AWAY');
    await service.clock.pass(0.3);
    expect(await dotOf(service, 'ada')).toBe('OFFLINE');
  });
});

describe('signing out with closeSession', () => {
  it('is OFFLINE at once, and stays so although the socket is open', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    const onlooker = await watch(service, ['ada']);
    const { session, viewer } = await mutate(device, 'closeSession', { sessionId: device.sessionId });
    expect(session).toMatchObject({ id: device.sessionId, availability: 'ONLINE', current: true });
    expect(viewer).toMatchObject({ availability: 'OFFLINE', sessions: [], explanation: { rule: 'NO_SESSION' } });
    expect(await onlooker.next()).toBe('ada OFFLINE');
    const report = await attempt(device, 'reportActivity', { activity: 'ACTIVE' });
    expect(refusalOf(report)).toMatchObject({ code: 'NOT_FOUND', field: 'sessionId' });
    await service.clock.pass(400);
    await device.close();
    await service.clock.pass(60);
    await onlooker.sawNothing();
  });

  it('ends one device and none of the others', async () => {
    const service = await startService();
    const [desk, phone] = [await service.connect(ada), await service.connect({ ...ada, activity: 'IDLE' })];
    const onlooker = await watch(service, ['ada']);
    await mutate(http(service, 'dev:ada'), 'closeSession', { sessionId: desk.sessionId });
    expect(await onlooker.next()).toBe('ada AWAY');
    expect((await selfOf(phone)).sessions).toMatchObject([{ id: phone.sessionId }]);
  });

  it('ends a session that was lost, too', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    await device.drop();
    await mutate(http(service, 'dev:ada'), 'closeSession', { sessionId: device.sessionId });
    expect(await dotOf(service, 'ada')).toBe('OFFLINE');
    const again = await service.connect({ ...ada, sessionId: device.sessionId });
    expect(again.sessionId).not.toBe(device.sessionId);
  });
});

it('a server that stops tells its sockets to come back (1012)', async () => {
  const service = await startService();
  const devices = [await service.connect(ada), await service.connect({ ...ada, session: false })];
  const stream = devices[1]?.subscribe('subscription { viewerChanged { id } }');
  await service.close();
  expect(await Promise.all(devices.map((device) => device.closed))).toEqual([1012, 1012]);
  expect(stream?.seen).toEqual([]);
});
