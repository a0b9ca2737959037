/** What a fuzzer found: each was answered as an error of the server's own, and is the caller's. */
import { expect, it } from 'vitest';
import { startService } from '../support/service.ts';
import { refusalOf } from './operations.ts';

it.each(['variables={', 'extensions=nothing'])(
  '%s in a URL is no JSON, and that is the caller’s mistake',
  async (broken) => {
    const { url } = await startService();
    const asked = `${url}/graphql?query=${encodeURIComponent('{ onlineCount }')}&${broken}`;
    const response = await fetch(asked, { headers: { authorization: 'Bearer dev:ada' } });
    const { errors } = JSON.parse(await response.text());
    expect(response.status).toBe(400);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST', retryable: false } }]);
  },
);

it('a body that is no JSON is refused without the words of the parser', async () => {
  const { url } = await startService();
  const headers = { authorization: 'Bearer dev:ada', 'content-type': 'application/json' };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: '{{' });
  expect(JSON.parse(await response.text())).toEqual({
    errors: [{ message: 'POST body sent invalid JSON.', extensions: { code: 'BAD_REQUEST', retryable: false } }],
  });
});

it.each([
  'subscription { serviceChanged @skip(if: true) { id } }',
  'subscription { ... @include(if: false) { serviceChanged { id } } }',
  'subscription { ...A } fragment A on Subscription { ...B @skip(if: true) } fragment B on Subscription { serviceChanged { id } }',
])('a subscription to nothing is refused as a document: %s', async (query) => {
  const service = await startService();
  const device = await service.connect({ token: 'dev:ada', session: false });
  const refused = { code: 'GRAPHQL_VALIDATION_FAILED', retryable: false };
  expect(refusalOf(await device.ask(query))).toMatchObject(refused);
  const stream = await service.listen('dev:ada', query);
  expect(refusalOf(await stream.take())).toMatchObject(refused);
  expect(await device.ask('{ __typename @skip(if: true) onlineCount @include(if: true) }')).toMatchObject({
    data: { onlineCount: 0 },
  });
});
