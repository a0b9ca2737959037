/** What subscriptions send, message by message, as it is on the wire. */
import { once } from 'node:events';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { type Service, startService } from '../support/service.ts';
import { http, mutate } from './operations.ts';

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: {
    readonly data?: Record<string, { user: { id: string }; presence: { status: { text: string } | null } }>;
    readonly errors?: object[];
  };
}

interface Line {
  readonly messages: Message[];
  say(message: object): void;
  /** Resolves once as many have come; rejects when the connection closes. */
  until(count: number): Promise<readonly Message[]>;
}

const SAID = 'user { id } presence { status { text } }';
const WATCH = `subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) { ${SAID} } }`;

/** A socket that watches only, after its connection_ack. */
async function open(service: Service): Promise<Line> {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  onTestFinished(() => socket.terminate());
  const messages: Message[] = [];
  let heard = () => {};
  socket.on('message', (text) => {
    messages.push(JSON.parse(String(text)));
    heard();
  });
  await once(socket, 'open');
  const line: Line = {
    messages,
    say: (message) => socket.send(JSON.stringify(message)),
    until: (count) =>
      new Promise((resolve, reject) => {
        socket.once('close', (code) => reject(new Error(`closed with ${code}`)));
        heard = () => {
          if (messages.length >= count) resolve(messages);
        };
        heard();
      }),
  };
  line.say({ type: 'connection_init', payload: { token: 'dev:onlooker', session: false } });
  await line.until(1);
  messages.length = 0;
  return line;
}

const subscribe = (line: Line, id: string, ids: readonly string[], query = WATCH) =>
  line.say({ type: 'subscribe', id, payload: { query, variables: { ids } } });

/** All of them in one turn of the server's event loop. */
async function sayAll(service: Service, ids: readonly string[], text: string): Promise<void> {
  const fields = ids.map((id, at) => `a${at}: setStatus(input: { userId: "${id}", text: $text }) { viewer { id } }`);
  const { errors } = await service.ask('dev:backend:server', `mutation ($text: String) { ${fields.join(' ')} }`, {
    text,
  });
  expect(errors).toBeUndefined();
}

async function present(service: Service, ids: readonly string[]): Promise<void> {
  for (const id of ids) await mutate(http(service, `dev:${id}`), 'openSession', {});
}

const textOf = ({ payload }: Message): string | undefined => payload?.data?.presenceChanged?.presence.status?.text;

it('carries the id of its subscription, whatever a client calls it', async () => {
  const service = await startService();
  await present(service, ['ada']);
  const line = await open(service);
  const ids = fc.sample(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), { numRuns: 60, seed: 7 });
  const named = [...new Set(['1', '22', 'a"b', '\\', '\u2028', '🧑‍💻', 'x'.repeat(200), ...ids])].filter((id) =>
    id.isWellFormed(),
  );
  for (const id of named) subscribe(line, id, ['ada']);
  await line.until(named.length);
  await sayAll(service, ['ada'], 'hello');
  const messages = await line.until(2 * named.length);
  expect(messages.slice(0, named.length).map(({ id }) => id)).toEqual(named);
  expect(new Set(messages.slice(named.length).map(({ id }) => id))).toEqual(new Set(named));
  expect(messages.slice(named.length).map(textOf)).toEqual(named.map(() => 'hello'));
});

it.each([1, 20, 100, 119, 120])('is whole at every length a frame can have (%i times a text)', async (times) => {
  const service = await startService();
  await present(service, ['ada']);
  const line = await open(service);
  const many = Array.from({ length: 25 }, (_, at) => `p${at}: presence { status { text } }`).join(' ');
  const query = `subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) { ${SAID} ${many} } }`;
  subscribe(line, 'short', ['ada']);
  subscribe(line, 'long', ['ada'], query);
  subscribe(line, 'tiny', ['ada'], 'subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) { initial } }');
  await line.until(3);
  for (const unit of ['a', 'ä', '👨‍👩‍👧‍👦']) {
    const before = line.messages.length;
    const text = unit.repeat(times);
    await sayAll(service, ['ada'], text);
    const told = (await line.until(before + 3)).slice(before);
    expect(told.map(({ id, payload }) => [id, payload?.data?.presenceChanged?.presence?.status?.text])).toEqual([
      ['short', text],
      ['long', text],
      ['tiny', undefined],
    ]);
  }
});

