/** Hiding as the person does it: what they see, what they may do meanwhile, and how it ends. */
import { describe, expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { attempt, dotOf, http, lookAt, mutate, onlineCount, refusalOf, selfOf } from './operations.ts';

/** Ada, who connected a minute ago and says something; and her twin, who does not hide. */
async function twins(service: Service) {
  const [ada, twin] = [await service.connect({ token: 'dev:ada' }), await service.connect({ token: 'dev:twin' })];
  await mutate(ada, 'setStatus', { text: 'hello', emoji: '👋' });
  await service.clock.pass(60);
  return { ada, twin };
}

describe('the person who hides', () => {
  it('sees the truth about themselves, and how others see them', async () => {
    const service = await startService();
    const { ada } = await twins(service);
    const { viewer } = await mutate(ada, 'setInvisible', { invisible: true });
    expect(viewer).toMatchObject({
      availability: 'ONLINE',
      invisible: true,
      manual: null,
      status: { text: 'hello', emoji: '👋' },
      sessions: [{ availability: 'ONLINE' }],
      user: { presence: { availability: 'OFFLINE', status: null } },
      explanation: { rule: 'INVISIBLE' },
    });
  });

  it('may pick and speak meanwhile: all of it shows when they appear again', async () => {
    const service = await startService();
    const { ada } = await twins(service);
    await mutate(ada, 'setInvisible', { invisible: true });
    const onlooker = await watch(service, ['ada']);
    for (const availability of ['BUSY', 'ONLINE', 'AWAY']) {
      const { viewer } = await mutate(ada, 'setStatus', { availability, text: 'later' });
      expect(viewer).toMatchObject({ availability, invisible: true });
    }
    await onlooker.sawNothing();
    await mutate(ada, 'setInvisible', { invisible: false });
    expect(await onlooker.next()).toBe('ada AWAY later');
  });

  it('who picked OFFLINE appears with the next pick, and stays hidden while invisible as well', async () => {
    const service = await startService();
    const { ada } = await twins(service);
    const onlooker = await watch(service, ['ada']);
    await mutate(ada, 'setStatus', { availability: 'OFFLINE' });
    expect(await onlooker.next()).toBe('ada OFFLINE');
    await mutate(ada, 'setInvisible', { invisible: true });
    await mutate(ada, 'setStatus', { availability: 'BUSY' });
    await onlooker.sawNothing();
    await mutate(ada, 'setStatus', { availability: 'OFFLINE' });
    await mutate(ada, 'setInvisible', { invisible: false });
    await onlooker.sawNothing();
    await mutate(ada, 'setStatus', { availability: 'ONLINE' });
    expect(await onlooker.next()).toBe('ada ONLINE');
  });

  it('for a given time appears again by themselves', async () => {
    const service = await startService();
    const { ada } = await twins(service);
    const onlooker = await watch(service, ['ada']);
    await mutate(ada, 'setStatus', { availability: 'OFFLINE', expiresAt: '2026-06-01T12:02:00Z' });
    expect(await onlooker.next()).toBe('ada OFFLINE');
    await service.clock.pass(60);
    expect(await onlooker.next()).toBe('ada ONLINE');
  });

  it('looks, on appearing again, as if they had just come', async () => {
    const service = await startService();
    const { ada } = await twins(service);
    const onlooker = await watch(service, ['ada']);
    await mutate(ada, 'setInvisible', { invisible: true });
    expect(await onlooker.next()).toBe('ada OFFLINE');
    await service.clock.pass(100);
    await mutate(ada, 'setInvisible', { invisible: false });
    expect(await onlooker.next()).toBe('ada ONLINE 👋 hello');
    const { presence } = await lookAt(http(service, 'dev:onlooker'), 'ada');
    expect(presence.lastActive).toBe('2026-06-01T12:02:40.000Z');
  });

  it('and leaves while hidden is then OFFLINE with the lastActive of the hiding', async () => {
    const service = await startService();
    const { ada } = await twins(service);
    await mutate(ada, 'setInvisible', { invisible: true });
    await ada.close();
    await service.clock.pass(1_000);
    await mutate(http(service, 'dev:ada'), 'setInvisible', { invisible: false });
    expect((await lookAt(http(service, 'dev:onlooker'), 'ada')).presence).toMatchObject({
      availability: 'OFFLINE',
      lastActive: '2026-06-01T12:00:00.000Z',
    });
  });

  it('counts with nobody: the number of people online is that without them', async () => {
    const service = await startService();
    const { ada, twin } = await twins(service);
    const count = () => onlineCount(http(service, 'dev:root:admin'));
    expect(await count()).toBe(2);
    await mutate(ada, 'setInvisible', { invisible: true });
    expect(await count()).toBe(1);
    await service.connect({ token: 'dev:ada' });
    await mutate(twin, 'setStatus', { availability: 'OFFLINE' });
    expect(await count()).toBe(0);
    await mutate(ada, 'setInvisible', { invisible: false });
    expect(await count()).toBe(1);
  });
});

describe('a site where hiding is switched off', () => {
  it('refuses to hide in every way, and lets those stay hidden who are', async () => {
    const service = await startService();
    const admin = http(service, 'dev:root:admin');
    const backend = http(service, 'dev:backend:server');
    const { ada, twin } = await twins(service);
    await mutate(ada, 'setInvisible', { invisible: true });
    const { customStatus } = await mutate(admin, 'createCustomStatus', { name: 'Gone', availability: 'OFFLINE' });
    await mutate(admin, 'updateSettings', { allowInvisible: false });
    for (const refused of [
      await attempt(twin, 'setInvisible', { invisible: true }),
      await attempt(twin, 'setStatus', { availability: 'OFFLINE' }),
      await attempt(twin, 'setStatus', { availability: 'OFFLINE', startsAt: '2026-06-01T13:00:00Z' }),
      await attempt(twin, 'setStatus', { customStatusId: customStatus.id }),
      await attempt(twin, 'openSession', { invisible: true }),
      await attempt(backend, 'setInvisible', { invisible: true, userId: 'twin' }),
      await attempt(backend, 'upsertUsers', { users: [{ id: 'twin', invisible: true }] }),
    ]) {
      expect(refusalOf(refused)).toMatchObject({ code: 'INVISIBLE_DISABLED', retryable: false });
    }
    expect([await dotOf(service, 'ada'), await dotOf(service, 'twin')]).toEqual(['OFFLINE', 'ONLINE']);
    expect((await selfOf(twin)).claims).toEqual([]);
    await mutate(ada, 'setInvisible', { invisible: false });
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
    expect(refusalOf(await attempt(ada, 'setInvisible', { invisible: true }))).toMatchObject({
      code: 'INVISIBLE_DISABLED',
    });
  });

  it('locks out nobody who is hidden: they come back, and may say again what is so', async () => {
    const service = await startService();
    const backend = http(service, 'dev:backend:server');
    const { ada, twin } = await twins(service);
    await mutate(ada, 'setInvisible', { invisible: true });
    await mutate(twin, 'setStatus', { availability: 'OFFLINE' });
    await mutate(http(service, 'dev:root:admin'), 'updateSettings', { allowInvisible: false });
    await ada.close();
    const again = await service.connect({ token: 'dev:ada', sessionId: ada.sessionId, invisible: true });
    expect(again.sessionId).toBe(ada.sessionId);
    await mutate(again, 'setInvisible', { invisible: true });
    await mutate(again, 'openSession', { invisible: true });
    await mutate(backend, 'upsertUsers', { users: [{ id: 'ada', name: 'Ada', invisible: true }] });
    await mutate(twin, 'setStatus', { availability: 'OFFLINE', emoji: '🌴' });
    expect([await dotOf(service, 'ada'), await dotOf(service, 'twin')]).toEqual(['OFFLINE', 'OFFLINE']);
    for (const another of [
      await attempt(again, 'setStatus', { availability: 'OFFLINE' }),
      await attempt(twin, 'setInvisible', { invisible: true }),
      await attempt(backend, 'upsertUsers', {
        users: [
          { id: 'ada', invisible: true },
          { id: 'twin', invisible: true },
        ],
      }),
    ]) {
      expect(refusalOf(another)).toMatchObject({ code: 'INVISIBLE_DISABLED' });
    }
  });

  it('hides nobody by a status that was planned before, unless they are hidden by one already', async () => {
    const service = await startService();
    const { ada, twin } = await twins(service);
    const [soon, later] = ['2026-06-01T12:02:00.000Z', '2026-06-01T12:03:00.000Z'];
    await mutate(ada, 'setStatus', { availability: 'OFFLINE', emoji: '🌴', startsAt: soon });
    await mutate(twin, 'setStatus', { availability: 'OFFLINE', startsAt: soon });
    await mutate(twin, 'setStatus', { availability: 'OFFLINE', expiresAt: later });
    const onlooker = await watch(service, ['ada']);
    await mutate(http(service, 'dev:root:admin'), 'updateSettings', { allowInvisible: false });
    await service.clock.pass(60);
    await onlooker.sawNothing();
    expect(await selfOf(ada)).toMatchObject({ manual: null, claims: [] });
    await service.clock.pass(120);
    expect([await dotOf(service, 'ada'), await dotOf(service, 'twin')]).toEqual(['ONLINE', 'OFFLINE']);
  });
});

it('hiding twice, or ending what is not, is no change', async () => {
  const service = await startService();
  const { ada } = await twins(service);
  const onlooker = await watch(service, ['ada']);
  await mutate(ada, 'setInvisible', { invisible: false });
  await onlooker.sawNothing();
  for (const _ of [1, 2]) await mutate(ada, 'setInvisible', { invisible: true });
  expect(await onlooker.next()).toBe('ada OFFLINE');
  await onlooker.sawNothing();
});
