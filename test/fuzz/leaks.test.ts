/** Ten thousand lives of connections, cut off wherever it happens to be: nothing of any of them is left. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { frame, upgrade } from '../process/raw.ts';
import { startRedis } from '../support/redis.ts';
import { startInspected } from './inspected-server.ts';

const LIVES = Number(process.env.PRESENCE_TEST_LIVES ?? 10_000);
const AT_ONCE = 120;
const ENV = {
  PRESENCE_RECONNECT_GRACE: '0.2',
  PRESENCE_OFFLINE_AFTER: '0.4',
  PRESENCE_HEARTBEAT_TTL: '1',
  PRESENCE_PING_INTERVAL: '1',
  PRESENCE_NODE_LEASE: '2',
};

/** What a connection says, one after the other, until it dies: at once, or when it has been answered `hears` bytes more. */
interface Life {
  readonly says: readonly (string | Buffer)[];
  readonly hears: number;
  readonly death: 'end' | 'destroy' | 'reset' | 'close frame';
}

const say = (message: object) => frame(JSON.stringify(message));
const user = fc.nat(300).map((at) => `user-${at}`);
const subscription = fc.oneof(
  fc
    .array(user, { minLength: 1, maxLength: 5 })
    .map((ids) => `presenceChanged(userIds: ${JSON.stringify(ids)}) { initial }`),
  fc.nat(20).map((room) => `roomChanged(key: "${room}") { count }`),
  fc.constantFrom(
    'viewerChanged { id }',
    'serviceChanged { enabled }',
    'presenceChanged(channel: { type: "a", key: "b" }) { initial }',
    'presenceChanged(userIds: []) { initial }',
  ),
);
const operation = fc.oneof(
  { weight: 3, arbitrary: subscription.map((field) => `subscription { ${field} }`) },
  fc.constantFrom(
    'mutation { setStatus(input: { availability: BUSY }) { viewer { id } } }',
    'mutation { setInvisible(input: { invisible: true }) { viewer { id } } }',
    '{ onlineCount }',
  ),
  fc.nat(20).map((key) => `mutation { enterRoom(input: { key: "${key}" }) { room { count } } }`),
);
const socketLife = fc
  .tuple(user, fc.constantFrom('', '', ':guest', ':server'), fc.boolean(), fc.array(operation, { maxLength: 3 }))
  .map(([id, role, session, operations]) => [
    upgrade(),
    say({ type: 'connection_init', payload: { token: `dev:${id}${role}`, ...(session ? {} : { session }) } }),
    ...operations.map((query, at) => say({ type: 'subscribe', id: `${at}`, payload: { query } })),
    ...operations.slice(1).map((_, at) => say({ type: 'complete', id: `${at}` })),
  ]);
const eventStream = fc.tuple(user, operation).map(([id, query]) => {
  const body = JSON.stringify({ query });
  const head = `POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer dev:${id}\r\nAccept: text/event-stream\r\n`;
  return [`${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`, body];
});
const life: fc.Arbitrary<Life> = fc
  .record({
    all: fc.oneof({ weight: 4, arbitrary: socketLife }, { weight: 1, arbitrary: eventStream }),
    until: fc.nat(8),
    hears: fc.constantFrom(0, 0, 1, 130, 200, 300),
    death: fc.constantFrom('end', 'destroy', 'reset', 'close frame'),
  })
  .map(({ all, until, hears, death }) => ({ says: all.slice(0, until), hears, death }));

async function live(port: number, { says, hears, death }: Life): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {}); // being cut off is what it is for
  const closed = once(socket, 'close').catch(() => undefined);
  await Promise.race([once(socket, 'connect'), closed]);
  let heard = 0;
  const enough = new Promise<void>((resolve) => {
    socket.on('data', ({ length }) => {
      heard += length;
      if (heard >= hears) resolve();
    });
  });
  for (const each of says) socket.write(each);
  if (hears > 0) await Promise.race([enough, closed, setTimeout(50)]); // ms; not everything is answered by so much
  die(socket, death);
  await Promise.race([closed, setTimeout(20)]); // ms
  socket.destroy();
}

function die(socket: Socket, death: Life['death']): void {
  switch (death) {
    case 'end':
      socket.end();
      break;
    case 'destroy':
      socket.destroy();
      break;
    case 'reset':
      socket.resetAndDestroy();
      break;
    case 'close frame':
      socket.end(frame(Buffer.from([3, 232]), { first: 0x88 }));
      break;
    default:
      death satisfies never;
  }
}

test('nothing is left of ten thousand connections that came, subscribed and died', { timeout: 600_000 }, async () => {
  const redis = await startRedis();
  onTestFinished(redis.stop);
  const server = await startInspected({ ...ENV, REDIS_URL: redis.url });
  const client = new Redis(redis.url);
  onTestFinished(() => client.disconnect());
  const port = Number(new URL(server.url).port);
  const seed = Date.now() % 2 ** 31;
  async function lives(count: number): Promise<void> {
    const all = fc.sample(life, { numRuns: count, seed }).values();
    const oneAfterTheOther = async () => {
      for (const each of all) await live(port, each);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, oneAfterTheOther));
  }

  /** What is held by the server, and by Redis for it. */
  async function holdings() {
    const { heap, ...counts } = await server.inspect();
    const channels = (await client.call('PUBSUB', 'CHANNELS')) as string[];
    const clients = String(await client.call('CLIENT', 'LIST'))
      .trim()
      .split('\n').length;
    return { heap, held: { ...counts, channels: channels.length, clients } };
  }

  /** Once nothing more goes: whoever was watched stays followed for 5 s, and sessions end. */
  async function settled() {
    let now = await holdings();
    for (let quiet = 0, times = 0; quiet < 3 && times < 20; times++) {
      await setTimeout(2_000);
      const next = await holdings();
      quiet = JSON.stringify(next.held) === JSON.stringify(now.held) ? quiet + 1 : 0;
      now = next;
    }
    return now;
  }

  // The first of each kind brings what stays: connections that are made when they are needed, compiled code, caches.
  await lives(500);
  const before = await settled();
  await lives(LIVES);
  const after = await settled();
  // A few may be of what comes and goes by itself; what ten thousand leave behind would be hundreds.
  for (const [what, count] of numbersIn(after.held)) {
    const had = numbersIn(before.held).find(([name]) => name === what)?.[1] ?? 0;
    expect(count - had, `${what}, seed ${seed}`).toBeLessThan(10);
  }
  expect(after.heap - before.heap, `bytes more in use, seed ${seed}`).toBeLessThan(8e6);
  const { data } = await server.ask('dev:ada', '{ onlineCount service { connections } }');
  expect(data).toEqual({ onlineCount: 0, service: { connections: 0 } });
});

/** Every number in there, by where it stands. */
function numbersIn(held: object, path = ''): readonly (readonly [string, number])[] {
  return Object.entries(held).flatMap(([name, value]) =>
    typeof value === 'number' ? [[`${path}${name}`, value] as const] : numbersIn(value, `${path}${name}.`),
  );
}
