/** What cannot be watched, and that refusing it harms nothing else. */
import { describe, expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { type Change, lineOf, WATCH, watch } from './onlooker.ts';
import { dataOf, type Look, refusalOf, settingsOf } from './operations.ts';

const ids = (count: number) => Array.from({ length: count }, (_, number) => `user-${number}`);

async function askedFor(service: Service, userIds: readonly string[]) {
  const query = 'query ($ids: [ID!]!) { users(ids: $ids) { id presence { availability } } }';
  return service.ask<{ users: Look[] }>('dev:onlooker', query, { ids: userIds });
}

describe('more people than a watch or a query may have', () => {
  it.each([
    ['101', 100, {}],
    ['4', 3, { PRESENCE_WATCH_LIMIT: '3' }],
  ])('such as %s is refused as a whole, and the limit itself is not', async (requested, limit, env) => {
    const service = await startService(env);
    const device = await service.connect({ token: 'dev:onlooker', session: false });
    expect((await settingsOf(device)).watchLimit).toBe(limit);
    const tooMany = ids(Number(requested));
    const watched = refusalOf(await device.subscribe(WATCH, { userIds: tooMany }).take());
    const details = { limit, requested: limit + 1, retryable: false };
    expect(watched).toMatchObject({ code: 'WATCH_LIMIT_EXCEEDED', field: 'userIds', ...details });
    const queried = refusalOf(await askedFor(service, tooMany));
    expect(queried).toMatchObject({ code: 'USER_LIMIT_EXCEEDED', field: 'ids', ...details });
    const repeated = [...ids(limit), ...ids(limit)];
    const stream = device.subscribe<Change>(WATCH, { userIds: repeated });
    for (const id of ids(limit)) expect(lineOf(await stream.take())).toBe(`${id} is OFFLINE`);
    expect(dataOf(await askedFor(service, repeated)).users.map((user) => user.id)).toEqual(repeated);
  });

  it('nobody at all is refused too', async () => {
    const service = await startService();
    const device = await service.connect({ token: 'dev:onlooker', session: false });
    for (const variables of [{}, { userIds: null }, { userIds: [] }]) {
      const refusal = refusalOf(await device.subscribe(WATCH, variables).take());
      expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', field: 'userIds' });
    }
    expect(dataOf(await askedFor(service, [])).users).toEqual([]);
  });
});

describe('one bad operation on a socket', () => {
  it.each([
    ['a syntax error', 'subscription { presenceChanged(', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an empty document', '', {}, 'GRAPHQL_PARSE_FAILED'],
    [
      'an unknown field',
      'subscription { presenceChanged(userIds: ["ada"]) { nope } }',
      {},
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['an unknown subscription', 'subscription { nope }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a selection that is missing',
      'subscription { presenceChanged(userIds: ["ada"]) }',
      {},
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a variable of the wrong type', WATCH, { userIds: { not: 'a list' } }, 'BAD_USER_INPUT'],
    ['too many people', WATCH, { userIds: ids(101) }, 'WATCH_LIMIT_EXCEEDED'],
    ['a bad user id', WATCH, { userIds: ['presence:ada'] }, 'BAD_USER_INPUT'],
    ['two operations and no name', '{ onlineCount } query B { onlineCount }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['two named operations', 'query A { onlineCount } query B { onlineCount }', {}, 'OPERATION_RESOLUTION_FAILURE'],
    ['no operation at all', 'fragment F on User { id }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown query', '{ nope }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a refused mutation', 'mutation { setPreferences(input: {}) { viewer { id } } }', {}, 'BAD_USER_INPUT'],
  ])('(%s) is answered, and the socket and its other subscriptions live on', async (_, query, variables, code) => {
    const service = await startService();
    const onlooker = await watch(service, ['ada']);
    const bad = onlooker.device.subscribe(query, variables);
    const answer = await bad.take();
    expect(refusalOf(answer)).toMatchObject({ code, retryable: false });
    expect(refusalOf(answer)).not.toHaveProperty('http');
    await bad.ended;
    await service.connect({ token: 'dev:ada' });
    expect(await onlooker.next()).toBe('ada ONLINE');
    expect(onlooker.device.socket.readyState).toBe(onlooker.device.socket.OPEN);
  });

  it('(one more than a hundred at once) is refused, and the hundred live on', async () => {
    const service = await startService();
    const device = await service.connect({ token: 'dev:onlooker', session: false });
    const streams = Array.from({ length: 100 }, () => device.subscribe<Change>(WATCH, { userIds: ['ada'] }));
    const refusal = refusalOf(await device.ask('{ onlineCount }'));
    expect(refusal).toMatchObject({ code: 'OPERATION_LIMIT_EXCEEDED', limit: 100, retryable: true });
    for (const stream of streams) expect(lineOf(await stream.take())).toBe('ada is OFFLINE');
    await service.connect({ token: 'dev:ada' });
    for (const stream of streams) expect(lineOf(await stream.take())).toBe('ada ONLINE');
    streams[0]?.stop();
    expect((await device.ask('{ onlineCount }')).data).toEqual({ onlineCount: 1 });
  });
});