it('tells everything that happens at once, and of each person the newest', async () => {
  const service = await startService();
  const ids = Array.from({ length: 50 }, (_, at) => `user-${at}`);
  await present(service, ids);
  const line = await open(service);
  subscribe(line, 'all', ids);
  subscribe(line, 'some', ids.slice(0, 10));
  await line.until(60);
  line.messages.length = 0;
  await sayAll(service, ids, 'hello');
  const told = await line.until(60);
  const toldOn = (id: string) => told.filter((message) => message.id === id);
  expect(toldOn('all').map(({ payload }) => payload?.data?.presenceChanged?.user.id)).toEqual(ids);
  expect(toldOn('some').map(({ payload }) => payload?.data?.presenceChanged?.user.id)).toEqual(ids.slice(0, 10));
  expect(told.every((message) => textOf(message) === 'hello')).toBe(true);
});

it('never comes after the client has completed it, nor keeps the others from coming', async () => {
  const service = await startService();
  await present(service, ['ada']);
  const line = await open(service);
  subscribe(line, 'completed', ['ada']);
  subscribe(line, 'going on', ['ada']);
  await line.until(2);
  line.say({ type: 'complete', id: 'completed' });
  line.say({ type: 'ping' });
  await line.until(3);
  for (const text of ['one', 'two']) {
    const before = line.messages.length;
    await sayAll(service, ['ada'], text);
    await line.until(before + 1);
  }
  expect(line.messages.slice(2).map(({ type, id }) => id ?? type)).toEqual(['pong', 'going on', 'going on']);
});

it('ends with everything that was told, then the error, then complete', async () => {
  const service = await startService();
  await present(service, ['ada']);
  const channel = { type: 'team', key: 'seven' };
  const members = (memberIds: readonly string[]) =>
    service.ask(
      'dev:backend:server',
      'mutation ($input: UpsertChannelInput!) { upsertChannel(input: $input) { channel { id } } }',
      {
        input: { ...channel, memberIds },
      },
    );
  await members(['onlooker', 'ada']);
  const line = await open(service);
  const query = `subscription ($channel: ChannelRef) { presenceChanged(channel: $channel) { ${SAID} } }`;
  line.say({ type: 'subscribe', id: 'team', payload: { query, variables: { channel } } });
  await line.until(2);
  await sayAll(service, ['ada'], 'goodbye');
  await members(['ada']);
  const told = (await line.until(5)).slice(2);
  expect(told.map(({ type, id }) => [type, id])).toEqual([
    ['next', 'team'],
    ['next', 'team'],
    ['complete', 'team'],
  ]);
  expect(told.map(textOf)).toEqual(['goodbye', undefined, undefined]);
  expect(told[1]?.payload?.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', field: 'channel' } }]);
});

it('begins and ends with its own operation, though an id is used again before the first had an answer', async () => {
  const service = await startService();
  await present(service, ['ada']);
  const line = await open(service);
  const subscribing = { type: 'subscribe', id: 'x', payload: { query: WATCH, variables: { ids: ['ada'] } } };
  for (let times = 0; times < 150; times++) {
    line.say(subscribing);
    line.say({ type: 'complete', id: 'x' });
  }
  line.say(subscribing);
  await line.until(1);
  await sayAll(service, ['ada'], 'one');
  await line.until(2);
  // Nothing of the first 150 lives: the socket may still begin 99 more.
  for (let times = 0; times < 99; times++) subscribe(line, `more ${times}`, ['ada']);
  await line.until(101);
  line.say({ type: 'complete', id: 'x' });
  line.say(subscribing);
  await line.until(102);
  line.messages.length = 0;
  await sayAll(service, ['ada'], 'two');
  await line.until(100);
  line.say({ type: 'ping' });
  const told = await line.until(101);
  expect(told.filter(({ id }) => id === 'x').map(textOf)).toEqual(['two']);
  expect(told.at(-1)?.type).toBe('pong');
  expect(told.every(({ type }) => type === 'next' || type === 'pong')).toBe(true);
});

it('answers an operation once, though its id was used for one before it that was completed', async () => {
  const service = await startService();
  const line = await open(service);
  const asking = (name: string) => ({ type: 'subscribe', id: 'x', payload: { query: `{ ${name}: onlineCount }` } });
  line.say(asking('first'));
  line.say({ type: 'complete', id: 'x' });
  line.say(asking('second'));
  await line.until(2);
  line.say({ type: 'ping' });
  const told = await line.until(3);
  expect(told.map(({ type }) => type)).toEqual(['next', 'complete', 'pong']);
  expect(told[0]?.payload?.data).toHaveProperty('second');
});
