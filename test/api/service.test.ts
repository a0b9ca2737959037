/** The cap on connections, and the switch: what is counted, what goes off, what works all the same, and what is told when it is on again. */
import { describe, expect, inject, it } from 'vitest';
import { rest } from '../support/manual-clock.ts';
import { type Device, type Service, startService } from '../support/service.ts';
import { type Change, lineOf, WATCH, watch } from './onlooker.ts';
import {
  type Asker,
  attempt,
  closeCodeFor,
  dataOf,
  dotOf,
  http,
  LOOK,
  type Look,
  lookAt,
  mutate,
  refusalOf,
  SERVICE,
  type ServiceLook,
  selfOf,
  serviceOf,
} from './operations.ts';

const ADMIN = 'dev:root:admin';
const admin = (service: Service): Asker => http(service, ADMIN);
const SERVICE_CHANGED = `subscription { serviceChanged { ${SERVICE} } }`;
const ROOM_CHANGED = `subscription { roomChanged(key: "doc") { kind count member { user { id presence { stale } } } } }`;
const ENTER = 'mutation { enterRoom(input: { key: "doc" }) { room { count } } }';

const switchTo = (service: Service, enabled: boolean) => mutate(admin(service), 'setServiceEnabled', { enabled });
const cap = (service: Service, connectionCap: number) => mutate(admin(service), 'updateSettings', { connectionCap });

/** Long enough for the number of connections to be told and judged: dead sockets count for 45 seconds. */
const counted = (service: Service) => service.clock.pass(46);
/** Long enough for others to see that somebody has left, and for their socket not to count any more. */
const GRACE = 5;

async function people(service: Service, count: number): Promise<Device[]> {
  const users = Array.from({ length: count }, (_, at) => `dev:user-${at}`);
  return Promise.all(users.map((token) => service.connect({ token })));
}

interface ServiceChange {
  readonly serviceChanged: ServiceLook;
}

async function changesOf(service: Service) {
  const stream = await service.listen<ServiceChange>('dev:observer', SERVICE_CHANGED);
  await serviceOf(http(service, 'dev:observer')); // asked later than the stream began
  return { seen: stream.seen, next: async () => dataOf(await stream.take()).serviceChanged };
}

