/** Whatever comes in, the server goes on for everybody else, and says nothing of its insides. */
import { beforeAll, expect, test } from 'vitest';
import { type ServerProcess, startProcess } from '../support/server-process.ts';
import { connect } from './people.ts';
import { connectRaw, frame, INIT, upgrade } from './raw.ts';

let server: ServerProcess;
beforeAll(async () => {
  server = await startProcess();
});

/** It runs, and has no errors to report: whatever happened is the caller's own affair. */
async function expectUnharmed(): Promise<void> {
  const { data } = await server.ask('dev:ada', '{ onlineCount }');
  expect(data).toEqual({ onlineCount: expect.any(Number) });
  const output = server.output();
  for (const line of output.split('\n').filter((each) => each.startsWith('{"level"')))
    expect(JSON.parse(line), line).toMatchObject({ level: 30 });
  expect(output).not.toContain('Internal error emitted'); // graphql-ws, on the console
}

test.each([
  ['another path', upgrade('/elsewhere')],
  ['a page of elsewhere', upgrade('/graphql', { Origin: 'https://evil.example' })],
  ['the API', upgrade()],
  ['the API, being admitted', Buffer.concat([Buffer.from(upgrade()), INIT])],
])('who asks for a WebSocket to %s and hangs up at once', async (_, request) => {
  for (let times = 0; times < 30; times++) {
    const { socket } = await connectRaw(server.url);
    await new Promise<void>((resolve) => socket.write(request, () => resolve()));
    if (times % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
    socket.resetAndDestroy();
  }
  await expectUnharmed();
});

test.each([
  ['//', '404'],
  ['http://[', '404'],
  ['*', '404'],
  ['/graphql/', '404'],
])('who asks for a WebSocket at %s', async (target, status) => {
  const { socket, hears } = await connectRaw(server.url);
  socket.write(upgrade(target));
  await hears(`HTTP/1.1 ${status}`);
  await expectUnharmed();
});

const json = (body: string, headers = '') =>
  `POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`;

test.each([
  ['no JSON', json('{{{'), '400'],
  ['no object', json('null'), '400'],
  ['a query that is a number', json('{"query":1}'), '400'],
  ['variables that are a number', json('{"query":"{a}","variables":1}'), '400'],
  ['a form without a boundary', json('').replace('application/json', 'multipart/form-data'), '400'],
  ['a picture', json('').replace('application/json', 'image/png'), '415'],
  ['a host that is none', 'GET /graphql?query={a} HTTP/1.1\r\nHost: [[[\r\nAccept: */*\r\n\r\n', '400'],
  ['a query cut off in a letter', 'GET /graphql?query=%E2%82 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n', '200'],
  ['no request', '\x16\x03\x01\x02\r\n\r\n', '400'],
])('who sends %s', async (_, request, status) => {
  const { socket, hears, all } = await connectRaw(server.url);
  socket.write(request);
  await hears(`HTTP/1.1 ${status}`);
  socket.end();
  await hears('\r\n\r\n');
  expect(all()).not.toMatch(/ {4}at |node_modules|\.ts:/);
  await expectUnharmed();
});

test.each([
  [
    'a text that is not allowed',
    'dev:ada',
    'mutation { setStatus(input: { text: " " }) { viewer { id } } }',
    'BAD_USER_INPUT',
  ],
  [
    'what is not theirs to do',
    'dev:ada',
    'mutation { upsertUsers(input: { users: [] }) { users { id } } }',
    'FORBIDDEN',
  ],
  ['no token', null, '{ onlineCount }', 'UNAUTHENTICATED'],
  ['a token that is none', 'nobody', '{ onlineCount }', 'UNAUTHENTICATED'],
  ['a field that is none', 'dev:ada', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ['more than 1 MiB', 'dev:ada', `{ onlineCount } #${'x'.repeat(1_048_576)}`, 'REQUEST_ENTITY_TOO_LARGE'],
])('who comes with %s is told, and not written down as an error', async (_, token, query, expected) => {
  const { errors } = await server.ask(token, query);
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual([expected]);
  await expectUnharmed();
});

/** The close code as it stands in a close frame. */
const code = (number: number) => Buffer.from([number >> 8, number & 0xff]).toString('latin1');

test.each([
  ['more than 64 kB in one message', frame('x'.repeat(65_537)), 1009],
  ['a frame without a mask', frame('{}', { masked: false }), 1002],
  ['bits that nobody has agreed on', frame('{}', { first: 0xf1 }), 1002],
  ['a text that is no UTF-8', frame(Buffer.from([0xc3, 0x28])), 1007],
  ['a close code that nobody may send', frame(Buffer.from([3, 0xed]), { first: 0x88 }), 1002],
  ['no JSON', frame('hello'), 4400],
  ['null', frame('null'), 4400],
  ['what only servers say', frame('{"type":"next","id":"1","payload":{}}'), 4400],
  ['a message of an unknown type', frame('{"type":"toString"}'), 4400],
  ['a subscription without its operation', frame('{"type":"subscribe","id":"1","payload":null}'), 4400],
  ['two connection_inits', INIT, 4429],
])('who sends %s over a WebSocket loses that WebSocket alone', async (_, bytes, closeCode) => {
  const bystander = await connect(server, 'ada');
  const { socket, hears } = await connectRaw(server.url);
  socket.write(upgrade());
  await hears('101 Switching Protocols');
  socket.write(INIT);
  await hears('connection_ack');
  socket.write(bytes);
  await hears(code(closeCode));
  expect(bystander.socket.readyState).toBe(bystander.socket.OPEN);
  await expectUnharmed();
});

test.each(['__proto__', 'constructor', 'hasOwnProperty'])('an operation may as well be called %s', async (id) => {
  const { socket, hears } = await connectRaw(server.url);
  socket.write(upgrade());
  await hears('101 Switching Protocols');
  socket.write(INIT);
  await hears('connection_ack');
  socket.write(frame(JSON.stringify({ type: 'subscribe', id, payload: { query: '{ onlineCount }' } })));
  await hears(`{"id":"${id}","type":"complete"}`);
  await expectUnharmed();
});

test('who asks for their channels hundreds of times in one operation does not take the memory of all', async () => {
  const small = await startProcess({ NODE_OPTIONS: '--max-old-space-size=300' });
  const memberIds = Array.from({ length: 10_000 }, (_, at) => `user-${at}`);
  const upsert = 'mutation ($input: UpsertChannelInput!) { upsertChannel(input: $input) { channel { id } } }';
  for (let key = 0; key < 50; key++) {
    const { errors } = await small.ask('dev:backend:server', upsert, {
      input: { type: 'team', key: `${key}`, memberIds },
    });
    expect(errors).toBeUndefined();
  }
  const aliases = Array.from({ length: 300 }, (_, at) => `c${at}: channels(first: 1) { edges { node { key } } }`);
  const { data } = await small.ask('dev:user-7', `{ ${aliases.join(' ')} }`);
  expect(Object.keys(data ?? {})).toHaveLength(300);
  expect(data?.c299).toEqual({ edges: [{ node: { key: '0' } }] });
}, 60_000);
