/** Everything a store promises, kept by a store on a Redis Cluster; and that its parts lie where a cluster wants them. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { asMillis, asNodeId, asSessionId, asSiteId, type Person } from '../../src/presence/ids.ts';
import { EMPTY_RECORD, type PresenceRecord } from '../../src/presence/record.ts';
import { enterRoom } from '../../src/presence/room.ts';
import { channelKey, personKey, siteKey } from '../../src/store/key.ts';
import { createKeys, SHARDS } from '../../src/store/redis/keys.ts';
import { storeContract } from '../store/contract.ts';
import { followed } from '../store/listener.ts';
import { type Change, connected, ending, person } from '../store/samples.ts';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import { launchRedis, type RedisProcess, until } from '../support/redis-process.ts';
import { grantAsDocumented } from './rights.ts';
import { newPrefix, openStore, waysOn } from './stores.ts';

let cluster: RedisCluster;
let url: string;
beforeAll(async () => {
  cluster = await startCluster();
  url = await grantAsDocumented(...cluster.nodes);
});
afterAll(() => cluster.stop());

// Six servers and the suite on a machine that has other work: what takes longer than two seconds is refused, as it should.
describe('as a user with the documented rights', { retry: 2 }, () => {
  storeContract(
    'the Redis store on a cluster',
    waysOn(() => url),
  );
});

const people = Array.from({ length: 50 }, (_, at) => person(`user-${at}`));

test('everything about a person is in one slot of the cluster, the channel too', async () => {
  const keys = createKeys(newPrefix());
  const slots = async (names: readonly string[]) =>
    new Set(await Promise.all(names.map((name) => cluster.nodes[0]?.ask('CLUSTER', 'KEYSLOT', name))));
  const key = personKey(person('ada'));
  const shard = keys.shardOf(key);
  const [acme, node] = [asSiteId('acme'), asNodeId('node')];
  const theirs = [
    keys.record(key),
    keys.deadlines(shard),
    keys.online(shard, acme),
    keys.held(shard, node),
    keys.bucket(key),
    keys.channels(key),
  ];
  expect((await slots(theirs)).size).toBe(1);
  for (const plain of [siteKey(acme), channelKey({ site: acme, type: 'team', key: '7' })])
    expect((await slots([keys.plain(plain), keys.plainChannel(plain)])).size).toBe(1);
  const all = Array.from({ length: SHARDS }, (_, each) => keys.deadlines(each));
  expect((await slots(all)).size).toBeGreaterThan(SHARDS / 2);
});

test('on a cluster followers are told by the node that serves the person, and by no other', async () => {
  const prefix = newPrefix();
  const store = await openStore(url, prefix);
  const stops = await Promise.all(people.map((each) => followed(store, each, () => {})));
  const keys = createKeys(prefix);
  const found = await Promise.all(
    cluster.nodes.map(async (node) => {
      expect(await channels(node, 'CHANNELS', prefix)).toEqual([]);
      const here = await channels(node, 'SHARDCHANNELS', prefix);
      const counts = await node.ask('PUBSUB', 'SHARDNUMSUB', ...here);
      expect(counts).toEqual(here.flatMap((channel) => [channel, 1]));
      for (const channel of here) expect(await cluster.masterOf(channel)).toBe(node);
      return here;
    }),
  );
  expect(found.flat().sort()).toEqual([...new Set(people.map((each) => keys.bucket(personKey(each))))].sort());
  expect(found.filter((here) => here.length > 0)).toHaveLength(3);
  for (const stop of stops) stop();
  await expect.poll(() => subscribed('SHARDCHANNELS', prefix)).toEqual([]);
});

test.each([
  ['people', 'ioredis-cluster(ssubscriber)'],
  ['rooms', 'ioredis-cluster(subscriber)'],
])(
  'whoever reads anew when told to misses nothing about %s when the connections for messages break',
  async (_, name) => {
    const prefix = newPrefix();
    const [store, other] = await Promise.all([openStore(url, prefix), openStore(url, prefix)]);
    const room = { site: asSiteId('acme'), key: 'kitchen' };
    const [inPerson, inRoom] = [new Map<string, number>(), new Map<string, number>()];
    const hear =
      (known: Map<string, number>, { user }: Person) =>
      ({ version }: PresenceRecord) => {
        known.set(user, Math.max(version, known.get(user) ?? 0));
      };
    const knows = (versions: readonly number[]) =>
      people.every(({ user }, at) =>
        [inPerson, inRoom].every((known) => (known.get(user) ?? 0) >= (versions[at] ?? Infinity)),
      );
    await Promise.all(people.map((each) => followed(store, each, hear(inPerson, each))));
    await store.followRoom(room, (each, record) => hear(inRoom, each)(record));
    store.onGap(async () => {
      const records = await store.read(people);
      for (const [at, each] of people.entries())
        for (const known of [inPerson, inRoom]) hear(known, each)(records[at] ?? EMPTY_RECORD);
    });
    for (let times = 0; times < 3; times++) {
      expect(await Promise.all(cluster.nodes.map((node) => cut(node, name)))).not.toEqual(Array(6).fill(0));
      const updated = await Promise.all(people.map((each) => other.update(each, entering(room.key, `${times}`))));
      await until('everything is known', async () => knows(updated.map(({ version }) => version)));
    }
  },
  30_000,
);

/** Breaks every connection to the node that goes by this name; how many those were. */
async function cut(node: RedisProcess, name: string): Promise<number> {
  const all = String(await node.ask('CLIENT', 'LIST'))
    .split('\n')
    .filter((line) => line.includes(` name=${name} `));
  for (const line of all) await node.ask('CLIENT', 'KILL', 'ID', /id=(\d+)/.exec(line)?.[1] ?? '');
  return all.length;
}

