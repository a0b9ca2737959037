/** Redis is killed and comes back, with its data or with nothing at all: nobody stays wrong, and nobody has to restart. */
import { describe, expect, test } from 'vitest';
import { attempt, http, mutate, refusalOf, selfOf } from '../api/operations.ts';
import { setInvisible, setStatus } from '../process/people.ts';
import { pause, startFleet, startNode, startPrivateRedis, until } from '../support/fleet.ts';
import { join, joinAll, named, type Server } from './crowd.ts';
import { watch } from './onlooker.ts';
import { openRoad } from './road.ts';

const ENV = { PRESENCE_NODE_LEASE: '2', PRESENCE_RECONNECT_GRACE: '0.5', PRESENCE_OFFLINE_AFTER: '1' };
const OUTAGE = 2_500; // ms, more than a lease
const PROMISED = 2_000; // ms until a mutation is answered

const ready = async ({ url }: { readonly url: string }) => (await fetch(`${url}/ready`)).status === 200;

interface Looks {
  readonly users: readonly { readonly presence: { readonly availability: string; readonly stale: boolean } }[];
}
const LOOK = 'query ($ids: [ID!]!) { users(ids: $ids) { presence { availability stale } } }';

async function look(server: Server, ids: readonly string[]) {
  const { data } = await server.ask<Looks>('dev:onlooker', LOOK, { ids });
  return data?.users.map(({ presence }) => `${presence.availability}${presence.stale ? ' (stale)' : ''}`);
}

describe.each([
  ['with its data', true],
  ['with nothing', false],
])('Redis comes back %s', (_, aof) => {
  test('those who watch keep nothing wrong, the hidden stay hidden, and what people said of themselves stands', async ({
    annotate,
  }) => {
    const { redis, nodes } = await startFleet(2, { aof, env: ENV });
    const [near, far] = nodes;
    if (near === undefined || far === undefined) throw new Error('there are two');
    await joinAll(['busy', 'hidden', 'online'], { server: () => far });
    const leaving = await join('leaving', { server: () => near });
    await setStatus(far, 'busy', { availability: 'BUSY', text: 'Deep work' });
    await setStatus(near, 'absent', { availability: 'AWAY', text: 'Back on Monday' });
    await setInvisible(far, 'hidden', true);
    const watched = ['busy', 'hidden', 'online', 'leaving', 'absent'];
    const onlookers = await Promise.all(nodes.map((node) => watch(() => node, watched)));
    expect(onlookers.map(({ told }) => told.length)).toEqual([6, 6]);

    await redis.crash();
    const away = performance.now();
    expect(await Promise.all(nodes.map(ready))).toEqual([false, false]);
    expect(await look(near, ['busy', 'hidden', 'online'])).toEqual([
      'BUSY (stale)',
      'OFFLINE (stale)',
      'ONLINE (stale)',
    ]);
    const refused = attempt(http(near, 'dev:busy'), 'setStatus', { text: 'Lost' });
    const asked = performance.now();
    expect(refusalOf(await refused)).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    expect(performance.now() - asked).toBeLessThan(PROMISED);
    leaving.leave();
    await pause(OUTAGE - (performance.now() - away));

    await redis.start();
    const back = performance.now();
    await until('both are ready', async () => (await Promise.all(nodes.map(ready))).every(Boolean));
    await annotate(`ready ${Math.round(performance.now() - back)} ms after Redis came back`);
    for (const { sees } of onlookers) await sees('leaving', 'OFFLINE');
    await setStatus(near, 'online', { text: 'Here again' });
    for (const { sees } of onlookers) await sees('online', 'ONLINE Here again');
    await pause(2_500); // differences that a watcher is told only at a second look
    for (const onlooker of onlookers) {
      await onlooker.upToDate(far);
      expect(onlooker.changes('busy')).toEqual([]);
      expect(onlooker.changes('hidden')).toEqual([]);
      expect(onlooker.changes('absent')).toEqual([]);
      expect(onlooker.changes('online')).toEqual(['ONLINE Here again']);
      expect(onlooker.losses()).toBe(0);
    }
    for (const node of nodes)
      expect(await look(node, ['busy', 'hidden', 'online'])).toEqual(['BUSY', 'OFFLINE', 'ONLINE']);
    expect(await selfOf(http(near, 'dev:hidden'))).toMatchObject({ invisible: true, availability: 'ONLINE' });
    expect(await selfOf(http(far, 'dev:absent'))).toMatchObject({ manual: 'AWAY', status: { text: 'Back on Monday' } });
  }, 60_000);
});

