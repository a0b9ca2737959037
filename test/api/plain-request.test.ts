/** Ordinary requests are answered without Yoga, everything else by it: nobody can tell which. */
import { expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';

/** What clients say they take: the last of each row is none that ordinary requests send, so it goes the long way. */
const JSON_ALONE = ['*/*', 'application/json', 'application/json, text/plain, */*', 'application/json;q=0.9'];
const RESPONSE_JSON = [
  'application/graphql-response+json',
  'application/graphql-response+json,application/json;q=0.9',
  'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
  'application/graphql-response+json;q=0.9',
];

interface Asked {
  readonly token?: string;
  readonly body: unknown;
}

async function answer(service: Service, { token, body }: Asked, accept: string) {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: {
      accept,
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const said: unknown = JSON.parse(await response.text());
  return { status: response.status, type: response.headers.get('content-type'), said };
}

const operations: readonly (readonly [string, Asked])[] = [
  ['a query', { token: 'dev:ada', body: { query: '{ user(id: "bo") { id presence { availability } } }' } }],
  [
    'a query with variables and a name',
    {
      token: 'dev:ada',
      body: {
        query: 'query A($id: ID!) { user(id: $id) { id } } query B { onlineCount }',
        variables: { id: 'bo' },
        operationName: 'A',
      },
    },
  ],
  [
    'a mutation',
    { token: 'dev:ada', body: { query: 'mutation { setInvisible(input: { invisible: false }) { viewer { id } } }' } },
  ],
  ['a refusal', { token: 'dev:ada', body: { query: '{ user(id: "") { id } }' } }],
  [
    'a role that may not',
    {
      token: 'dev:ada',
      body: { query: 'mutation { setServiceEnabled(input: { enabled: true }) { service { id } } }' },
    },
  ],
  [
    'a value that does not fit',
    { token: 'dev:ada', body: { query: 'query ($id: ID!) { user(id: $id) { id } }', variables: { id: {} } } },
  ],
  ['no token', { body: { query: '{ onlineCount }' } }],
  ['a bad token', { token: 'nonsense', body: { query: '{ onlineCount }' } }],
  ['no GraphQL', { token: 'dev:ada', body: { query: '{ onlineCount' } }],
  ['an unknown field', { token: 'dev:ada', body: { query: '{ nothing }' } }],
  ['no operation of that name', { token: 'dev:ada', body: { query: 'query A { onlineCount }', operationName: 'B' } }],
  ['no JSON', { token: 'dev:ada', body: '{ "query": ' }],
  ['no query', { token: 'dev:ada', body: { variables: {} } }],
  ['a query that is no text', { token: 'dev:ada', body: { query: 7 } }],
  ['variables that are a list', { token: 'dev:ada', body: { query: '{ onlineCount }', variables: [] } }],
  ['nothing', { token: 'dev:ada', body: 'null' }],
  ['a batch', { token: 'dev:ada', body: [{ query: '{ onlineCount }' }] }],
];

it.each(operations)('%s gets the same answer either way, status included', async (_, asked) => {
  const service = await startService();
  for (const kinds of [JSON_ALONE, RESPONSE_JSON]) {
    const answers: Awaited<ReturnType<typeof answer>>[] = [];
    for (const accept of kinds) answers.push(await answer(service, asked, accept));
    expect(new Set(answers.map((each) => JSON.stringify(each)))).toHaveProperty('size', 1);
    expect(answers[0]?.said).toBeDefined();
  }
});

it('carries a mutation out once, also when a part of it is refused', async () => {
  const service = await startService();
  const query = `mutation { openSession(input: {}) { session { id } } closeSession(input: { sessionId: "session:none" }) { session { id } } }`;
  const { said } = await answer(service, { token: 'dev:ada', body: { query } }, 'application/json');
  expect(said).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  const { data } = await service.ask<{ viewer: { sessions: unknown[] } }>('dev:ada', '{ viewer { sessions { id } } }');
  expect(data?.viewer.sessions).toHaveLength(1);
});