describe('the service', () => {
  it('is on, without a cap, and counts nobody at first', async () => {
    const service = await startService();
    const own = { id: 'service:default', enabled: true, connections: 0, connectionCap: 0, reason: null };
    expect(await serviceOf(http(service, 'dev:visitor:guest'))).toEqual(own);
  });

  it('counts the open WebSockets of its site, those of guests and of those who only watch among them', async () => {
    const service = await startService();
    await service.connect({ token: 'dev:ada' });
    const second = await service.connect({ token: 'dev:ada' });
    await service.connect({ token: 'dev:onlooker', session: false });
    await service.connect({ token: 'dev:visitor:guest' });
    await service.connect({ token: 'dev:ada:user:red' });
    await mutate(http(service, 'dev:grace'), 'openSession', {});
    await service.listen('dev:grace', SERVICE_CHANGED);
    const connections = async (site: string) => (await serviceOf(http(service, `dev:ada:user:${site}`))).connections;
    expect([await connections('default'), await connections('red'), await connections('blue')]).toEqual([4, 1, 0]);
    await second.close();
    await service.clock.pass(GRACE);
    expect(await connections('default')).toBe(3);
  });

  it('counts a socket as long as others see its person, so that whoever hides looks like whoever leaves', async () => {
    const service = await startService();
    await service.connect({ token: 'dev:bo' });
    const looks = async () => {
      const { presence } = await lookAt(http(service, 'dev:bo'), 'ada');
      return `${(await serviceOf(http(service, 'dev:bo'))).connections} ${presence.availability}`;
    };
    const arrive = async () => {
      const devices = [await service.connect({ token: 'dev:ada' }), await service.connect({ token: 'dev:ada' })];
      expect(await looks()).toBe('3 ONLINE');
      return devices;
    };
    const passing = async (seconds: number) => {
      await service.clock.pass(seconds);
      return looks();
    };

    await Promise.all((await arrive()).map((device) => device.close()));
    expect([await looks(), await passing(4), await passing(1)]).toEqual(['3 ONLINE', '3 ONLINE', '1 OFFLINE']);
    await Promise.all((await arrive()).map((device) => device.drop()));
    expect([await looks(), await passing(29), await passing(1)]).toEqual(['3 ONLINE', '3 AWAY', '1 OFFLINE']);
    const [device] = await arrive();
    if (device === undefined) throw new Error('there are two');
    await mutate(device, 'setInvisible', { invisible: true });
    expect([await looks(), await passing(60)]).toEqual(['1 OFFLINE', '1 OFFLINE']);
    await device.close();
    expect([await looks(), await passing(60)]).toEqual(['1 OFFLINE', '1 OFFLINE']);
    await mutate(http(service, 'dev:ada'), 'setInvisible', { invisible: false });
    expect(await looks()).toBe('2 ONLINE');
    await service.ask(ADMIN, 'mutation { endSessions(userId: "ada") { userId } }');
    expect(await looks()).toBe('1 OFFLINE');
  });

  it('counts whoever comes back in time once, and whoever hides after leaving not at all', async () => {
    const service = await startService();
    const connections = async () => (await serviceOf(http(service, 'dev:bo'))).connections;
    const first = await service.connect({ token: 'dev:ada' });
    const { sessionId } = first;
    await first.close();
    const second = await service.connect({ token: 'dev:ada', sessionId });
    expect(await connections()).toBe(1);
    await service.clock.pass(60);
    expect(await connections()).toBe(1);
    await second.close();
    await mutate(http(service, 'dev:ada'), 'setInvisible', { invisible: true });
    expect(await connections()).toBe(0);
    await service.clock.pass(60);
    expect(await connections()).toBe(0);
  });

  it('counts the sockets of somebody who hides no more than of somebody who has left', async () => {
    const service = await startService();
    const connections = async () => (await serviceOf(http(service, 'dev:onlooker'))).connections;
    const ada = await service.connect({ token: 'dev:ada' });
    await service.connect({ token: 'dev:ada' });
    await service.connect({ token: 'dev:bo' });
    expect(await connections()).toBe(3);
    await mutate(ada, 'setInvisible', { invisible: true });
    expect(await connections()).toBe(1);
    const another = await service.connect({ token: 'dev:ada' });
    expect(await connections()).toBe(1);
    await another.close();
    await service.clock.pass(GRACE);
    expect(await connections()).toBe(1);
    await mutate(ada, 'setInvisible', { invisible: false });
    expect(await connections()).toBe(3);
    await mutate(ada, 'setStatus', { availability: 'OFFLINE', expiresAt: '2026-06-01T12:01:00Z' });
    expect(await connections()).toBe(1);
    await service.clock.pass(61);
    expect(await connections()).toBe(3);
    await service.connect({ token: 'dev:grace', invisible: true });
    expect(await connections()).toBe(3);
  });

  it('does not count a socket without a token, or one that is refused', async () => {
    const service = await startService();
    await service.connect({});
    expect(await closeCodeFor(service, { token: 'nonsense' })).toBe(4401);
    expect(await closeCodeFor(service, { token: 'dev:ada', status: { text: 'x'.repeat(121) } })).toBe(4400);
    await rest();
    expect((await serviceOf(http(service, 'dev:ada'))).connections).toBe(0);
  });
});

