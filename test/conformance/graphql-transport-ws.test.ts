/**
 * graphql-transport-ws, sentence by sentence of its protocol document, as far as other tests do not say it already:
 * malformed messages are in test/process/hostile.test.ts, ids and ends of subscriptions in test/api/frames.test.ts.
 */
import { once } from 'node:events';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { type Service, startService } from '../support/service.ts';

interface Line {
  say(...messages: readonly unknown[]): void;
  /** What was said since the last time, until there are as many. */
  hears(count: number): Promise<readonly Message[]>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

const INIT = { type: 'connection_init', payload: { token: 'dev:ada', session: false } };
const ASK = { type: 'subscribe', id: '1', payload: { query: '{ onlineCount }' } };
const WATCH = { type: 'subscribe', id: '1', payload: { query: 'subscription { serviceChanged { enabled } }' } };
const PING = { type: 'ping' };
const types = (messages: readonly Message[]) =>
  messages.map(({ type, id }) => (id === undefined ? type : `${type} ${id}`));

let service: Service;
beforeEach(async () => {
  service = await startService();
});

async function open(protocols: string | string[] = 'graphql-transport-ws'): Promise<Line> {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, protocols);
  onTestFinished(() => socket.terminate());
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  const heard: Message[] = [];
  let tell = () => {};
  socket.on('message', (text) => {
    heard.push(JSON.parse(String(text)));
    tell();
  });
  await once(socket, 'open');
  return {
    closed,
    say(...messages) {
      for (const message of messages) socket.send(JSON.stringify(message));
    },
    async hears(count) {
      while (heard.length < count) {
        await Promise.race([
          new Promise<void>((resolve) => {
            tell = resolve;
          }),
          closed.then(({ code }) => Promise.reject(new Error(`closed with ${code}`))),
        ]);
      }
      return heard.splice(0);
    },
  };
}

async function admitted(): Promise<Line> {
  const line = await open();
  line.say(INIT);
  expect(types(await line.hears(1))).toEqual(['connection_ack']);
  return line;
}

describe('the subprotocol', () => {
  it.each([
    ['graphql-ws, the one before it', 'graphql-ws'],
    ['one that nobody knows', 'soap'],
  ])('%s, is refused', async (_, protocol) => {
    // A client that offers none of ours is told so by a handshake without one, which proper clients end by themselves.
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, protocol);
    onTestFinished(() => socket.terminate());
    const [error] = await once(socket, 'error');
    expect(String(error)).toContain('Server sent no subprotocol');
    expect((await (await admitted()).hears(0)).length).toBe(0);
  });

  it('left out, closes with 4406', async () => {
    const line = await open([]);
    expect(await line.closed).toEqual({ code: 4406, reason: 'Subprotocol not acceptable' });
  });

  it('is found among others that a client offers', async () => {
    const line = await open(['soap', 'graphql-transport-ws']);
    line.say(INIT);
    expect(types(await line.hears(1))).toEqual(['connection_ack']);
  });
});

describe('before connection_ack', () => {
  it('three seconds without a connection_init close with 4408', async () => {
    const line = await open();
    line.say(PING);
    expect(types(await line.hears(1))).toEqual(['pong']);
    await service.clock.pass(2.9);
    line.say(PING);
    expect(types(await line.hears(1))).toEqual(['pong']);
    await service.clock.pass(0.2);
    expect((await line.closed).code).toBe(4408);
  });

  it.each([
    ['without a connection_init', []],
    ['right behind it', [INIT]],
  ])('an operation %s closes with 4401, and nothing of it is answered', async (_, before) => {
    const line = await open();
    line.say(...before, ASK);
    expect((await line.closed).code).toBe(4401);
    expect((await line.hears(0)).map(({ type }) => type)).not.toContain('next');
  });

  it('a second connection_init closes with 4429', async () => {
    const line = await open();
    line.say(INIT, INIT);
    expect((await line.closed).code).toBe(4429);
  });
});

describe('after it', () => {
  it('a second connection_init closes with 4429', async () => {
    const line = await admitted();
    line.say(INIT);
    expect((await line.closed).code).toBe(4429);
  });

  it('a ping is answered with a pong and its payload; a pong without a ping is heard in silence', async () => {
    const line = await admitted();
    line.say({ type: 'pong' }, { type: 'pong', payload: { a: 1 } }, { ...PING, payload: { b: 2 } });
    expect(await line.hears(1)).toEqual([{ type: 'pong', payload: { b: 2 } }]);
  });

  it('an id that is in use closes with 4409, whether its operation has begun or not', async () => {
    const both = await admitted();
    both.say(WATCH, WATCH);
    expect(await both.closed).toEqual({ code: 4409, reason: 'Subscriber for 1 already exists' });
    const later = await admitted();
    later.say(WATCH, PING);
    await later.hears(1);
    later.say(ASK);
    expect((await later.closed).code).toBe(4409);
  });

  it('an id may be used again once its operation is over, however that was', async () => {
    const line = await admitted();
    line.say(ASK);
    expect(types(await line.hears(2))).toEqual(['next 1', 'complete 1']);
    line.say({ ...ASK, payload: { query: '{ nothing }' } });
    expect(types(await line.hears(1))).toEqual(['error 1']);
    line.say(WATCH, { type: 'complete', id: '1' }, ASK);
    expect(types(await line.hears(2))).toEqual(['next 1', 'complete 1']);
  });

  it.each([
    ['a syntax error', { query: '{' }],
    ['an unknown field', { query: '{ nothing }' }],
    ['an operation that is not in the document', { query: 'query a { onlineCount }', operationName: 'b' }],
  ])('%s is answered with an error, as the last word on its id', async (_, payload) => {
    const line = await admitted();
    line.say({ ...ASK, payload });
    const [error] = await line.hears(1);
    expect(error).toMatchObject({ type: 'error', id: '1', payload: [{ message: expect.any(String) }] });
    line.say({ type: 'complete', id: '1' }, PING);
    expect(types(await line.hears(1))).toEqual(['pong']);
  });

  it.each([
    ['a query', '{ user(id: "") { id } }', 'user'],
    ['a subscription', 'subscription { presenceChanged(userIds: []) { initial } }', 'presenceChanged'],
  ])('%s that fails while it is carried out has a result like any other, and is complete', async (_, query, field) => {
    const line = await admitted();
    line.say({ ...ASK, payload: { query } });
    const [next, complete] = await line.hears(2);
    expect(next).toMatchObject({ type: 'next', payload: { errors: [{ path: [field] }] } });
    expect(complete).toEqual({ type: 'complete', id: '1' });
  });

  it('complete for an id that nobody knows is heard in silence, and ends nothing else', async () => {
    const line = await admitted();
    line.say({ type: 'complete', id: 'nobody' }, WATCH, { type: 'complete', id: '2' });
    line.say({ ...ASK, id: '2' });
    expect(types(await line.hears(2))).toEqual(['next 2', 'complete 2']);
    await service.ask('dev:root:admin', 'mutation { setServiceEnabled(input: { enabled: false }) { service { id } } }');
    expect(types(await line.hears(1))).toEqual(['next 1']);
  });

  it('several operations are answered each by itself', async () => {
    const line = await admitted();
    const ids = Array.from({ length: 20 }, (_, at) => `${at}`);
    line.say(...ids.map((id) => ({ ...ASK, id })));
    const heard = types(await line.hears(40));
    for (const id of ids) {
      expect(heard.filter((each) => each.endsWith(` ${id}`))).toEqual([`next ${id}`, `complete ${id}`]);
    }
  });
});
