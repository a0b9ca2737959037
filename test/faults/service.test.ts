/** The cap and the settings of a site whose people are connected to several servers. */
import { expect, test } from 'vitest';
import { attempt, http, lookAt, mutate, refusalOf, serviceOf, settingsOf } from '../api/operations.ts';
import { setStatus } from '../process/people.ts';
import { pause, startFleet, startNode, startPrivateRedis, until } from '../support/fleet.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { join, joinAll, named } from './crowd.ts';
import { watch } from './onlooker.ts';
import { openRoad } from './road.ts';

const ENV = {
  PRESENCE_NODE_LEASE: '1.5',
  PRESENCE_PING_INTERVAL: '1',
  PRESENCE_RECONNECT_GRACE: '0.5',
  PRESENCE_OFFLINE_AFTER: '4',
};
const admin = (server: ServerProcess) => http(server, 'dev:root:admin');

async function twoServers(env: Readonly<Record<string, string>> = {}) {
  const { nodes } = await startFleet(2, { env: { ...ENV, ...env } });
  const [one, two] = nodes;
  if (one === undefined || two === undefined) throw new Error('there are two');
  return { one, two, both: [one, two] };
}

const connectionsAre = (server: ServerProcess, count: number) =>
  until(`there are ${count} connections`, async () => (await serviceOf(admin(server))).connections === count);

const isOff = (server: ServerProcess) =>
  until('the service is off', async () => !(await serviceOf(admin(server))).enabled);

test('connections of all servers count together: above the cap nobody is told anything, wherever they watch', async () => {
  const { one, two, both } = await twoServers({ PRESENCE_CONNECTION_CAP: '5', LOG_LEVEL: 'info' });
  const onlookers = await Promise.all(both.map((server) => watch(() => server, ['ada', 'grace'])));
  await joinAll(['ada', 'other'], { server: () => one });
  await join('grace', { server: () => two });
  for (const onlooker of onlookers) for (const user of ['ada', 'grace']) await onlooker.sees(user, 'ONLINE');
  await connectionsAre(one, 5);
  const [last] = await joinAll(['last'], { server: () => two });
  for (const server of both) await isOff(server);
  const reason = 'Switched itself off: 6 connections, and the cap is 5.';
  for (const server of both) expect(await serviceOf(admin(server))).toMatchObject({ connections: 6, reason });
  const warnings = both.flatMap((server) => server.output().match(/the service switched itself off/g) ?? []);
  expect(warnings).toHaveLength(1);

  for (const server of both) {
    const refusal = refusalOf(await attempt(admin(server), 'setServiceEnabled', { enabled: true }));
    expect(refusal).toMatchObject({ code: 'CONNECTION_CAP_REACHED', limit: 5, connections: 6 });
  }
  await setStatus(one, 'ada', { availability: 'BUSY', text: 'First' });
  await setStatus(two, 'ada', { availability: 'BUSY', text: 'Last' });
  await mutate(http(one, 'dev:grace'), 'setInvisible', { invisible: true }); // her socket is at the other
  await mutate(http(one, 'dev:grace'), 'setStatus', { availability: 'BUSY', text: 'secret' });
  for (const server of both) {
    const { presence } = await lookAt(http(server, 'dev:root:admin'), 'ada');
    expect(presence).toMatchObject({ availability: 'BUSY', status: { text: 'Last' }, stale: true });
  }
  for (const onlooker of onlookers) {
    expect(onlooker.changes('ada')).toEqual(['ONLINE']);
    expect(onlooker.changes('grace')).toEqual(['ONLINE']);
  }

  last?.leave();
  await connectionsAre(one, 4); // without hers
  await mutate(admin(one), 'setServiceEnabled', { enabled: true });
  for (const onlooker of onlookers) {
    await onlooker.sees('ada', 'BUSY Last');
    await onlooker.sees('grace', 'OFFLINE');
    await onlooker.upToDate(two);
    expect(onlooker.changes('ada')).toEqual(['ONLINE', 'BUSY Last']);
    expect(onlooker.changes('grace')).toEqual(['ONLINE', 'OFFLINE']);
  }
}, 60_000);

