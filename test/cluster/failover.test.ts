/** A Redis Cluster loses a master, and moves slots about, under two servers that people are busy on. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/hub/clock.ts';
import { personKey } from '../../src/store/key.ts';
import { createKeys, type Keys } from '../../src/store/redis/keys.ts';
import { person } from '../store/samples.ts';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import type { RedisProcess } from '../support/redis-process.ts';
import { startWith } from '../support/service.ts';
import { watcher, writer } from './people.ts';
import { newPrefix, openStore } from './stores.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

const record = (keys: Keys, id: string) => keys.record(personKey(person(id, 'default')));

/** Ids of people, `count` of them kept by this master. */
async function keptBy(master: RedisProcess, keys: Keys, count: number): Promise<string[]> {
  const found: string[] = [];
  for (let at = 0; found.length < count; at++) {
    const id = `user-${at}`;
    if ((await cluster.masterOf(record(keys, id))) === master) found.push(id);
  }
  return found;
}

async function masterBeside(taken: RedisProcess, keys: Keys): Promise<RedisProcess> {
  for (let at = 0; ; at++) {
    const master = await cluster.masterOf(record(keys, `user-${at}`));
    if (master !== taken) return master;
  }
}

async function startTwo(prefix: string) {
  const env = { REDIS_URL: cluster.url, PRESENCE_REDIS_PREFIX: prefix };
  return Promise.all([startWith(systemClock(), env), startWith(systemClock(), env)]);
}

const stopAll = (stops: readonly (() => Promise<number>)[]) => Promise.all(stops.map((stop) => stop()));

test('slots move to another node under load: nothing acknowledged is lost, and watchers have the last word', {
  timeout: 60_000,
}, async () => {
  const prefix = newPrefix();
  const keys = createKeys(prefix);
  const [here, there] = await startTwo(prefix);
  const from = await cluster.masterOf(record(keys, 'user-0'));
  const people = await Promise.all((await keptBy(from, keys, 10)).map((id) => writer(here, id)));
  const watching = await watcher(there, people);
  const stops = people.map((each) => each.count());

  const to = await masterBeside(from, keys);
  for (const { id } of people) {
    if ((await cluster.masterOf(record(keys, id))) === from) await cluster.move(record(keys, id), to);
  }
  const counts = await stopAll(stops);
  for (const count of counts) expect(count).toBeGreaterThan(0);
  await Promise.all(people.map((each) => each.insists('the end')));
  await watching.believes('the end', people);
  expect(watching.dots()).toEqual(new Set(['BUSY']));
});

test('a master dies with writes that its replica never got: each is there afterwards, and nobody was seen to leave', {
  timeout: 60_000,
}, async () => {
  const prefix = newPrefix();
  const keys = createKeys(prefix);
  const [here, there] = await startTwo(prefix);
  const victim = await cluster.masterOf(keys.nodes); // with the leases of both servers
  const replica = await cluster.replicaOf(victim);
  const ids = await keptBy(victim, keys, 20);
  const people = await Promise.all([...ids, 'elsewhere'].map((id) => writer(here, id)));
  const [busy, once] = [people.slice(0, 10), people.slice(10)];
  const watching = await watcher(there, people);
  const seer = await openStore(cluster.url, prefix);
  const stops = busy.map((each) => each.count());
  await Promise.all(once.map((each) => each.insists('before')));

  replica.pause();
  await victim.ask('CLIENT', 'KILL', 'TYPE', 'replica');
  await Promise.all(once.map((each) => each.insists('acknowledged')));
  const read = () => seer.read(ids.map((id) => person(id, 'default')));
  const before = await read();
  await seer.close(); // it remembers too, and is to be no help
  await victim.kill();
  replica.resume();
  expect(await textOn(replica, record(keys, ids.at(-1) ?? ''))).toContain('before');

  await Promise.all(busy.map((each) => each.insists('after')));
  await stopAll(stops);
  await Promise.all(busy.map((each) => each.insists('the end')));
  await watching.believes('the end', busy);
  await watching.believes('acknowledged', once);
  expect(watching.dots()).toEqual(new Set(['BUSY']));
  const late = await openStore(cluster.url, prefix);
  const after = await late.read(ids.map((id) => person(id, 'default')));
  for (const [at, { version, line }] of after.entries()) {
    expect(version).toBeGreaterThanOrEqual(before[at]?.version ?? 0);
    expect(line?.text).toBe(at < busy.length ? 'the end' : 'acknowledged');
  }
});

test('a master hangs: its replica takes over, and watchers hear from that one', { timeout: 60_000 }, async () => {
  const prefix = newPrefix();
  const keys = createKeys(prefix);
  const [here, there] = await startTwo(prefix);
  const victim = await healthyMaster();
  const people = await Promise.all((await keptBy(victim, keys, 5)).map((id) => writer(here, id)));
  const watching = await watcher(there, people);
  await Promise.all(people.map((each) => each.insists('before')));
  await watching.believes('before', people);

  victim.pause();
  await Promise.all(people.map((each) => each.insists('meanwhile')));
  await watching.believes('meanwhile', people);
  victim.resume();
  await Promise.all(people.map((each) => each.insists('the end')));
  await watching.believes('the end', people);
  expect(watching.dots()).toEqual(new Set(['BUSY']));
});

async function healthyMaster(): Promise<RedisProcess> {
  for (const node of cluster.nodes) {
    const role = await node.ask('INFO', 'replication').catch(() => '');
    if (/role:master[\s\S]*connected_slaves:1/.test(String(role))) return node;
  }
  throw new Error('no master has a replica');
}

/** What a replica has of a key. */
async function textOn(replica: RedisProcess, key: string): Promise<string | null> {
  const client = new Redis({ port: replica.port, readOnly: true });
  try {
    return await client.get(key);
  } finally {
    client.disconnect();
  }
}
