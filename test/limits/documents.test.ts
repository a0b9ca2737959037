/** A document that asks for too much is refused before anything of it is done, whichever wire it came by. */
import { expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';

const members = (inner: string, first = '') => `edges { node { members${first} { ${inner} } } }`;
const REFUSED = { errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX', retryable: false } }] };

/** What HTTP, a WebSocket and server-sent events say. */
async function everywhere(service: Service, query: string, variables: object = {}): Promise<readonly unknown[]> {
  const device = await service.connect({ token: 'dev:bo', session: false });
  const overHttp = await service.ask('dev:bo', query, variables);
  const overSocket = await device.ask(query, variables);
  const stream = await service.listen('dev:bo', query, variables);
  const overEvents = await stream.take();
  stream.stop();
  return [overHttp, overSocket, overEvents];
}

it('lists in lists multiply, by what stands in the document and by what stands in variables', async () => {
  const service = await startService();
  const literal = `{ channels(first: 100) { ${members('presence { availability }', '(first: 100)')} } }`;
  for (const answer of await everywhere(service, literal)) expect(answer).toMatchObject(REFUSED);

  const pages = `query ($n: Int = 100, $m: Int!) { channels(first: $n) { ${members('presence { availability }', '(first: $m)')} } }`;
  for (const answer of await everywhere(service, pages, { m: 100 })) expect(answer).toMatchObject(REFUSED);
  for (const answer of await everywhere(service, pages, { n: 10, m: 100 })) expect(answer).not.toHaveProperty('errors');

  const named = Array.from({ length: 30 }, (_, at) => `u${at}: users(ids: $ids) { id name presence { availability } }`);
  const many = `query ($ids: [ID!]!) { ${named.join(' ')} }`;
  const ids = Array.from({ length: 250 }, (_, at) => `user-${at % 100}`);
  expect(await service.ask('dev:bo', many, { ids })).toMatchObject(REFUSED);
  expect((await service.ask('dev:bo', many, { ids: ids.slice(0, 20) })).errors).toBeUndefined();
});

it('a subscription is refused before it subscribes, in a fragment or under another name', async () => {
  const service = await startService({ PRESENCE_DOCUMENT_COST: '12' });
  const wide = 'a: presence { availability } b: presence { availability } c: presence { availability online stale }';
  const query = `subscription { presenceChanged(userIds: ["ada"]) { user { ...U } user { ... on User { ${wide} } } } } fragment U on User { ${wide} }`;
  for (const answer of await everywhere(service, query)) expect(answer).toMatchObject(REFUSED);
});

it('what clients ask by default is not too much: pages as long as they are when nothing is said', async () => {
  const service = await startService();
  const query = `{ channels { ${members('id name presence { availability status { text emoji } }')} } }`;
  for (const answer of await everywhere(service, query)) expect(answer).not.toHaveProperty('errors');
});

it.each([
  [
    'PRESENCE_DOCUMENT_ALIASES',
    '{ a: onlineCount b: onlineCount c: onlineCount }',
    '{ a: onlineCount b: onlineCount }',
  ],
  [
    'PRESENCE_DOCUMENT_BREADTH',
    '{ onlineCount ...Q } fragment Q on Query { a: onlineCount ... { b: onlineCount } }',
    '{ onlineCount a: onlineCount }',
  ],
  ['PRESENCE_DOCUMENT_DEPTH', '{ viewer { user { id } } }', '{ viewer { id } }'],
  ['PRESENCE_DOCUMENT_FIELDS', '{ viewer { id invisible } }', '{ viewer { id } }'],
  ['PRESENCE_DOCUMENT_COST', '{ viewer { id invisible } }', '{ viewer { id } }'],
])('%s is the operator’s to choose', async (variable, tooMuch, enough) => {
  const service = await startService({ [variable]: '2' });
  for (const answer of await everywhere(service, tooMuch)) expect(answer).toMatchObject(REFUSED);
  for (const answer of await everywhere(service, enough)) expect(answer).not.toHaveProperty('errors');
});

it('words and signs are counted before anything else', async () => {
  const service = await startService({ PRESENCE_DOCUMENT_TOKENS: '100' });
  const query = `{ ${'onlineCount '.repeat(200)} }`;
  for (const answer of await everywhere(service, query)) expect(answer).toMatchObject(REFUSED);
});
