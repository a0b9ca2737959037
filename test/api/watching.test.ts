/** Watching people: the present value of each, then every visible change and nothing else. */
import { describe, expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { type Change, lineOf, WATCH, watch } from './onlooker.ts';
import { attempt, dataOf, dotOf, http, type Look, lookAt, mutate } from './operations.ts';

const ids = (count: number) => Array.from({ length: count }, (_, number) => `user-${number}`);

async function askedFor(service: Service, userIds: readonly string[]) {
  const query = 'query ($ids: [ID!]!) { users(ids: $ids) { id presence { availability } } }';
  return service.ask<{ users: Look[] }>('dev:onlooker', query, { ids: userIds });
}

describe('a watch', () => {
  it('begins with each person as they are, marked initial, and goes on with changes, which are not', async () => {
    const service = await startService();
    await service.connect({ token: 'dev:ada' });
    await mutate(http(service, 'dev:bo'), 'openSession', { activity: 'IDLE', status: { text: 'tea' } });
    const { initial, next } = await watch(service, ['ada', 'stranger', 'bo', 'onlooker']);
    expect(initial).toEqual(['ada is ONLINE', 'stranger is OFFLINE', 'bo is AWAY tea', 'onlooker is OFFLINE']);
    await service.connect({ token: 'dev:stranger' });
    expect(await next()).toBe('stranger ONLINE');
    await service.connect({ token: 'dev:onlooker', activity: 'IDLE' });
    expect(await next()).toBe('onlooker AWAY');
  });

  it('tells each person once, however often they are named', async () => {
    const service = await startService();
    const device = await service.connect({ token: 'dev:onlooker', session: false });
    const stream = device.subscribe<Change>(WATCH, { userIds: ['bo', 'ada', 'bo', 'ada', 'bo'] });
    expect([lineOf(await stream.take()), lineOf(await stream.take())]).toEqual(['bo is OFFLINE', 'ada is OFFLINE']);
    await service.connect({ token: 'dev:bo' });
    expect(lineOf(await stream.take())).toBe('bo ONLINE');
    await service.connect({ token: 'dev:ada' });
    expect(lineOf(await stream.take())).toBe('ada ONLINE');
  });

  it('tells changes in the order in which they happen', async () => {
    const service = await startService();
    const [ada, bo] = [await service.connect({ token: 'dev:ada' }), await service.connect({ token: 'dev:bo' })];
    const { next } = await watch(service, ['ada', 'bo']);
    const expected: string[] = [];
    for (let round = 0; round < 20; round++) {
      for (const [device, id] of [[ada, 'ada'] as const, [bo, 'bo'] as const]) {
        await mutate(device, 'setStatus', { availability: 'BUSY', text: `round ${round}` });
        expected.push(`${id} BUSY round ${round}`);
        expect(await next()).toBe(expected.at(-1));
      }
    }
  });

  it('is for guests too', async () => {
    const service = await startService();
    const { initial, next } = await watch(service, ['ada'], { token: 'dev:visitor:guest' });
    expect(initial).toEqual(['ada is OFFLINE']);
    await service.connect({ token: 'dev:ada' });
    expect(await next()).toBe('ada ONLINE');
  });

  it.each(['at once', 'a minute later'])(
    'begun %s after another has ended shows what changed in between',
    async (when) => {
      const service = await startService();
      const ada = await service.connect({ token: 'dev:ada' });
      const first = await watch(service, ['ada']);
      await first.device.close();
      await mutate(ada, 'setStatus', { availability: 'BUSY' });
      await service.clock.pass(when === 'at once' ? 0 : 60);
      const second = await watch(service, ['ada']);
      expect(second.initial).toEqual(['ada is BUSY']);
      await mutate(ada, 'setStatus', { availability: 'AWAY' });
      expect(await second.next()).toBe('ada AWAY');
    },
  );

  it('that begins in the middle of changes ends with the right state', async () => {
    const service = await startService();
    const ada = await service.connect({ token: 'dev:ada' });
    const device = await service.connect({ token: 'dev:onlooker', session: false });
    const changes = Array.from({ length: 50 }, (_, number) => mutate(ada, 'setStatus', { text: `change ${number}` }));
    const streams = changes.map(() => device.subscribe<Change>(WATCH, { userIds: ['ada'] }));
    await Promise.all(changes);
    for (const stream of streams) {
      let line = lineOf(await stream.take());
      expect(line).toContain(' is ');
      while (!line.endsWith('change 49')) line = lineOf(await stream.take());
    }
  });
});

describe('what is no change', () => {
  it('is told to nobody: heartbeats, activity, a second device, preferences, refusals, a new name', async () => {
    const service = await startService();
    const ada = await service.connect({ token: 'dev:ada' });
    const by = http(service, 'dev:ada');
    const { session } = await mutate(by, 'openSession', {});
    const onlooker = await watch(service, ['ada']);
    for (let beat = 0; beat < 5; beat++) {
      await mutate(by, 'heartbeat', { sessionId: session.id, active: true });
      await mutate(ada, 'reportActivity', { activity: 'ACTIVE' });
      await service.clock.pass(70);
    }
    const phone = await service.connect({ token: 'dev:ada', device: 'MOBILE' });
    await mutate(phone, 'reportActivity', { activity: 'SCREEN_LOCKED' });
    await phone.close();
    await mutate(by, 'closeSession', { sessionId: session.id });
    await mutate(by, 'setPreferences', { autoAway: false });
    await attempt(by, 'setStatus', { text: '  ' });
    await mutate(http(service, 'dev:backend:server'), 'upsertUsers', { users: [{ id: 'ada', name: 'Ada' }] });
    await mutate(by, 'setStatus', { availability: 'BUSY', startsAt: '2026-06-02T00:00:00Z' });
    await service.clock.pass(10);
    await onlooker.sawNothing();
  });

  it('lastActive moves on every 15 minutes while somebody is connected, silently', async () => {
    const service = await startService();
    const ada = await service.connect({ token: 'dev:ada' });
    await mutate(ada, 'setPreferences', { autoAway: false });
    const onlooker = await watch(service, ['ada']);
    const lastActive = async () => {
      const { presence } = await lookAt(http(service, 'dev:onlooker'), 'ada');
      return (new Date(presence.lastActive ?? 0).getTime() - Date.UTC(2026, 5, 1, 12)) / 1_000;
    };
    let [now, before] = [0, 0];
    for (let refreshes = 0; refreshes < 4; refreshes++) {
      await service.clock.pass(905);
      now += 905;
      const refreshed = await lastActive();
      expect(refreshed).toBeGreaterThan(before);
      expect(now - refreshed).toBeLessThanOrEqual(900);
      before = refreshed;
    }
    await onlooker.sawNothing();
    const late = await watch(service, ['ada']);
    expect(late.initial).toEqual(['ada is ONLINE']);
    await mutate(ada, 'closeSession', { sessionId: ada.sessionId });
    await service.clock.pass(10_000);
    expect(await lastActive()).toBe(before);
  });
});

it('users are answered in the order and number in which they were asked for', async () => {
  const service = await startService();
  await service.connect({ token: 'dev:bo' });
  const { users } = dataOf(await askedFor(service, ['ada', 'bo', 'ada', 'zoe', 'bo']));
  expect(users.map(({ id, presence }) => `${id} ${presence.availability}`)).toEqual([
    'ada OFFLINE',
    'bo ONLINE',
    'ada OFFLINE',
    'zoe OFFLINE',
    'bo ONLINE',
  ]);
});

describe('ending a watch', () => {
  it('on one side stops it and leaves the others on the same socket', async () => {
    const service = await startService();
    const onlooker = await watch(service, ['ada']);
    const other = onlooker.device.subscribe<Change>(WATCH, { userIds: ['ada', 'bo'] });
    await other.take();
    await other.take();
    other.stop();
    await onlooker.device.ask('{ onlineCount }');
    await service.connect({ token: 'dev:ada' });
    await service.connect({ token: 'dev:bo' });
    expect(await onlooker.next()).toBe('ada ONLINE');
    await onlooker.sawNothing();
    expect(other.seen).toHaveLength(2);
  });

  it('before it has begun leaves nothing behind', async () => {
    const service = await startService();
    const device = await service.connect({ token: 'dev:onlooker', session: false });
    const hasty = Array.from({ length: 50 }, () => device.subscribe(WATCH, { userIds: ids(100) }));
    for (const stream of hasty) stream.stop();
    for (let times = 0; times < 20; times++) {
      const leaving = await service.connect({ token: 'dev:onlooker', session: false });
      leaving.subscribe(WATCH, { userIds: ids(100) });
      leaving.subscribe('subscription { viewerChanged { id } }');
      leaving.socket.terminate();
    }
    while (service.connections() > 1) await new Promise(setImmediate);
    await service.clock.pass(6);
    const begun = hasty.map((stream) => stream.seen.length);
    await service.connect({ token: 'dev:user-7' });
    const onlooker = await watch(service, ['user-7']);
    await onlooker.sawNothing();
    await device.ask('{ onlineCount }');
    expect(hasty.map((stream) => stream.seen.length)).toEqual(begun);
    expect(await dotOf(service, 'user-7')).toBe('ONLINE');
  });
});