describe('above its cap the service', () => {
  it('stays on up to the cap, and switches itself off with the first connection above it', async () => {
    const service = await startService({ PRESENCE_CONNECTION_CAP: '2' });
    const changes = await changesOf(service);
    await people(service, 2);
    await counted(service);
    expect(await serviceOf(admin(service))).toMatchObject({ enabled: true, connections: 2 });
    await service.connect({ token: 'dev:third' });
    await counted(service);
    const off = {
      id: 'service:default',
      enabled: false,
      connections: 3,
      connectionCap: 2,
      reason: 'Switched itself off: 3 connections, and the cap is 2.',
    };
    expect(await changes.next()).toEqual(off);
    expect(await serviceOf(admin(service))).toEqual(off);
    expect(await serviceOf(http(service, 'dev:root:admin:red'))).toMatchObject({ enabled: true, connections: 0 });
    expect(changes.seen).toHaveLength(1);
  });

  it('is not switched on until it is below, and then only by an administrator', async () => {
    const service = await startService({ PRESENCE_CONNECTION_CAP: '2' });
    const [first] = await people(service, 3);
    await counted(service);
    const changes = await changesOf(service);
    expect(refusalOf(await attempt(admin(service), 'setServiceEnabled', { enabled: true }))).toEqual({
      code: 'CONNECTION_CAP_REACHED',
      retryable: true,
      limit: 2,
      connections: 3,
    });
    expect(await serviceOf(admin(service))).toMatchObject({
      enabled: false,
      reason: expect.stringContaining('3 connections'),
    });
    await first?.close();
    await counted(service);
    await service.clock.pass(60);
    expect(await serviceOf(admin(service))).toMatchObject({ enabled: false, connections: 2 });
    expect(changes.seen).toEqual([]);
    const { service: on } = await switchTo(service, true);
    expect(on).toMatchObject({ enabled: true, connections: 2, reason: null });
    expect(await changes.next()).toEqual(on);
    await service.clock.pass(60);
    expect((await serviceOf(admin(service))).enabled).toBe(true);
  });

  it('follows a cap that is lowered or raised while it runs', async () => {
    const service = await startService();
    await people(service, 3);
    await counted(service);
    const changes = await changesOf(service);
    await cap(service, 3);
    expect(await changes.next()).toMatchObject({ enabled: true, connectionCap: 3 });
    await counted(service);
    await cap(service, 2);
    expect(await changes.next()).toMatchObject({ enabled: true, connectionCap: 2 });
    await counted(service);
    expect(await changes.next()).toMatchObject({
      enabled: false,
      reason: expect.stringContaining('3 connections, and the cap is 2'),
    });
    await cap(service, 0);
    expect(await changes.next()).toMatchObject({ enabled: false, connectionCap: 0 });
    await counted(service);
    expect((await serviceOf(admin(service))).enabled).toBe(false);
    expect((await switchTo(service, true)).service.enabled).toBe(true);
  });

  it('switches itself off again when there are too many again', async () => {
    const service = await startService({ PRESENCE_CONNECTION_CAP: '1' });
    const [, second] = await people(service, 2);
    await counted(service);
    await second?.close();
    await service.clock.pass(GRACE);
    await switchTo(service, true);
    await counted(service);
    await service.connect({ token: 'dev:another' });
    await counted(service);
    expect(await serviceOf(admin(service))).toMatchObject({ enabled: false, connections: 2 });
  });

  it('stays on when everybody comes back at once after a moment without network, and their dead sockets still count', async () => {
    const service = await startService({ PRESENCE_CONNECTION_CAP: '3' });
    const dead = await people(service, 2);
    await service.clock.pass(60);
    await people(service, 2);
    await service.clock.pass(0.25);
    expect((await serviceOf(admin(service))).connections).toBe(4);
    await service.clock.pass(14.75);
    for (const device of dead) await device.drop();
    await service.clock.pass(60);
    expect(await serviceOf(admin(service))).toMatchObject({ enabled: true, connections: 2 });
    await people(service, 2);
    await service.clock.pass(45);
    expect(await serviceOf(admin(service))).toMatchObject({ enabled: true, connections: 4 });
    await service.clock.pass(1);
    expect(await serviceOf(admin(service))).toMatchObject({ enabled: false, connections: 4 });
  });

  it('lets everybody in who comes', async () => {
    const service = await startService({ PRESENCE_CONNECTION_CAP: '1' });
    await people(service, 2);
    await counted(service);
    const late = await service.connect({ token: 'dev:late' });
    expect((await selfOf(late)).availability).toBe('ONLINE');
    expect((await serviceOf(admin(service))).connections).toBe(3);
  });
});

describe('an administrator', () => {
  it('switches the service off and on, and is told the result', async () => {
    const service = await startService();
    const changes = await changesOf(service);
    const off = (await switchTo(service, false)).service;
    expect(off).toMatchObject({ enabled: false, reason: 'Switched off by an administrator.' });
    expect(await changes.next()).toEqual(off);
    const on = (await switchTo(service, true)).service;
    expect(on).toMatchObject({ enabled: true, reason: null });
    expect(await changes.next()).toEqual(on);
  });

  it('is not named where it was the backend that switched it off', async () => {
    const service = await startService();
    const { service: off } = await mutate(http(service, 'dev:backend:server'), 'setServiceEnabled', { enabled: false });
    expect(off).toMatchObject({ enabled: false, reason: 'Switched off by the backend.' });
  });

  it('changes nothing by asking for what is so already, and the first reason stays', async () => {
    const service = await startService({ PRESENCE_CONNECTION_CAP: '1' });
    const changes = await changesOf(service);
    expect((await switchTo(service, true)).service.enabled).toBe(true);
    const [, second] = await people(service, 2);
    await counted(service);
    const off = await changes.next();
    expect((await switchTo(service, false)).service).toEqual(off);
    await second?.close();
    await service.clock.pass(GRACE);
    await switchTo(service, true);
    expect(await changes.next()).toMatchObject({ enabled: true });
    expect(changes.seen).toHaveLength(2);
  });

  it('is heard by whoever follows the service, however many other sites are asked about meanwhile', async () => {
    const service = await startService();
    const changes = await changesOf(service);
    for (let from = 0; from < 1_100; from += 100) {
      const sites = Array.from({ length: 100 }, (_, at) => http(service, `dev:ada:user:site-${from + at}`));
      await Promise.all(sites.map(serviceOf));
    }
    await switchTo(service, false);
    expect(await changes.next()).toMatchObject({ enabled: false });
  });

  it('decides for one site alone', async () => {
    const service = await startService();
    await switchTo(service, false);
    expect((await serviceOf(http(service, 'dev:ada:user:red'))).enabled).toBe(true);
    const red = { token: 'dev:ada:user:red', marker: 'dev:marker:user:red' };
    const onlooker = await watch(service, ['ada'], red);
    await service.connect({ token: 'dev:ada:user:red' });
    expect(await onlooker.next()).toBe('ada ONLINE');
  });
});

