/** A channel that is watched on one server while it is changed on another, and while Redis or its messages are lost. */
import { expect, test } from 'vitest';
import { attempt, dataOf, http, mutate, refusalOf } from '../api/operations.ts';
import { connect, setStatus } from '../process/people.ts';
import { type PrivateRedis, pause, startFleet, startNode, startPrivateRedis, until } from '../support/fleet.ts';
import { named, type Server } from './crowd.ts';
import { openRoad } from './road.ts';

const SEVEN = { type: 'team', key: '7' };
const WATCH = `subscription ($channel: ChannelRef!) {
  presenceChanged(channel: $channel) { initial user { id } presence { availability status { text } } }
}`;

interface Told {
  readonly presenceChanged: {
    readonly initial: boolean;
    readonly user: { readonly id: string };
    readonly presence: { readonly availability: string; readonly status: { readonly text: string | null } | null };
  };
}

const upsert = (server: Server, memberIds: readonly string[], key = '7') =>
  mutate(http(server, 'dev:backend:server'), 'upsertChannel', { type: 'team', key, memberIds });

/** Ada, who watches the channel; `told` waits for the next lines, the first values among them beginning with `is`. */
async function watchAs(server: Server, user = 'ada') {
  const device = await connect(server, user, { session: false });
  const stream = device.subscribe<Told>(WATCH, { channel: SEVEN });
  const told = async (count: number) => {
    const lines: string[] = [];
    while (lines.length < count) {
      const { initial, user, presence } = dataOf(await stream.take()).presenceChanged;
      const words = [user.id, initial ? 'is' : null, presence.availability, presence.status?.text];
      lines.push(words.filter((word) => word != null).join(' '));
    }
    return lines.sort();
  };
  return { told, ended: async () => refusalOf(await stream.take()), leave: () => device.socket.terminate() };
}

/** What is followed of channels and sites, by all servers together. */
const followed = async (redis: PrivateRedis) => redis.command('pubsub', 'channels', 'presence:{*}u:*channel*');

test('who comes, goes and is taken out by way of another server is told, not told, and told so', async () => {
  const { redis, nodes } = await startFleet(2);
  const [near, far] = nodes;
  if (near === undefined || far === undefined) throw new Error('there are two');
  await upsert(far, ['ada', 'grace']);
  await connect(far, 'hal');
  const [ada, grace] = await Promise.all([watchAs(near), watchAs(near, 'grace')]);
  expect(await ada.told(2)).toEqual(['ada is OFFLINE', 'grace is OFFLINE']);
  await grace.told(2);
  await upsert(far, ['hal', 'ada', 'grace']);
  expect(await ada.told(1)).toEqual(['hal is ONLINE']);
  await grace.told(1);

  await upsert(far, ['grace', 'hal']);
  expect(await ada.ended()).toMatchObject({ code: 'NOT_FOUND', field: 'channel' });
  await upsert(far, ['grace']);
  await upsert(far, ['grace', 'ida']);
  expect(await grace.told(1)).toEqual(['ida is OFFLINE']);
  await setStatus(far, 'hal', { text: 'unseen' });
  await connect(far, 'ida');
  expect(await grace.told(1)).toEqual(['ida ONLINE']);

  await mutate(http(far, 'dev:backend:server'), 'setChannelType', { type: 'team', presence: false });
  expect(await grace.ended()).toMatchObject({ code: 'CHANNEL_PRESENCE_DISABLED' });
  await mutate(http(far, 'dev:backend:server'), 'setChannelType', { type: 'team', presence: true });
  const again = await watchAs(near, 'grace');
  expect(await again.told(2)).toEqual(['grace is OFFLINE', 'ida is ONLINE']);
  expect(await followed(redis)).toHaveLength(1);
  again.leave();
  await until('nobody follows the channel any more', async () => String(await followed(redis)) === '');
}, 60_000);

test('who came and went while messages were lost is made good when they arrive again', async () => {
  const redis = await startPrivateRedis();
  const road = await openRoad(redis.port);
  const [near, far] = await Promise.all([startNode(road.url), startNode(redis.url)]);
  await upsert(far, ['ada', 'grace', 'hal']);
  const [ada, hal] = await Promise.all([watchAs(near), watchAs(near, 'hal')]);
  await Promise.all([ada.told(3), hal.told(3)]);
  road.deafen();
  await upsert(far, ['ada', 'ida']);
  await pause(300);
  road.mend();
  expect(await ada.told(1)).toEqual(['ida is OFFLINE']);
  expect(await hal.ended()).toMatchObject({ code: 'NOT_FOUND' });
  await setStatus(far, 'grace', { text: 'unseen' });
  await connect(far, 'ida');
  expect(await ada.told(1)).toEqual(['ida ONLINE']);

  road.deafen();
  await mutate(http(far, 'dev:backend:server'), 'setChannelType', { type: 'team', presence: false });
  await pause(300);
  road.mend();
  expect(await ada.ended()).toMatchObject({ code: 'CHANNEL_PRESENCE_DISABLED' });
}, 60_000);

test.each([
  ['with everything', true],
  ['with nothing', false],
])(
  'a Redis that is killed and comes back %s ends no watch, and forgets nobody’s channels',
  async (_, aof) => {
    const { redis, nodes } = await startFleet(2, { aof });
    const [near, far] = nodes;
    if (near === undefined || far === undefined) throw new Error('there are two');
    await upsert(far, ['ada', 'grace']);
    for (const user of named('user', 20)) await upsert(far, ['ada', user], user);
    const ada = await watchAs(near);
    await ada.told(2);
    await redis.crash();
    await pause(500);
    const refused = await attempt(http(far, 'dev:backend:server'), 'upsertChannel', { ...SEVEN, memberIds: [] });
    expect(refusalOf(refused)).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    await redis.start();
    const count = async (user: string) => {
      const query = '{ channels(first: 100) { edges { cursor } } }';
      const { data } = await far.ask<{ channels: { edges: object[] } }>(`dev:${user}`, query);
      return data?.channels.edges.length;
    };
    await until('all channels are found again', async () => (await count('ada')) === 21);
    expect(await count('user-19')).toBe(1);
    await upsert(far, ['ada', 'grace', 'hal']);
    expect(await ada.told(1)).toEqual(['hal is OFFLINE']);
    await connect(far, 'grace');
    expect(await ada.told(1)).toEqual(['grace ONLINE']);
  },
  60_000,
);