test('people of a server that was killed are not counted twice when they come back to another, and it stays on', async () => {
  const { one: dying, two: staying } = await twoServers({ PRESENCE_CONNECTION_CAP: '6', PRESENCE_NODE_LEASE: '4' });
  let server = dying;
  const users = named('user', 4);
  await joinAll(users, { server: () => server });
  await joinAll(['grace'], { server: () => staying });
  await connectionsAre(staying, 5);
  server = staying;
  await dying.kill('SIGKILL');
  const seen: number[] = [];
  await until('the dead no longer count', async () => {
    const { connections, enabled } = await serviceOf(admin(staying));
    expect(enabled).toBe(true);
    seen.push(connections);
    return connections === 5 && seen.includes(9);
  });
  await joinAll(named('more', 2), { server: () => staying });
  await isOff(staying);
}, 60_000);

test('a server that is stopped takes its connections along at once', async () => {
  const { one: going, two: staying } = await twoServers({ PRESENCE_NODE_LEASE: '30' });
  await joinAll(named('user', 3), { server: () => going, comesBack: false });
  await connectionsAre(staying, 3);
  await going.kill('SIGTERM');
  expect((await serviceOf(admin(staying))).connections).toBe(0);
}, 60_000);

test('a cap that is lowered on one server holds on the others', async () => {
  const { one, two, both } = await twoServers();
  await joinAll(named('user', 2), { server: () => two });
  await connectionsAre(one, 2);
  await mutate(admin(one), 'updateSettings', { connectionCap: 1 });
  for (const server of both) await isOff(server);
}, 60_000);

test('settings that are changed on one server hold on the others, for those who are connected too', async () => {
  const { one, two } = await twoServers();
  const onlooker = await watch(() => one, ['ada']);
  const ada = (await join('ada', { server: () => two })).device();
  if (ada === null) throw new Error('ada is connected');
  await onlooker.sees('ada', 'ONLINE');
  await settingsOf(http(two, 'dev:ada'));
  const settings = { allowInvisible: false, allowStatusText: false, idleTimeoutSeconds: 1, connectionCap: 1_000 };
  await mutate(admin(one), 'updateSettings', settings);
  await until('the other server knows', async () => (await settingsOf(ada)).connectionCap === 1_000);
  expect(await settingsOf(ada)).toMatchObject(settings);
  expect((await serviceOf(ada)).connectionCap).toBe(1_000);
  expect(refusalOf(await attempt(ada, 'setInvisible', { invisible: true })).code).toBe('INVISIBLE_DISABLED');
  expect(refusalOf(await attempt(ada, 'setStatus', { text: 'hi' })).code).toBe('STATUS_TEXT_DISABLED');
  await onlooker.sees('ada', 'AWAY', 5_000);
}, 60_000);

test('watchers are not told what was changed while it was off, though their server could not hear that it is', async () => {
  const redis = await startPrivateRedis();
  const road = await openRoad(redis.port);
  const [near, far] = await Promise.all([startNode(road.url, ENV), startNode(redis.url, ENV)]);
  for (const site of named('site', 300)) await serviceOf(http(near, `dev:root:admin:${site}`));
  const users = named('user', 40);
  const onlooker = await watch(() => near, users);
  road.cut();
  await mutate(admin(far), 'setServiceEnabled', { enabled: false });
  for (const user of users) await setStatus(far, user, { text: 'unseen' });
  await joinAll(users, { server: () => far });
  road.mend();
  await isOff(near);
  await pause(1_000); // in which all that was missed is read
  for (const user of users) expect(onlooker.changes(user)).toEqual([]);
  await mutate(admin(far), 'setServiceEnabled', { enabled: true });
  for (const user of users) await onlooker.sees(user, 'ONLINE unseen');
}, 60_000);
