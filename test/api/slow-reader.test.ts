/** A reader that stalls while a hundred people change: it costs little memory, and misses only what was overtaken. */
import { once } from 'node:events';
import { connect as openTcp, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { type Answer, type Service, startService } from '../support/service.ts';
import { dataOf, http, mutate } from './operations.ts';

const PEOPLE = Array.from({ length: 100 }, (_, number) => `user-${number}`);
const ROUNDS = 100; // in each of which everybody changes once: 10,000 changes
const ALLOWED = 5; // MB

/** Long, and asked for many times over, so that not even the first hundred values fit into the kernel's buffers. */
const PADDING = '👨‍👩‍👧‍👦'.repeat(100);
const MANY = Array.from({ length: 50 }, (_, number) => `p${number}: presence { status { text } }`).join(' ');
const WATCH = `subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) { initial user { id } presence { status { text } } ${MANY} } }`;

interface Change {
  readonly presenceChanged: {
    readonly initial: boolean;
    readonly user: { readonly id: string };
    readonly presence: { readonly status: { readonly text: string } | null };
  };
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** MB in use by this process, server and reader together, once what nobody holds is gone. */
async function megabytesInUse(): Promise<number> {
  for (let times = 0; times < 3; times++) {
    collectGarbage();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1_048_576;
}

/** Everybody says the next thing, a hundred at a time. */
async function changeAll(service: Service, round: number): Promise<void> {
  const fields = PEOPLE.map(
    (id) => `${id.replace('-', '')}: setStatus(input: { userId: "${id}", text: $text }) { viewer { id } }`,
  );
  const text = `round ${round} ${PADDING}`;
  const { errors } = await service.ask('dev:backend:server', `mutation ($text: String) { ${fields.join(' ')} }`, {
    text,
  });
  expect(errors).toBeUndefined();
}

/** What the reader knows of each person, from the changes it was told; the first of each, however late, is initial. */
function tally(): {
  readonly known: Map<string, string>;
  taken: number;
  hear(change: Change): void;
  isCurrent(): boolean;
} {
  const known = new Map<string, string>();
  return {
    known,
    taken: 0,
    hear({ presenceChanged: { initial, user, presence } }) {
      expect(initial).toBe(!known.has(user.id));
      this.taken++;
      known.set(user.id, presence.status?.text.split(' ', 2).join(' ') ?? '');
    },
    isCurrent: () => PEOPLE.every((id) => known.get(id) === `round ${ROUNDS + 1}`),
  };
}

interface Reader {
  stall(): void;
  goOn(): void;
  next(): Promise<Change>;
}

async function overWebSocket(service: Service): Promise<Reader> {
  const device = await service.connect({ token: 'dev:onlooker', session: false });
  const stream = device.subscribe<Change>(WATCH, { ids: PEOPLE });
  return {
    stall: () => device.socket.pause(),
    goOn: () => device.socket.resume(),
    next: async () => dataOf(await stream.take()),
  };
}

/** By hand over TCP, because no HTTP client lets go of the reading. */
async function overServerSentEvents(service: Service): Promise<Reader> {
  const { hostname, port } = new URL(service.url);
  const socket: Socket = openTcp(Number(port), hostname);
  await once(socket, 'connect');
  const body = JSON.stringify({ query: WATCH, variables: { ids: PEOPLE } });
  const head = [
    'POST /graphql HTTP/1.0',
    `host: ${hostname}`,
    'authorization: Bearer dev:onlooker',
    'accept: text/event-stream',
  ];
  head.push('content-type: application/json', `content-length: ${Buffer.byteLength(body)}`);
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  const events = dataLines(socket);
  return {
    stall: () => socket.pause(),
    goOn: () => socket.resume(),
    next: async () => {
      const { value } = await events.next();
      const answer: Answer<Change> = JSON.parse(value ?? 'null');
      return dataOf(answer);
    },
  };
}

async function* dataLines(socket: Socket): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of socket) {
    const lines = (text + decoder.decode(chunk, { stream: true })).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: {')) yield line.slice('data: '.length);
  }
  return undefined;
}

it.each([
  ['over a WebSocket', overWebSocket],
  ['over server-sent events', overServerSentEvents],
])(
  'a reader %s that stalls during 10,000 changes costs less than 5 MB, and ends with the right 100 states',
  async (_, connect) => {
    const service = await startService({ PRESENCE_PING_INTERVAL: '3600' });
    for (const id of PEOPLE) await mutate(http(service, `dev:${id}`), 'openSession', {});
    await changeAll(service, 0);
    const reader = await connect(service);
    const seen = tally();
    seen.hear(await reader.next());
    reader.stall();
    await changeAll(service, 1);
    const before = await megabytesInUse();
    for (let round = 2; round <= ROUNDS + 1; round++) await changeAll(service, round);
    expect((await megabytesInUse()) - before).toBeLessThan(ALLOWED);
    reader.goOn();
    while (!seen.isCurrent()) seen.hear(await reader.next());
    expect(seen.taken).toBeLessThan((PEOPLE.length * ROUNDS) / 10);
  },
);
