/** Whatever is asked, over whichever wire: an answer in the words of the API, nothing masked, and the server goes on. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ERRORS } from '../../src/graphql/errors.ts';
import { connect } from '../process/people.ts';
import { anyOperation, type Operation } from './documents.ts';
import { type Inspected, startInspected } from './inspected-server.ts';

/** `PRESENCE_TEST_SECONDS=600 npx vitest run test/fuzz` looks longer. */
const LONG = Number(process.env.PRESENCE_TEST_SECONDS ?? 0);
const SECONDS = LONG || 3;

const TOKENS = [
  'dev:ada',
  'dev:root:admin',
  'dev:backend:server',
  'dev:visitor:guest',
  'dev:far:admin:elsewhere',
  'dev:',
  null,
];
const HTTP_STATUS = [200, 400, 401, 403, 405, 406, 413, 415, 422, 503];
const CODES: ReadonlySet<unknown> = new Set(Object.keys(ERRORS).filter((code) => code !== 'INTERNAL_SERVER_ERROR'));
const WIRES = ['plain', 'plain', 'yoga', 'get', 'events'] as const;

interface Ask {
  readonly operation: Operation;
  readonly token: string | null;
  readonly wire: (typeof WIRES)[number];
}

test('any operation made from the schema is answered by what the schema and the table of errors say', {
  timeout: 3_600_000,
}, async () => {
  const server = await startInspected();
  const device = await connect(server, 'bo');
  const ask = fc.record({
    operation: anyOperation,
    token: fc.constantFrom(...TOKENS),
    wire: fc.constantFrom(...WIRES),
  });
  const property = fc.asyncProperty(ask, async (asked) => {
    expectAnswer(await answerOf(server, asked), asked.operation);
  });
  const { objects } = await server.inspect();
  const quiet = () => server.inspectOnce((holdings) => holdings.objects.Mailbox === objects.Mailbox);
  const before = await during(property, SECONDS / 2, quiet);
  const after = await during(property, SECONDS / 2, quiet);
  expect(after.heap - before.heap).toBeLessThan(20e6); // bytes; what was made meanwhile is kept: people, channels, calendars
  expect(after.objects).toEqual(objects);
  expect(device.socket.readyState).toBe(device.socket.OPEN);
  expect(server.output()).not.toMatch(/"level":(50|60)/);
});

async function during<Result>(
  property: fc.IAsyncProperty<[Ask]>,
  seconds: number,
  then: () => Promise<Result>,
): Promise<Result> {
  const told = await fc.check(property, {
    numRuns: 1_000_000,
    interruptAfterTimeLimit: seconds * 1_000,
    endOnFailure: true,
  });
  if (told.failed && told.counterexample !== null)
    expect.fail(`${fc.defaultReportMessage(told)} ${told.errorInstance}`);
  if (LONG > 0) console.info(`${told.numRuns} operations, seed ${told.seed}`);
  return then();
}

async function answerOf(server: Inspected, { operation, token, wire }: Ask): Promise<string> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token !== null) headers.authorization = `Bearer ${token}`;
  if (wire === 'yoga') headers.accept = 'application/graphql-response+json; q=1';
  if (wire === 'events') headers.accept = 'text/event-stream';
  const url = new URL(`${server.url}/graphql`);
  const giveUp = AbortSignal.timeout(wire === 'events' || operation.query.startsWith('subscription') ? 50 : 20_000);
  if (wire === 'get') {
    url.searchParams.set('query', operation.query);
    url.searchParams.set('variables', JSON.stringify(operation.variables));
  }
  const body = wire === 'get' ? null : JSON.stringify(operation);
  try {
    const response = await fetch(url, { method: wire === 'get' ? 'GET' : 'POST', headers, body, signal: giveUp });
    expect(wire === 'get' && response.status === 431 ? 400 : response.status).toBeOneOf(HTTP_STATUS);
    return response.status === 431 ? '' : await response.text();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError' && giveUp.aborted) return '';
    throw error;
  }
}

function expectAnswer(text: string, { query }: Operation): void {
  expect(text).not.toMatch(/ {4}at |node_modules|\.ts:\d/);
  const answers = text.startsWith('event:') || text.startsWith(':') ? eventsIn(text) : text === '' ? [] : [text];
  for (const answer of answers) {
    const { data, errors = [] } = JSON.parse(answer);
    if (data === undefined) expect(errors, query).not.toHaveLength(0);
    for (const { message, extensions } of errors) {
      expect(message).toEqual(expect.any(String));
      expect(CODES.has(extensions?.code), `${JSON.stringify(extensions)} ${message} for ${query}`).toBe(true);
    }
  }
}

const eventsIn = (text: string): readonly string[] =>
  text.split('\n\n').flatMap((event) => /^event: next\ndata: ?(.*)$/s.exec(event)?.[1] ?? []);