describe.each([
  ['embedded', () => ({})],
  ['Redis', () => ({ REDIS_URL: inject('redisUrl'), PRESENCE_REDIS_PREFIX: `service-${Math.random()}:` })],
])('while the service is off, on the %s store,', (_, env) => {
  const start = () => startService(env());

  it('watchers are told nothing, and once it is on, what differs from what they were told, once', async () => {
    const service = await start();
    const [ada, grace] = [await service.connect({ token: 'dev:ada' }), await service.connect({ token: 'dev:grace' })];
    const onlooker = await watch(service, ['ada', 'grace', 'hal']);
    await switchTo(service, false);
    await service.connect({ token: 'dev:hal' });
    await mutate(ada, 'setStatus', { availability: 'BUSY', text: 'In and out' });
    await mutate(ada, 'clearStatus', {});
    await mutate(grace, 'setStatus', { availability: 'BUSY', text: 'First' });
    await mutate(grace, 'setStatus', { availability: 'AWAY', text: 'Last' });
    await service.clock.pass(1);
    expect(onlooker.stream.seen).toHaveLength(4); // the values that it began with
    await switchTo(service, true);
    const told = [await onlooker.next(), await onlooker.next()];
    expect(told.sort()).toEqual(['grace AWAY Last', 'hal ONLINE']);
    await onlooker.sawNothing();
  });

  it('everything that is read is as it is, and stale', async () => {
    const service = await start();
    const ada = await service.connect({ token: 'dev:ada' });
    await ada.ask(ENTER);
    await switchTo(service, false);
    const { viewer } = await mutate(ada, 'setStatus', { availability: 'BUSY', text: 'Deep work' });
    const backend = http(service, 'dev:backend:server');
    const { users: upserted } = await mutate(backend, 'upsertUsers', { users: [{ id: 'ada', name: 'Ada' }] });
    const query = `{
      user(id: "ada") { ${LOOK} } users(ids: ["ada"]) { ${LOOK} } viewer { user { ${LOOK} } }
      presence: node(id: "presence:ada") { ... on Presence { user { ${LOOK} } } }
      node(id: "ada") { ... on User { ${LOOK} } }
      room(key: "doc") { member(userId: "ada") { user { ${LOOK} } } members { edges { node { user { ${LOOK} } } } } }
    }`;
    type Read = Record<'user' | 'node', Look> &
      Record<'viewer' | 'presence', { user: Look }> & { users: Look[] } & {
        room: { member: { user: Look }; members: { edges: { node: { user: Look } }[] } };
      };
    const read = async () => {
      const { user, users, viewer, presence, node, room } = dataOf(await service.ask<Read>('dev:ada', query));
      const member = room.members.edges.map((edge) => edge.node.user);
      return [user, ...users, viewer.user, presence.user, node, room.member.user, ...member];
    };
    const looks = [...(await read()), ...upserted, viewer.user];
    expect(looks).toHaveLength(9);
    for (const { presence } of looks)
      expect(presence).toMatchObject({ availability: 'BUSY', status: { text: 'Deep work' }, stale: true });
    await switchTo(service, true);
    for (const { presence } of await read()) expect(presence.stale).toBe(false);
  });

  it('a watch begins with values that are stale, and is told the fresh ones once it is on', async () => {
    const service = await start();
    await service.connect({ token: 'dev:ada' });
    await switchTo(service, false);
    const late = await service.connect({ token: 'dev:late', session: false });
    const stream = late.subscribe<Change>(WATCH, { userIds: ['ada'] });
    const next = async () => {
      const answer = await stream.take();
      return [lineOf(answer), dataOf(answer).presenceChanged.presence.stale];
    };
    expect(await next()).toEqual(['ada is ONLINE', true]);
    await switchTo(service, true);
    expect(await next()).toEqual(['ada ONLINE', false]);
  });

  it('a room is silent too, and tells what differs once it is on', async () => {
    const service = await start();
    const names = ['ada', 'grace', 'hal'];
    const devices = await Promise.all(names.map((name) => service.connect({ token: `dev:${name}` })));
    const [ada, grace, hal] = devices as [Device, Device, Device];
    await ada.ask(ENTER);
    const watcher = await service.connect({ token: 'dev:watcher', session: false });
    interface RoomChange {
      roomChanged: { kind: string; count: number; member: { user: { id: string; presence: { stale: boolean } } } };
    }
    const stream = watcher.subscribe<RoomChange>(ROOM_CHANGED);
    const next = async () => {
      const { kind, count, member } = dataOf(await stream.take()).roomChanged;
      return [kind, member.user.id, count, member.user.presence.stale];
    };
    expect(await next()).toEqual(['PRESENT', 'ada', 1, false]);
    await switchTo(service, false);
    const early = watcher.subscribe<RoomChange>(ROOM_CHANGED);
    expect(dataOf(await early.take()).roomChanged.member.user).toEqual({ id: 'ada', presence: { stale: true } });
    for (const device of [grace, hal]) await device.ask(ENTER);
    const LEAVE = 'mutation { leaveRoom(input: { key: "doc" }) { room { count } } }';
    expect(dataOf(await hal.ask(LEAVE))).toEqual({ leaveRoom: { room: { count: 2 } } });
    const late = watcher.subscribe<RoomChange>(ROOM_CHANGED);
    expect(dataOf(await late.take()).roomChanged.member.user).toEqual({ id: 'ada', presence: { stale: true } });
    await ada.ask(LEAVE);
    await service.clock.pass(1);
    expect(stream.seen).toHaveLength(1);
    await switchTo(service, true);
    const told = [await next(), await next()];
    expect(told).toContainEqual(['LEFT', 'ada', 1, false]);
    expect(told).toContainEqual(['ENTERED', 'grace', 1, false]);
    await hal.ask(ENTER);
    expect(await next()).toEqual(['ENTERED', 'hal', 2, false]);
  });

  it('people are told of themselves as always', async () => {
    const service = await start();
    const ada = await service.connect({ token: 'dev:ada' });
    const own = ada.subscribe('subscription { viewerChanged { availability user { presence { stale } } } }');
    await switchTo(service, false);
    await ada.ask('mutation { setStatus(input: { availability: BUSY }) { viewer { id } } }');
    expect(dataOf(await own.take())).toEqual({
      viewerChanged: { availability: 'BUSY', user: { presence: { stale: true } } },
    });
  });

  it('whoever hides is hidden at once, and nobody learns later that they were there', async () => {
    const service = await start();
    const [ada, grace] = [await service.connect({ token: 'dev:ada' }), await service.connect({ token: 'dev:grace' })];
    await mutate(grace, 'setInvisible', { invisible: true });
    const onlooker = await watch(service, ['ada', 'grace']);
    expect(onlooker.initial.toSorted()).toEqual(['ada is ONLINE', 'grace is OFFLINE']);
    await switchTo(service, false);
    await mutate(ada, 'setInvisible', { invisible: true });
    expect(await dotOf(service, 'ada')).toBe('OFFLINE');
    await mutate(ada, 'setStatus', { availability: 'BUSY', text: 'secret' });
    await mutate(grace, 'setStatus', { availability: 'BUSY', text: 'secret' });
    await switchTo(service, true);
    expect(await onlooker.next()).toBe('ada OFFLINE');
    await onlooker.sawNothing();
    expect((await lookAt(http(service, ADMIN), 'ada')).presence).toMatchObject({
      availability: 'OFFLINE',
      status: null,
    });
  });

  it('time goes on: who leaves is OFFLINE, which is told once it is on', async () => {
    const service = await start();
    const ada = await service.connect({ token: 'dev:ada' });
    const onlooker = await watch(service, ['ada']);
    await switchTo(service, false);
    await ada.close();
    await attempt(http(service, 'dev:ada'), 'clearStatus', {}); // after what the closing wrote
    await service.clock.pass(6);
    expect(await dotOf(service, 'ada')).toBe('OFFLINE');
    expect(onlooker.stream.seen).toHaveLength(2);
    await switchTo(service, true);
    expect(await onlooker.next()).toBe('ada OFFLINE');
    await onlooker.sawNothing();
  });
});