/** Anew with every call, so that it is always a change that others see in the room. */
const entering =
  (room: string, label: string): Change =>
  (record) => {
    const there = record.sessions.length > 0 ? record : connected('session:1')(record);
    const sessionId = asSessionId('session:1');
    return enterRoom(there, { room, sessionId, label, metadata: null, expiresAfter: null }, asMillis(1));
  };

test('on a single server followers are told by classic channels', async () => {
  const single = await launchRedis();
  try {
    const prefix = newPrefix();
    const store = await openStore(single.url, prefix);
    await Promise.all(people.map((each) => followed(store, each, () => {})));
    expect((await channels(single, 'CHANNELS', prefix)).length).toBeGreaterThan(0);
    expect(await channels(single, 'SHARDCHANNELS', prefix)).toEqual([]);
  } finally {
    await single.stop();
  }
});

test('two services with prefixes of their own see nothing of each other', async () => {
  for (const redis of [url, inject('redisUrl')]) {
    const [one, two] = await Promise.all([openStore(redis, newPrefix()), openStore(redis, newPrefix())]);
    const told: string[] = [];
    await followed(two, person('ada'), () => told.push('of another service'));
    await one.update(person('ada'), connected('session:1', { node: asNodeId('node'), endsAt: null }));
    await one.update(person('ada'), ending(1_000));
    expect(await two.read([person('ada')])).toMatchObject([{ version: 0, sessions: [] }]);
    expect(await two.countOnline(asSiteId('acme'))).toBe(0);
    expect(await two.nodes?.heldBy(asNodeId('node'), 10)).toEqual([]);
    await two.nodes?.adopt();
    expect(await two.due(asMillis(4e12), 10)).toEqual({ people: [], next: null });
    expect(told).toEqual([]);
  }
});

async function channels(node: RedisProcess, which: 'CHANNELS' | 'SHARDCHANNELS', prefix: string): Promise<string[]> {
  const all = await node.ask('PUBSUB', which);
  return Array.isArray(all) ? all.map(String).filter((channel) => channel.startsWith(prefix)) : [];
}

async function subscribed(which: 'CHANNELS' | 'SHARDCHANNELS', prefix: string): Promise<string[]> {
  return (await Promise.all(cluster.nodes.map((node) => channels(node, which, prefix)))).flat();
}
