/** 10,000 sockets that come back at once after their server was restarted: until all have their snapshot, and what that asks of Redis. */
import { Redis } from 'ioredis';
import { type Client, connect, type Figures, startNode, WATCH } from './figure.ts';

const SOCKETS = 10_000;
const AT_ONCE = 200; // while they connect for the first time

export const reconnect: Figures = async (redisUrl) => {
  const port = String(20_000 + Math.floor(Math.random() * 10_000));
  const first = await startNode(redisUrl, { PORT: port });
  const ids: (string | null)[] = [];
  for (let from = 0; from < SOCKETS; from += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, at) => from + at);
    const clients = await Promise.all(numbers.map((at) => appear(first.url, at, null)));
    ids.push(...clients.map(({ sessionId }) => sessionId));
  }
  await first.stop();

  const second = await startNode(redisUrl, { PORT: port });
  const redis = new Redis(redisUrl);
  const before = await commandsOf(redis);
  const started = performance.now();
  const clients = await Promise.all(ids.map((sessionId, at) => appear(second.url, at, sessionId)));
  const took = performance.now() - started;
  const asked = (await commandsOf(redis)) - before;
  const resumed = clients.filter(({ sessionId }, at) => sessionId === ids[at]).length;
  redis.disconnect();
  for (const { socket } of clients) socket.terminate();
  await second.stop();
  const what = `${SOCKETS.toLocaleString('en')} sockets that come back at once`;
  return [
    { what: `${what}: until all have their snapshot`, value: `${(took / 1_000).toFixed(2)} s` },
    { what: `${what}: of them with the session they had`, value: String(resumed) },
    { what: `${what}: commands sent to Redis meanwhile`, value: String(asked), beside: 'a script counts once' },
  ];
};

/** Connected, and told of the first value of the next person. */
async function appear(url: string, at: number, sessionId: string | null): Promise<Client> {
  const client = await connect(url, { token: `dev:user-${at}`, ...(sessionId === null ? {} : { sessionId }) });
  const ids = [`user-${(at + 1) % SOCKETS}`];
  await new Promise((told) => client.subscribe(WATCH, { ids }, told));
  return client;
}

/** What was sent; what its scripts call inside is not counted by this. */
async function commandsOf(redis: Redis): Promise<number> {
  const counts = (await redis.info('commandstats')).matchAll(/^cmdstat_([\w|]+):calls=(\d+)/gm);
  const sent = new Set(['evalsha', 'eval', 'mget', 'subscribe', 'ssubscribe', 'unsubscribe', 'smembers', 'zrange']);
  return [...counts].reduce((sum, [, name = '', calls]) => sum + (sent.has(name) ? Number(calls) : 0), 0);
}
