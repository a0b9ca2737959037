/** Queries and subscriptions as server-sent events, for whoever cannot open a WebSocket. */
import { setTimeout } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import { Redis } from 'ioredis';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { connectRaw } from '../process/raw.ts';
import { type Service, startService } from '../support/service.ts';
import { type Change, lineOf, WATCH } from './onlooker.ts';
import { dataOf, http, mutate, refusalOf } from './operations.ts';

const watching = (service: Service, userIds: readonly string[]) =>
  service.listen<Change>('dev:onlooker', WATCH, { userIds });

describe('a subscription as server-sent events', () => {
  it('tells the same as over a WebSocket', async () => {
    const service = await startService();
    const stream = await watching(service, ['ada', 'bo']);
    expect([lineOf(await stream.take()), lineOf(await stream.take())]).toEqual(['ada is OFFLINE', 'bo is OFFLINE']);
    const ada = await service.connect({ token: 'dev:ada', status: { text: 'data: "quotes"' } });
    expect(lineOf(await stream.take())).toBe('ada ONLINE data: "quotes"');
    await ada.close();
    await service.clock.pass(5);
    expect(lineOf(await stream.take())).toBe('ada OFFLINE');
    stream.stop();
    await stream.ended;
  });

  it('tells people about themselves, without making them appear', async () => {
    const service = await startService();
    const query = 'subscription { viewerChanged { availability sessions { id } manual } }';
    const stream = await service.listen('dev:ada', query);
    await mutate(http(service, 'dev:ada'), 'setStatus', { availability: 'BUSY' });
    expect(dataOf(await stream.take())).toEqual({
      viewerChanged: { availability: 'OFFLINE', sessions: [], manual: 'BUSY' },
    });
  });

  it.each([
    ['a syntax error', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', 'subscription { nope }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a variable too few', 'subscription ($id: ID!) { presenceChanged(userIds: [$id]) { initial } }', 'BAD_USER_INPUT'],
    ['nobody to watch', 'subscription { presenceChanged(userIds: []) { initial } }', 'BAD_USER_INPUT'],
  ])('with %s is answered with the error, and is over', async (_, query, code) => {
    const service = await startService();
    const stream = await service.listen('dev:ada', query);
    expect(refusalOf(await stream.take())).toMatchObject({ code, retryable: false });
    await stream.ended;
    expect(stream.seen).toHaveLength(1);
  });

  it('can be read by graphql-sse', async () => {
    const service = await startService();
    const headers = { authorization: 'Bearer dev:onlooker' };
    const client = createClient({ url: `${service.url}/graphql`, headers, retryAttempts: 0 });
    const changes = client.iterate<Change>({ query: WATCH, variables: { userIds: ['ada'] } });
    const next = async () => (await changes.next()).value;
    expect(await next()).toMatchObject({ data: { presenceChanged: { initial: true } } });
    await service.connect({ token: 'dev:ada' });
    expect(await next()).toMatchObject({
      data: { presenceChanged: { initial: false, presence: { availability: 'ONLINE' } } },
    });
    await changes.return?.();
    client.dispose();
  });

  it('ends when the server stops', async () => {
    const service = await startService();
    const stream = await watching(service, ['ada']);
    await stream.take();
    await service.close();
    await stream.ended;
    expect(stream.seen).toHaveLength(1);
  });
});

it('a query is answered as an event too', async () => {
  const service = await startService();
  const stream = await service.listen('dev:ada', '{ onlineCount }');
  expect(dataOf(await stream.take())).toEqual({ onlineCount: 0 });
  await stream.ended;
});

it.each([
  ['hangs up before their event stream has begun', 'text/event-stream', 'reset'],
  ['takes no event stream', 'application/json; q=1', 'HTTP/1.1 406'],
])('who %s leaves no subscription behind', async (_, accept, end) => {
  const prefix = `hung-up-${Math.random()}:`;
  const service = await startService({ REDIS_URL: inject('redisUrl'), PRESENCE_REDIS_PREFIX: prefix });
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(() => redis.disconnect());
  const followed = async () => (await redis.pubsub('CHANNELS', `${prefix}*`)).length;
  await service.ask('dev:ada', '{ settings { id } }');
  const before = await followed(); // a site stays followed for as long as it is remembered
  for (let user = 0; user < 60; user++) {
    const said = JSON.stringify({ query: `subscription { presenceChanged(userIds: ["user-${user}"]) { initial } }` });
    const head = `Host: a\r\nAuthorization: Bearer dev:ada\r\nAccept: ${accept}\r\nContent-Type: application/json`;
    const { socket, hears } = await connectRaw(service.url);
    socket.write(`POST /graphql HTTP/1.1\r\n${head}\r\nContent-Length: ${said.length}\r\n\r\n${said}`);
    if (end === 'reset') await new Promise((resolve) => setImmediate(resolve));
    else await hears(end);
    socket.resetAndDestroy();
  }
  const until = performance.now() + 10_000; // ms, which it does not take
  while (performance.now() < until) {
    await service.clock.pass(6); // whoever was watched stays followed for 5 seconds
    await setTimeout(50);
    if ((await followed()) === before) break;
  }
  expect(await followed()).toBe(before);
});
