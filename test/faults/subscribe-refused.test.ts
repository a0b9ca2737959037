/** Redis refuses to subscribe, or is away while somebody stops watching: the server lives, and works when it can. */
import { describe, expect, test } from 'vitest';
import { attempt, http, mutate, refusalOf } from '../api/operations.ts';
import { setStatus } from '../process/people.ts';
import { pause, startFleet, startNode, startPrivateRedis, until } from '../support/fleet.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { join } from './crowd.ts';
import { watch } from './onlooker.ts';

const WATCH = 'subscription ($users: [ID!]!) { presenceChanged(userIds: $users) { presence { availability } } }';

const lives = async ({ url }: ServerProcess) => (await fetch(`${url}/health`)).status === 200;

/** Node prints something when a promise or an emitter is not looked after; the server itself says everything in JSON. */
function expectQuiet(node: ServerProcess): void {
  const printed = node
    .output()
    .split('\n')
    .filter((line) => !line.startsWith('{'));
  expect(printed.join('\n')).not.toMatch(/unhandled|warning|error| at /i);
}

describe('an ACL user without permission for channels', () => {
  const rules = (channels: string) =>
    ['acl', 'setuser', 'presence', 'reset', 'on', '>secret', '~*', '+@all', channels] as const;
  const as = (url: string) => url.replace('://', '://presence:secret@');

  test('from the start: who watches is told to try again, and may as soon as it is granted', async () => {
    const redis = await startPrivateRedis();
    await redis.command(...rules('resetchannels'));
    const node = await startNode(as(redis.url));
    const onlooker = await node.connect({ token: 'dev:onlooker', session: false });
    for (let times = 0; times < 3; times++) {
      expect(refusalOf(await onlooker.ask(WATCH, { users: ['grace', `user-${times}`] }))).toMatchObject({
        code: 'STORE_UNAVAILABLE',
        retryable: true,
      });
    }
    expect(await lives(node)).toBe(true);
    await redis.command(...rules('allchannels'));
    const later = await watch(() => node, ['grace']);
    await join('grace', { server: () => node });
    await later.sees('grace', 'ONLINE');
    expectQuiet(node);
  }, 60_000);

  test('taken away meanwhile: nobody’s socket closes, and what was missed is told when it is given back', async () => {
    const redis = await startPrivateRedis();
    await redis.command(...rules('allchannels'));
    const node = await startNode(as(redis.url));
    const onlooker = await watch(() => node, ['grace', 'hal']);
    const grace = await join('grace', { server: () => node });
    await onlooker.sees('grace', 'ONLINE');
    await redis.command(...rules('resetchannels'));
    await redis.command('client', 'kill', 'type', 'pubsub');
    await pause(1_500);
    expect(await lives(node)).toBe(true);
    await redis.command(...rules('allchannels'));
    await mutate(http(node, 'dev:grace'), 'setStatus', { text: 'Anybody?' });
    await onlooker.sees('grace', 'ONLINE Anybody?');
    await mutate(http(node, 'dev:hal'), 'openSession', {});
    await onlooker.sees('hal', 'ONLINE');
    expect(grace.closings).toEqual([]);
    expect(onlooker.losses()).toBe(0);
    expectQuiet(node);
  }, 60_000);
});

test('watches that begin and end while Redis is away are nothing to the server, and stopping it then works', async () => {
  const { redis, nodes } = await startFleet(1);
  const [node] = nodes;
  if (node === undefined) throw new Error('there is one');
  const staying = await watch(() => node, ['grace']);
  const devices = await Promise.all(
    Array.from({ length: 30 }, () => node.connect({ token: 'dev:onlooker', session: false })),
  );
  const watches = devices.map(({ subscribe }, at) => subscribe(WATCH, { users: [`user-${at}`] }));
  await Promise.all(watches.map(({ take }) => take()));

  await redis.crash();
  // Half of them end now, and whom they watched is let go of after a few seconds.
  for (const { stop } of watches.slice(0, 15)) stop();
  for (const { socket } of devices.slice(0, 10)) socket.terminate();
  const begun = devices.slice(10).map(({ ask }, at) => ask(WATCH, { users: [`other-${at}`] }));
  for (const answer of await Promise.all(begun)) expect(refusalOf(answer)).toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(refusalOf(await attempt(http(node, 'dev:grace'), 'openSession', {}))).toMatchObject({ retryable: true });
  await pause(4_000);
  expect(await lives(node)).toBe(true);

  await redis.start();
  await until('it is ready', async () => (await fetch(`${node.url}/ready`)).ok);
  await setStatus(node, 'grace', { text: 'Here' });
  await join('grace', { server: () => node });
  await staying.sees('grace', 'ONLINE Here');
  await redis.crash();
  const { code, took } = await node.kill('SIGTERM');
  expect(code).toBe(0);
  expect(took).toBeLessThan(5_000);
  expectQuiet(node);
}, 60_000);
