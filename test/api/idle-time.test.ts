/** After how long without activity a person is AWAY: the site's default, their own choice, or never. */
import { describe, expect, it } from 'vitest';
import { startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { dotOf, http, mutate, selfOf, settingsOf } from './operations.ts';

const ada = { token: 'dev:ada' };

describe('a person’s own choice', () => {
  it('counts at once on a socket that is open', async () => {
    const service = await startService();
    await service.connect(ada);
    const onlooker = await watch(service, ['ada']);
    await service.clock.pass(59);
    const { viewer } = await mutate(http(service, 'dev:ada'), 'setPreferences', { idleTimeoutSeconds: 60 });
    expect(viewer.preferences).toEqual({ autoAway: true, idleTimeoutSeconds: 60 });
    await service.clock.pass(0.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada AWAY');
  });

  it.each(['over a WebSocket', 'over HTTP'])('that has passed already counts now (%s)', async (wire) => {
    const service = await startService();
    const by = http(service, 'dev:ada');
    if (wire === 'over HTTP') await mutate(by, 'openSession', {});
    else await service.connect(ada);
    await service.clock.pass(70);
    await mutate(by, 'setPreferences', { idleTimeoutSeconds: 60 });
    await service.clock.pass(0);
    expect(await dotOf(service, 'ada')).toBe('AWAY');
  });

  it('may be longer than the site’s, and outlives connections', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    await mutate(device, 'setPreferences', { idleTimeoutSeconds: 86_400 });
    await device.close();
    await service.clock.pass(100);
    const again = await service.connect(ada);
    await service.clock.pass(86_399);
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
    await service.clock.pass(1);
    expect(await dotOf(service, 'ada')).toBe('AWAY');
    expect((await selfOf(again)).preferences.idleTimeoutSeconds).toBe(86_400);
  });

  it('leaves what is not named as it is', async () => {
    const service = await startService();
    const by = http(service, 'dev:ada');
    await mutate(by, 'setPreferences', { idleTimeoutSeconds: 90 });
    const { viewer } = await mutate(by, 'setPreferences', { autoAway: false, idleTimeoutSeconds: null });
    expect(viewer.preferences).toEqual({ autoAway: false, idleTimeoutSeconds: 90 });
  });
});

describe('auto-away switched off', () => {
  it('keeps a person ONLINE however long they do nothing; switched on again they are AWAY at once', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    await mutate(device, 'setPreferences', { autoAway: false });
    const onlooker = await watch(service, ['ada']);
    await service.clock.pass(3_600);
    await onlooker.sawNothing();
    expect((await selfOf(device)).explanation).toEqual({
      rule: 'ACTIVE_SESSION',
      because: 'Online because a device is connected and you switched auto-away off.',
      nextChangeAt: null,
    });
    await mutate(device, 'setPreferences', { autoAway: true });
    expect(await onlooker.next()).toBe('ada AWAY');
  });
});

describe('the site’s default', () => {
  it('is changed by an administrator for everybody who is connected, at once', async () => {
    const service = await startService();
    const admin = http(service, 'dev:root:admin');
    await service.connect(ada);
    await service.connect({ token: 'dev:elsewhere:user:other' });
    const onlooker = await watch(service, ['ada']);
    await service.clock.pass(20);
    const { settings } = await mutate(admin, 'updateSettings', { idleTimeoutSeconds: 30 });
    expect(settings.idleTimeoutSeconds).toBe(30);
    await service.clock.pass(9.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada AWAY');
    expect((await selfOf(http(service, 'dev:elsewhere:user:other'))).availability).toBe('ONLINE');
  });

  it('that has passed already counts now, and one made longer gives more time', async () => {
    const service = await startService();
    const admin = http(service, 'dev:root:admin');
    await service.connect(ada);
    await service.clock.pass(250);
    await mutate(admin, 'updateSettings', { idleTimeoutSeconds: 600 });
    await service.clock.pass(349);
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
    await mutate(admin, 'updateSettings', { idleTimeoutSeconds: 1 });
    await service.clock.pass(0);
    expect(await dotOf(service, 'ada')).toBe('AWAY');
  });

  it('does not touch those who chose for themselves', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    await mutate(device, 'setPreferences', { idleTimeoutSeconds: 120 });
    await mutate(http(service, 'dev:root:admin'), 'updateSettings', { idleTimeoutSeconds: 5 });
    expect((await settingsOf(device)).idleTimeoutSeconds).toBe(5);
    expect((await selfOf(device)).preferences.idleTimeoutSeconds).toBe(120);
    await service.clock.pass(119);
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
    await service.clock.pass(1);
    expect(await dotOf(service, 'ada')).toBe('AWAY');
  });

  it('counts for a session over HTTP from its next heartbeat', async () => {
    const service = await startService();
    const by = http(service, 'dev:ada');
    const { session } = await mutate(by, 'openSession', {});
    await service.clock.pass(40);
    await mutate(http(service, 'dev:root:admin'), 'updateSettings', { idleTimeoutSeconds: 30 });
    const { viewer } = await mutate(by, 'heartbeat', { sessionId: session.id });
    expect(viewer.availability).toBe('AWAY');
  });
});
