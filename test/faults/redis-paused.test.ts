/** Redis stands still for a while: its connections stay open, and nobody answers on them. */
import { expect, test } from 'vitest';
import { attempt, http, lookAt, mutate, refusalOf } from '../api/operations.ts';
import { setStatus } from '../process/people.ts';
import { pause, startFleet, until } from '../support/fleet.ts';
import { join, joinAll, named } from './crowd.ts';
import { watch } from './onlooker.ts';

const PROMISED = 2_000; // ms until a mutation is answered

test('five seconds without an answer from Redis show nobody anything wrong, and close nobody’s socket', async ({
  annotate,
}) => {
  const env = { PRESENCE_RECONNECT_GRACE: '0.5', PRESENCE_OFFLINE_AFTER: '1', PRESENCE_IDLE_TIMEOUT: '60' };
  const { redis, nodes } = await startFleet(2, { env });
  const [near, far] = nodes;
  if (near === undefined || far === undefined) throw new Error('there are two');
  const staying = named('staying', 40);
  const leaving = named('leaving', 10);
  const members = await joinAll(staying, { server: () => far });
  const leavers = await joinAll(leaving, { server: () => far });
  const onlooker = await watch(() => near, [...staying, ...leaving, 'late']);

  redis.pause();
  const began = performance.now();
  expect(await lookAt(http(near, 'dev:onlooker'), 'staying-1')).toMatchObject({
    presence: { availability: 'ONLINE', stale: true },
  });
  const asked = performance.now();
  expect(refusalOf(await attempt(http(far, 'dev:staying-1'), 'setStatus', { text: 'Lost' }))).toMatchObject({
    code: 'STORE_UNAVAILABLE',
    retryable: true,
  });
  await annotate(`refused after ${Math.round(performance.now() - asked)} ms`);
  expect(performance.now() - asked).toBeLessThan(PROMISED);
  for (const { leave } of leavers) leave();
  const late = join('late', { server: () => far });
  expect((await fetch(`${near.url}/ready`)).status).toBe(503);
  await pause(5_000 - (performance.now() - began));
  redis.resume();

  await until('both are ready', async () =>
    (await Promise.all(nodes.map(({ url }) => fetch(`${url}/ready`)))).every(({ ok }) => ok),
  );
  for (const user of leaving) await onlooker.sees(user, 'OFFLINE');
  await late;
  await onlooker.sees('late', 'ONLINE');
  await pause(1_500); // longer than anything that could still lapse
  await onlooker.upToDate(far);
  // Who was told that nothing was changed may find that it was after all: Redis carried it out when it went on.
  for (const user of staying.slice(1)) expect(onlooker.changes(user)).toEqual([]);
  expect(['', 'ONLINE Lost']).toContain(onlooker.changes('staying-1').join());
  for (const { closings } of members) expect(closings).toEqual([]);
  expect(onlooker.losses()).toBe(0);
}, 60_000);

test('whoever was turned away while Redis stood still leaves nothing behind that shows them there', async () => {
  // Beats of the lease that fail would have everything compared anyway; here there are none for as long as the pause lasts.
  const env = { PRESENCE_NODE_LEASE: '40', PRESENCE_RECONNECT_GRACE: '0.5', PRESENCE_OFFLINE_AFTER: '1' };
  const { redis, nodes } = await startFleet(1, { env });
  const [node] = nodes;
  if (node === undefined) throw new Error('there is one');
  const users = named('user', 10);
  const onlooker = await watch(() => node, users);
  await setStatus(node, 'warm', { text: 'The site is known' });

  redis.pause();
  const turnedAway = users.map((user) => node.connect({ token: `dev:${user}` }).catch(({ code }) => code));
  expect(new Set(await Promise.all(turnedAway))).toEqual(new Set([1013]));
  redis.resume();
  for (const user of users) await onlooker.sees(user, 'OFFLINE');
  await mutate(http(node, 'dev:user-1'), 'setStatus', { text: 'By the way' });
  await until('all are OFFLINE', () => users.every((user) => onlooker.last(user) === 'OFFLINE'));
  await pause(2_500);
  await onlooker.upToDate(node);
  for (const user of users) expect([user, onlooker.last(user)]).toEqual([user, 'OFFLINE']);
}, 60_000);

test('whoever hid here before Redis stood still is shown to nobody here as they were before', async () => {
  const { redis, nodes } = await startFleet(1);
  const [node] = nodes;
  if (node === undefined) throw new Error('there is one');
  await join('grace', { server: () => node });
  await setStatus(node, 'grace', { availability: 'BUSY', text: 'here' });
  const ada = http(node, 'dev:ada');
  expect((await lookAt(ada, 'grace')).presence).toMatchObject({ availability: 'BUSY', status: { text: 'here' } });
  await mutate(http(node, 'dev:grace'), 'setInvisible', { invisible: true });
  redis.pause();
  expect((await lookAt(ada, 'grace')).presence).toMatchObject({ availability: 'OFFLINE', status: null, stale: true });
  redis.resume();
}, 60_000);
