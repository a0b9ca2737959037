/** A server that is cut off from Redis, or stands still, for longer than its lease, and then goes on. */
import { describe, expect, test } from 'vitest';
import { attempt, http, refusalOf, selfOf } from '../api/operations.ts';
import { setStatus } from '../process/people.ts';
import { pause, startFleet, startNode, startPrivateRedis, until } from '../support/fleet.ts';
import { join, joinAll, named } from './crowd.ts';
import { watch } from './onlooker.ts';
import { openRoad } from './road.ts';

const ENV = { PRESENCE_NODE_LEASE: '1.5', PRESENCE_RECONNECT_GRACE: '0.5', PRESENCE_OFFLINE_AFTER: '1' };

describe.each([
  ['its connections break', 'cut', 'mend'],
  ['nothing comes through, and then everything that was held back', 'silence', 'mend'],
  ['nothing comes through on those connections ever again', 'silence', 'replace'],
] as const)('a server out of reach of Redis: %s', (_, cut, mend) => {
  test('its people go, as others see it, and are back when it is', async ({ annotate }) => {
    const redis = await startPrivateRedis();
    const road = await openRoad(redis.port);
    const [island, mainland] = await Promise.all([startNode(road.url, ENV), startNode(redis.url, ENV)]);
    const staying = named('staying', 50);
    const members = await joinAll(staying, { server: () => island });
    const leaving = await join('leaving', { server: () => island });
    await joinAll(['both', 'there'], { server: () => mainland });
    await join('both', { server: () => island });
    const everybody = [...staying, 'leaving', 'both', 'there'];
    const inland = await watch(() => mainland, everybody);
    const offshore = await watch(() => island, everybody);

    road[cut]();
    const began = performance.now();
    await setStatus(mainland, 'there', { text: 'Anybody?' });
    expect(refusalOf(await attempt(http(island, 'dev:staying-1'), 'setStatus', { text: 'Help' }))).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: true,
    });
    leaving.leave();
    for (const user of [...staying, 'leaving']) await inland.sees(user, 'OFFLINE');
    await annotate(`OFFLINE after ${Math.round(performance.now() - began)} ms`);
    expect(inland.changes('staying-1').filter((looks) => looks !== 'ONLINE Help')).toEqual(['AWAY', 'OFFLINE']);
    expect(offshore.last('there')).toBe('ONLINE');

    road[mend]();
    const mended = performance.now();
    for (const user of staying.slice(1)) await inland.sees(user, 'ONLINE');
    await offshore.sees('there', 'ONLINE Anybody?');
    await annotate(`back ${Math.round(performance.now() - mended)} ms after it was mended`);
    await inland.upToDate(island);
    await offshore.upToDate(mainland);
    for (const user of staying.slice(1)) expect(inland.changes(user)).toEqual(['AWAY', 'OFFLINE', 'ONLINE']);
    for (const onlooker of [inland, offshore]) {
      expect(onlooker.last('leaving')).toBe('OFFLINE');
      expect(onlooker.changes('both')).toEqual([]);
      for (const user of staying.slice(1)) expect(onlooker.last(user)).toBe('ONLINE');
      expect(onlooker.losses()).toBe(0);
    }
    for (const { closings, sessions } of members) expect([closings, sessions.size]).toEqual([[], 1]);
    await members[1]?.device()?.ask('mutation { setStatus(input: { text: "Back" }) { viewer { id } } }');
    await inland.sees('staying-2', 'ONLINE Back');
  }, 60_000);
});

test('whoever went elsewhere meanwhile is where they went, and nobody sees anything when the server they left is back', async () => {
  const redis = await startPrivateRedis();
  const road = await openRoad(redis.port);
  const [island, mainland] = await Promise.all([startNode(road.url, ENV), startNode(redis.url, ENV)]);
  let server = island;
  const users = named('user', 20);
  const members = await joinAll(users, { server: () => server });
  const inland = await watch(() => mainland, users);
  road.cut();
  server = mainland;
  for (const member of members) member.device()?.socket.terminate(); // their own network is gone for a moment too
  await until('all are connected again', () => members.every(({ device }) => device() !== null));
  await pause(3_500); // longer than the lease, and than they would still be shown
  road.mend();
  await until('it is ready', async () => (await fetch(`${island.url}/ready`)).ok);
  await pause(1_500);
  await inland.upToDate(island);
  for (const { user, sessions } of members) {
    expect(inland.changes(user)).toEqual([]);
    expect(sessions.size).toBe(1);
  }
}, 60_000);

test('a server that stood still itself has its people back when it goes on', async () => {
  const { nodes } = await startFleet(2, { env: ENV });
  const [sleeper, other] = nodes;
  if (sleeper === undefined || other === undefined) throw new Error('there are two');
  const users = named('user', 50);
  const members = await joinAll(users, { server: () => sleeper });
  const onlooker = await watch(() => other, users);
  sleeper.kill('SIGSTOP').catch(() => {}); // it ends with the test
  for (const user of users) await onlooker.sees(user, 'OFFLINE');
  sleeper.kill('SIGCONT').catch(() => {});
  for (const user of users) await onlooker.sees(user, 'ONLINE');
  await pause(2_000);
  await onlooker.upToDate(sleeper);
  for (const { user, closings } of members) {
    expect(onlooker.changes(user)).toEqual(['AWAY', 'OFFLINE', 'ONLINE']);
    expect(closings).toEqual([]);
  }
  expect((await selfOf(http(other, 'dev:user-1'))).sessions.length).toBe(1);
}, 60_000);
