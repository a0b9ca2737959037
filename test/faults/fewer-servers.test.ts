/** A server goes, or dies, and is not replaced: what was up to it is up to those that remain. */
import { expect, test } from 'vitest';
import { asMillis, asNodeId } from '../../src/presence/ids.ts';
import { openRedisStore } from '../../src/store/redis/redis.ts';
import { setStatus } from '../process/people.ts';
import { connected, person } from '../store/samples.ts';
import { startFleet, startNode, startPrivateRedis } from '../support/fleet.ts';
import { later } from '../support/later.ts';
import { joinAll, named } from './crowd.ts';
import { watch } from './onlooker.ts';
import { openRoad } from './road.ts';

const ENV = { PRESENCE_NODE_LEASE: '1.5', PRESENCE_RECONNECT_GRACE: '0.5', PRESENCE_OFFLINE_AFTER: '2' };

test('whoever does not come back after their server was stopped is OFFLINE when the time for that is over', async () => {
  const { nodes } = await startFleet(2, { env: ENV });
  const [going, staying] = nodes;
  if (going === undefined || staying === undefined) throw new Error('there are two');
  const users = named('user', 20);
  const onlooker = await watch(() => staying, users);
  await joinAll(users, { server: () => going, comesBack: false });
  const stopped = Date.now();
  expect(await going.kill('SIGTERM')).toMatchObject({ code: 0 });
  for (const user of users) await onlooker.sees(user, 'OFFLINE');
  await onlooker.upToDate(staying);
  for (const user of users) expect(onlooker.changes(user)).toEqual(['ONLINE', 'OFFLINE']);
  const [first] = onlooker.told.filter(
    ({ initial, looks, user }) => !initial && looks === 'OFFLINE' && user !== 'marker',
  );
  expect((first?.at ?? 0) - stopped).toBeGreaterThan(1_900);
}, 60_000);

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'a status that was to end ends, even though the server it was set on is gone (%s)',
  async (signal) => {
    const { nodes } = await startFleet(2, { env: ENV });
    const [going, staying] = nodes;
    if (going === undefined || staying === undefined) throw new Error('there are two');
    const onlooker = await watch(() => staying, ['grace', 'hal']);
    await joinAll(['grace', 'hal'], { server: () => staying });
    const expiresAt = new Date(Date.now() + 3_000).toISOString();
    for (const user of ['grace', 'hal'])
      await setStatus(going, user, { availability: 'BUSY', text: 'Soon over', expiresAt });
    await onlooker.sees('hal', 'BUSY Soon over');
    await going.kill(signal);
    for (const user of ['grace', 'hal']) await onlooker.sees(user, 'ONLINE', 10_000);
    for (const user of ['grace', 'hal']) expect(onlooker.changes(user)).toEqual(['ONLINE', 'BUSY Soon over', 'ONLINE']);
  },
  60_000,
);

test('ending the sessions of a server with thousands of people costs whoever does it none of their own', async ({
  annotate,
}) => {
  const redis = await startPrivateRedis();
  const road = await openRoad(redis.port);
  const heir = await startNode(road.url, ENV);
  const store = await openRedisStore({ url: redis.url, prefix: 'presence:', wall: Date.now, later });
  const dead = asNodeId('dead');
  const crowd = named('crowd', 5_000);
  for (let from = 0; from < crowd.length; from += 500) {
    const some = crowd.slice(from, from + 500);
    await Promise.all(
      some.map((user) => store.update(person(user, 'default'), connected(`session:${user}`, { node: dead }))),
    );
  }
  const users = named('user', 20);
  await joinAll(users, { server: () => heir });
  const onlooker = await watch(() => heir, [...users, ...crowd.slice(-900)]);

  road.slow(70); // Redis is far away, and it takes longer than a lease
  await store.nodes?.beat(dead, asMillis(1));
  const died = Date.now();
  // One that may judge others as soon as it has been there for a lease.
  const judge = await startNode(redis.url, ENV);
  for (const user of crowd.slice(-900)) await onlooker.sees(user, 'OFFLINE', 40_000);
  await annotate(`all OFFLINE after ${Date.now() - died} ms`);
  await onlooker.upToDate(judge);
  for (const user of users) expect(onlooker.changes(user)).toEqual([]);
  await store.close();
}, 60_000);
