/** A short text can stand for millions of fields: it is refused before it costs anything, and nobody else notices. */
import { expect, it } from 'vitest';
import { startService } from '../support/service.ts';
import { watch } from './onlooker.ts';

const levels = (many: number) =>
  Array.from({ length: many }, (_, at) => {
    const next = at + 1 === many ? 'id' : `...F${at + 1}`;
    return `fragment F${at} on User { a: presence { user { ${next} } } b: presence { user { ${next} } } }`;
  }).join(' ');
const deep = (many: number) => `user(id: "ada") { ${'presence { user { '.repeat(many)} id ${'} } '.repeat(many)} }`;
const wide = (many: number) => `user(id: "ada") { ${Array.from({ length: many }, (_, at) => `a${at}:id`).join(' ')} }`;

it.each([
  ['fragments that double at each level', `{ user(id: "ada") { ...F0 } } ${levels(14)}`],
  ['a thousand levels of doubling', `{ user(id: "ada") { ...F0 } } ${levels(400)}`],
  ['fields in fields in fields', `{ ${deep(30)} }`],
  ['the same field many times over', `{ ${wide(5_001)} }`],
  [
    'a subscription that would be made for every event',
    `subscription { presenceChanged(userIds: ["ada"]) { user { ...F0 } } } ${levels(14)}`,
  ],
])('%s is QUERY_TOO_COMPLEX over HTTP, WebSocket and server-sent events', async (_, query) => {
  const service = await startService();
  const device = await service.connect({ token: 'dev:bo', session: false });
  const { next } = await watch(service, ['ada']);
  const refused = { errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX', retryable: false } }] };
  expect(await service.ask('dev:bo', query)).toMatchObject(refused);
  expect(await device.ask(query)).toMatchObject(refused);
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', authorization: 'Bearer dev:bo' },
    body: JSON.stringify({ query }),
  });
  expect(await response.text()).toContain('QUERY_TOO_COMPLEX');
  await service.connect({ token: 'dev:ada' });
  expect(await next()).toBe('ada ONLINE');
});

it.each([
  ['fields', `{ ${wide(1_000)} }`],
  ['levels', `{ ${deep(9)} }`],
  [
    'fragments that are spread often',
    `{ ${Array.from({ length: 500 }, (_, at) => `u${at}: user(id: "ada") { ...U }`).join(' ')} } fragment U on User { id name }`,
  ],
])('many %s are not too many', async (_, query) => {
  const service = await startService();
  expect((await service.ask('dev:bo', query)).errors).toBeUndefined();
});

it('a fragment that spreads itself is refused as GraphQL says', async () => {
  const service = await startService();
  const query = '{ user(id: "ada") { ...A } } fragment A on User { presence { user { ...A } } }';
  expect(await service.ask('dev:bo', query)).toMatchObject({
    errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  });
});
