/** The connection on which a server hears of changes is cut, alone: what it missed is read, and nobody stays wrong. */
import { expect, test } from 'vitest';
import { http, mutate, selfOf, serviceOf } from '../api/operations.ts';
import { setInvisible, setStatus } from '../process/people.ts';
import { pause, startFleet, startNode, startPrivateRedis, until } from '../support/fleet.ts';
import { join, joinAll, named } from './crowd.ts';
import { watch } from './onlooker.ts';
import { openRoad } from './road.ts';

test('what changes while the subscriber connection is killed again and again is seen by all who watch', async () => {
  const { redis, nodes } = await startFleet(2, {
    env: { PRESENCE_RECONNECT_GRACE: '0.5', PRESENCE_OFFLINE_AFTER: '1' },
  });
  const [near, far] = nodes;
  if (near === undefined || far === undefined) throw new Error('there are two');
  const users = named('user', 60);
  const members = await joinAll(users, { server: () => far });
  const onlookers = await Promise.all(nodes.map((node) => watch(() => node, users)));

  for (let round = 1; round <= 6; round++) {
    const changes = users.map((user, at) => setStatus(nodes[at % 2] ?? near, user, { text: `${round}` }));
    await Promise.all([...changes, redis.command('client', 'kill', 'type', 'pubsub')]);
  }
  const hidden = users.slice(0, 20);
  const gone = members.slice(20, 40);
  await Promise.all([
    ...hidden.map((user, at) => setInvisible(nodes[at % 2] ?? near, user, true)), // their sockets are all at one
    ...gone.map(({ leave }) => leave()),
    redis.command('client', 'kill', 'type', 'pubsub'),
  ]);
  for (const onlooker of onlookers) {
    for (const user of users.slice(0, 40)) await onlooker.sees(user, 'OFFLINE');
    for (const user of users.slice(40)) await onlooker.sees(user, 'ONLINE 6');
    await onlooker.upToDate(near);
    for (const user of hidden) expect(onlooker.last(user)).toBe('OFFLINE');
    expect(onlooker.losses()).toBe(0);
  }
  const connections = async () => (await serviceOf(http(near, 'dev:root:admin'))).connections;
  const visible = users.length - hidden.length - gone.length + onlookers.length;
  await until('only the sockets of those who do not hide count', async () => (await connections()) === visible);
}, 60_000);

test('whoever connects, or comes back, while it is cut is there when it is mended, and stays', async () => {
  const { redis, nodes } = await startFleet(2, {
    env: { PRESENCE_RECONNECT_GRACE: '0.3', PRESENCE_OFFLINE_AFTER: '0.6' },
  });
  const [near, far] = nodes;
  if (near === undefined || far === undefined) throw new Error('there are two');
  // Several devices each, so that there is always one that the store already knows of.
  const users = named('user', 20);
  await joinAll(users, { server: () => near });
  const onlooker = await watch(() => far, users);
  let over = false;
  const cutting = (async () => {
    while (!over) {
      await redis.command('client', 'kill', 'type', 'pubsub');
      await pause(60);
    }
  })();
  const devices = await joinAll(
    users.flatMap((user) => Array.from({ length: 10 }, () => user)),
    { server: () => near },
  );
  over = true;
  await cutting;
  await pause(1_500); // longer than whoever counts as gone is still shown
  await onlooker.upToDate(near);
  for (const user of users) {
    const { sessions } = await selfOf(http(near, `dev:${user}`));
    expect(sessions.map(({ availability }) => availability)).toEqual(Array.from({ length: 11 }, () => 'ONLINE'));
    expect(onlooker.changes(user)).toEqual([]);
  }
  expect(devices.every(({ device }) => device() !== null)).toBe(true);
}, 60_000);

test('what was missed shows to the person on their own devices as well', async () => {
  const redis = await startPrivateRedis();
  const road = await openRoad(redis.port);
  const [near, far] = await Promise.all([startNode(road.url), startNode(redis.url)]);
  const grace = await join('grace', { server: () => near });
  const onlooker = await watch(() => near, ['grace', 'hal']);
  const own = grace.device()?.subscribe<Own>('subscription { viewerChanged { status { text } invisible } }');
  const told = (): string | null | undefined => own?.seen.at(-1)?.data?.viewerChanged.status?.text;
  let before = '';
  // A subscription does not say when it has begun: she changes something until it tells of it.
  for (let n = 1; own?.seen.length === 0; n++) {
    before = `Before ${n}`;
    await mutate(http(near, 'dev:grace'), 'setStatus', { text: before });
    await pause(20);
  }
  await until('she sees the last of it', () => told() === before);

  road.deafen();
  await mutate(http(far, 'dev:grace'), 'setStatus', { text: 'Meanwhile' });
  await setStatus(far, 'hal', { text: 'Not connected' });
  await pause(300);
  expect(onlooker.last('grace')).toBe(`ONLINE ${before}`);
  expect(told()).toBe(before);
  road.mend();
  await onlooker.sees('grace', 'ONLINE Meanwhile');
  await until('she sees it on her own device', () => told() === 'Meanwhile');
}, 60_000);

interface Own {
  readonly viewerChanged: { readonly status: { readonly text: string | null } | null };
}