test('asking, or saying something, the moment Redis is back with nothing loses nobody what they had said', async () => {
  const { redis, nodes } = await startFleet(2, { env: ENV });
  const [near, far] = nodes;
  if (near === undefined || far === undefined) throw new Error('there are two');
  const users = named('user', 60);
  await Promise.all(
    users.map((user, at) => setStatus(nodes[at % 2] ?? near, user, { availability: 'BUSY', text: `I am ${user}` })),
  );
  await Promise.all(users.map((user, at) => setInvisible(nodes[at % 2] ?? near, user, true)));

  await redis.crash();
  let back = false;
  const impatient = users.map(async (user, at) => {
    const server = nodes[at % 2] ?? near;
    for (;;) {
      const { data } = await attempt(http(server, `dev:${user}`), 'openSession', {});
      if (data != null) return;
      if (at % 3 === 0) await look(server, users);
      if (back) await pause(1);
    }
  });
  await pause(1_000);
  await redis.start();
  back = true;
  await Promise.all(impatient);
  for (const [at, user] of users.entries()) {
    const self = await selfOf(http(nodes[(at + 1) % 2] ?? near, `dev:${user}`));
    expect(self).toMatchObject({ invisible: true, manual: 'BUSY', status: { text: `I am ${user}` } });
  }
}, 60_000);

test('the latest that any server remembers prevails, whichever finds Redis first', async () => {
  const redis = await startPrivateRedis();
  const road = await openRoad(redis.port);
  const [early, late] = await Promise.all([startNode(redis.url, ENV), startNode(road.url, ENV)]);
  const users = named('user', 20);
  await joinAll(users, { server: () => late });
  expect(await look(early, users)).toEqual(users.map(() => 'ONLINE'));
  await Promise.all(users.map((user) => setInvisible(late, user, true)));

  await redis.crash();
  road.cut();
  await redis.start();
  await until('the first is ready', () => ready(early));
  await pause(500); // in which it puts back what it remembers
  road.mend();
  await until('the other is ready', () => ready(late));
  await until('all are hidden again', async () => (await look(early, users))?.every((looks) => looks === 'OFFLINE'));
  for (const user of users) {
    expect(await selfOf(http(early, `dev:${user}`))).toMatchObject({ invisible: true, availability: 'ONLINE' });
  }
}, 60_000);

test('whoever was connected to a server that died together with all of Redis’ data goes, as others remember them', async () => {
  const { redis, nodes } = await startFleet(2, { env: ENV });
  const [survivor, doomed] = nodes;
  if (survivor === undefined || doomed === undefined) throw new Error('there are two');
  await setStatus(doomed, 'grace', { text: 'On the bridge' });
  const onlooker = await watch(() => survivor, ['grace', 'hal']);
  await joinAll(['grace', 'hal'], { server: () => doomed, comesBack: false });
  await onlooker.sees('grace', 'ONLINE On the bridge');
  await onlooker.sees('hal', 'ONLINE');
  await setInvisible(doomed, 'hal', true);
  await onlooker.sees('hal', 'OFFLINE');

  await Promise.all([redis.crash(), doomed.kill('SIGKILL')]);
  await redis.start();
  await onlooker.sees('grace', 'OFFLINE');
  await onlooker.upToDate(survivor);
  expect(onlooker.changes('hal')).toEqual(['ONLINE', 'OFFLINE']);
  expect(await selfOf(http(survivor, 'dev:grace'))).toMatchObject({ sessions: [], status: { text: 'On the bridge' } });
  expect(await selfOf(http(survivor, 'dev:hal'))).toMatchObject({ invisible: true, sessions: [] });
}, 60_000);

test('whoever left while Redis was away is gone when it is back, however many others are connected', async () => {
  const { redis, nodes } = await startFleet(1, { aof: true, env: ENV });
  const [node] = nodes;
  if (node === undefined) throw new Error('there is one');
  const users = named('user', 700); // more than are compared at once
  const members = await joinAll(users, { server: () => node });
  const leavers = members.filter((_, at) => at % 10 === 0);
  const onlooker = await watch(() => node, users);
  await redis.crash();
  for (const { leave } of leavers) leave();
  await pause(OUTAGE);
  await redis.start();
  for (const { user } of leavers) await onlooker.sees(user, 'OFFLINE');
  await onlooker.upToDate(node);
  for (const { user } of members)
    expect(onlooker.changes(user)).toEqual(leavers.some((each) => each.user === user) ? ['AWAY', 'OFFLINE'] : []);
}, 60_000);

test('what an administrator decided stands too', async () => {
  const { redis, nodes } = await startFleet(1, { env: ENV });
  const [node] = nodes;
  if (node === undefined) throw new Error('there is one');
  await mutate(http(node, 'dev:root:admin'), 'updateSettings', { allowInvisible: false });
  await redis.crash();
  await redis.start();
  await until('it is ready', () => ready(node));
  const hide = () => attempt(http(node, 'dev:grace'), 'setInvisible', { invisible: true });
  expect(refusalOf(await hide())).toMatchObject({ code: 'INVISIBLE_DISABLED' });
  await pause(500);
  expect(refusalOf(await hide())).toMatchObject({ code: 'INVISIBLE_DISABLED' });
}, 60_000);
