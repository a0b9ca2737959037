/** Taking a session up again by its id, and who may. */
import { describe, expect, it } from 'vitest';
import { startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { dotOf, http, mutate, selfOf } from './operations.ts';

const ada = { token: 'dev:ada' };

describe('coming back with the session’s id', () => {
  it('takes the session up again while it lasts: same id, same beginning, ONLINE again', async () => {
    const service = await startService();
    const device = await service.connect({ ...ada, device: 'DESKTOP' });
    const [before] = (await selfOf(device)).sessions;
    const onlooker = await watch(service, ['ada']);
    await device.drop();
    await service.clock.pass(29.999);
    expect(await onlooker.next()).toBe('ada AWAY');
    const again = await service.connect({ ...ada, sessionId: device.sessionId });
    expect(await onlooker.next()).toBe('ada ONLINE');
    expect((await selfOf(again)).sessions).toEqual([before]);
    await service.clock.pass(60);
    await onlooker.sawNothing();
  });

  it.each(['IDLE', 'SCREEN_LOCKED', 'SLEEP', 'BACKGROUND'])(
    'is still AWAY after %s until it says ACTIVE',
    async (activity) => {
      const service = await startService();
      const device = await service.connect(ada);
      await mutate(device, 'reportActivity', { activity });
      await device.drop();
      const again = await service.connect({ ...ada, sessionId: device.sessionId });
      expect(again.sessionId).toBe(device.sessionId);
      expect(await dotOf(service, 'ada')).toBe('AWAY');
      await again.drop();
      await service.connect({ ...ada, sessionId: device.sessionId, activity: 'ACTIVE' });
      expect(await dotOf(service, 'ada')).toBe('ONLINE');
    },
  );

  it('and IDLE makes an active session AWAY', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    await device.close();
    await service.connect({ ...ada, sessionId: device.sessionId, activity: 'IDLE' });
    expect(await dotOf(service, 'ada')).toBe('AWAY');
  });

  it.each([{}, { activity: 'ACTIVE' }])('is no activity: a flapping network keeps nobody ONLINE (%j)', async (more) => {
    const service = await startService();
    const onlooker = await watch(service, ['ada']);
    let device = await service.connect(ada);
    expect(await onlooker.next()).toBe('ada ONLINE');
    for (let seconds = 0; seconds < 299; seconds += 4) {
      await service.clock.pass(4);
      await device.drop();
      device = await service.connect({ ...ada, ...more, sessionId: device.sessionId });
    }
    expect(await onlooker.next()).toBe('ada AWAY');
  });

  it('too late, or with an id that never was, opens a new session', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    await device.close();
    await service.clock.pass(5);
    const ids = [device.sessionId, 'session:made-up', '', '__proto__'];
    for (const sessionId of ids) {
      const again = await service.connect({ ...ada, sessionId });
      expect(again.sessionId).toMatch(/^session:/);
      expect(ids).not.toContain(again.sessionId);
    }
  });

  it.each(['connected', 'just dropped'])('of somebody else who is %s leaves that person alone', async (state) => {
    const service = await startService();
    const device = await service.connect(ada);
    if (state === 'just dropped') await device.drop();
    const onlooker = await watch(service, ['ada']);
    const bo = await service.connect({ token: 'dev:bo', sessionId: device.sessionId });
    expect(bo.sessionId).not.toBe(device.sessionId);
    await bo.close();
    await service.clock.pass(5);
    if (state === 'just dropped') expect(await onlooker.next()).toBe('ada AWAY');
    await onlooker.sawNothing();
    expect((await selfOf(http(service, 'dev:ada'))).sessions).toMatchObject([{ id: device.sessionId }]);
  });

  it('in a duplicated tab gives that tab a session of its own, and closing it leaves the first ONLINE', async () => {
    const service = await startService();
    const tab = await service.connect(ada);
    const onlooker = await watch(service, ['ada']);
    const copy = await service.connect({ ...ada, sessionId: tab.sessionId });
    expect(copy.sessionId).not.toBe(tab.sessionId);
    await copy.close();
    await service.clock.pass(60);
    await onlooker.sawNothing();
    expect((await selfOf(tab)).sessions).toMatchObject([{ id: tab.sessionId, current: true }]);
  });

  it('in two tabs at the same moment gives it to one of them', async () => {
    const service = await startService();
    const { sessionId, close } = await service.connect(ada);
    await close();
    const tabs = await Promise.all([1, 2, 3].map(() => service.connect({ ...ada, sessionId })));
    expect(new Set(tabs.map((tab) => tab.sessionId)).size).toBe(3);
    expect(tabs.filter((tab) => tab.sessionId === sessionId)).toHaveLength(1);
    for (const tab of tabs.slice(1)) await tab.close();
    await service.clock.pass(60);
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
  });
});
