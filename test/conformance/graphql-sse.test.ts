/** The distinct connections mode of GraphQL over server-sent events, byte by byte as its protocol document has it. */
import { beforeEach, expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeEach(async () => {
  service = await startService();
});

const ASK = { authorization: 'Bearer dev:ada', accept: 'text/event-stream', 'content-type': 'application/json' };
const NOBODY = 'subscription { presenceChanged(userIds: []) { initial } }';

const post = (query: string) =>
  fetch(`${service.url}/graphql`, { method: 'POST', headers: ASK, body: JSON.stringify({ query }) });

/** Comments keep the connection alive, and say nothing. */
const eventsOf = (body: string) => body.split('\n\n').filter((event) => event !== '' && !event.startsWith(':'));

it.each([
  ['a query', '{ onlineCount }', { data: { onlineCount: 0 } }],
  ['a query that fails', '{ user(id: "") { id } }', { errors: [{ path: ['user'] }] }],
  ['a syntax error', '{', { errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }] }],
  ['an unknown field', '{ nothing }', { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }],
  ['no operation', '', { errors: [{ message: expect.any(String) }] }],
  ['a refused subscription', NOBODY, { errors: [{ path: ['presenceChanged'] }] }],
])(
  '%s is answered with one next event and a complete event with data, on a stream of 200',
  async (_, query, result) => {
    const response = await post(query);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream(;|$)/);
    expect(response.headers.get('cache-control')).toContain('no-cache');
    const [next = '', complete, ...more] = eventsOf(await response.text());
    expect(next.split('\n')[0]).toBe('event: next');
    expect(JSON.parse(next.split('\ndata: ')[1] ?? '')).toMatchObject(result);
    expect(complete).toMatch(/^event: complete\ndata: ?$/);
    expect(more).toEqual([]);
  },
);

it('is read by GET as well, as EventSource does', async () => {
  const { authorization, accept } = ASK;
  const url = `${service.url}/graphql?query=${encodeURIComponent('{ onlineCount }')}`;
  const response = await fetch(url, { headers: { authorization, accept } });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(eventsOf(await response.text())).toHaveLength(2);
});

it('a mutation by GET is refused and changes nothing, though the answer is a stream', async () => {
  const { authorization, accept } = ASK;
  const query = 'mutation { setStatus(input: { text: "hi" }) { viewer { id } } }';
  const response = await fetch(`${service.url}/graphql?query=${encodeURIComponent(query)}`, {
    headers: { authorization, accept },
  });
  await response.text();
  expect(response.status).toBe(405);
  expect(await service.ask('dev:ada', '{ viewer { status { text } } }')).toEqual({
    data: { viewer: { status: null } },
  });
});
