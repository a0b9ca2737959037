/**
 * What people cost in Redis's memory: once they have left, while they are connected, while they are watched. Part of
 * `npm run bench`, and for itself: `npx tsx bench/figures/redis-memory.ts [people]`. Ids of users are as long as UUIDs.
 */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Hub } from '../../src/hub/hub.ts';
import { asSiteId, asUserId, type Person } from '../../src/presence/ids.ts';
import { readConfig } from '../../src/server/config.ts';
import { type Running, start } from '../../src/server/start.ts';
import { startRedis } from '../../test/support/redis.ts';
import type { Figure, Figures } from './figure.ts';

const PEOPLE = 20_000;
const AT_ONCE = 200; // hub calls under way
const site = asSiteId('default');

export const redisMemory: Figures = (url) => measure(url, PEOPLE);

async function measure(url: string, count: number): Promise<readonly Figure[]> {
  const redis = new Redis(url);
  const somebody = (): Person => ({ site, user: asUserId(randomUUID()) });
  const people = Array.from({ length: count }, somebody);
  const others = Array.from({ length: count }, somebody);
  const figures: Figure[] = [];

  const eachTakes = async (since: number) => `${Math.round(((await usedMemory(redis)) - since) / count)} B`;

  const server = await serve(url);
  const { hub } = server;
  let before = await usedMemory(redis);
  const leave = await connectAll(hub, people);
  figures.push({ what: 'connected by one WebSocket', value: await eachTakes(before) });
  await inBatches(people, (each) => setStatus(hub, each));
  figures.push({ what: 'connected, with a status: text, emoji and a picked dot', value: await eachTakes(before) });
  await leaveAll(hub, leave);

  before = await usedMemory(redis);
  await leaveAll(hub, await connectAll(hub, others));
  figures.push({ what: 'known, left, never set a status', value: await eachTakes(before) });
  await inBatches(others, (each) => setStatus(hub, each));
  figures.push({ what: 'known, left, with a status', value: await eachTakes(before) });

  before = await usedMemory(redis);
  const watches = await Promise.all(
    batches(people).map((each) =>
      hub.watch(
        site,
        each.map(({ user }) => user),
        { until: null },
      ),
    ),
  );
  const channels = (await redis.pubsub('CHANNELS')).length;
  const watching = (await usedMemory(redis)) - before;
  figures.push({
    what: `watched, all ${count.toLocaleString('en')} of them, by one process`,
    value: `${(watching / count).toFixed(1)} B`,
    beside: `${Math.round(watching / 1_024)} KiB for ${channels} channels; it does not grow with more people`,
  });
  await Promise.all(watches.map((watch) => watch.return()));
  await server.close();
  redis.disconnect();
  return figures;
}

/** A server whose people are gone the moment they leave. */
function serve(url: string): Promise<Running> {
  return start(
    readConfig({
      PORT: '0',
      REDIS_URL: url,
      LOG_LEVEL: 'silent',
      PRESENCE_RECONNECT_GRACE: '0.001',
      PRESENCE_OFFLINE_AFTER: '0.001',
      PRESENCE_WATCH_LIMIT: String(AT_ONCE),
    }),
  );
}

/** Resolves with what makes them leave again. */
async function connectAll(hub: Hub, people: readonly Person[]): Promise<() => Promise<unknown>> {
  const visitor = (person: Person) => ({ person, name: null, namedAt: null });
  const connections = await inBatches(people, (person) => hub.connect(visitor(person), { device: 'WEB' }));
  return () => inBatches(connections, (connection) => connection.leave('CLOSED'));
}

async function leaveAll(hub: Hub, leave: () => Promise<unknown>): Promise<void> {
  await leave();
  while ((await hub.onlineCount(site)) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
}

const setStatus = (hub: Hub, person: Person) =>
  hub.setStatus(person, { availability: 'BUSY', text: 'In the workshop until three', emoji: '🛠️' });

function batches<Each>(all: readonly Each[]): Each[][] {
  return Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, at) =>
    all.slice(at * AT_ONCE, (at + 1) * AT_ONCE),
  );
}

async function inBatches<Each, Result>(all: readonly Each[], work: (each: Each) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (const batch of batches(all)) results.push(...(await Promise.all(batch.map(work))));
  return results;
}

/** Without what clients' buffers take, which comes and goes. */
async function usedMemory(redis: Redis): Promise<number> {
  const info = await redis.info('memory');
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
  return field('used_memory') - field('mem_clients_normal');
}

if (process.argv[1] === import.meta.filename) {
  const redis = await startRedis();
  for (const { what, value, beside } of await measure(redis.url, Number(process.argv[2] ?? PEOPLE))) {
    process.stdout.write(`${what.padEnd(60)} ${value.padStart(8)}${beside === undefined ? '' : `  (${beside})`}\n`);
  }
  await redis.stop();
}
