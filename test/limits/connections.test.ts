/** How much one connection, one person and one address may have open, and what comes when it is too much. */
import { connect as dial } from 'node:net';
import { expect, it } from 'vitest';
import WebSocket from 'ws';
import { type Change, lineOf, WATCH } from '../api/onlooker.ts';
import { refusalOf } from '../api/operations.ts';
import { type Service, startService } from '../support/service.ts';

const ids = (count: number, prefix = 'user') => Array.from({ length: count }, (_, at) => `${prefix}-${at}`);

it('a socket and a person may watch only so many people, over all subscriptions, and may watch others instead', async () => {
  const service = await startService({
    PRESENCE_WATCH_LIMIT: '3',
    PRESENCE_WATCH_LIMIT_PER_SOCKET: '5',
    PRESENCE_WATCH_LIMIT_PER_PERSON: '7',
  });
  const [one, other] = [
    await service.connect({ token: 'dev:bo', session: false }),
    await service.connect({ token: 'dev:bo', session: false }),
  ];
  const first = one.subscribe<Change>(WATCH, { userIds: ids(3) });
  for (const id of ids(3)) expect(lineOf(await first.take())).toBe(`${id} is OFFLINE`);
  const refused = refusalOf(await one.ask(WATCH, { userIds: ids(3, 'more') }));
  expect(refused).toMatchObject({ code: 'WATCH_LIMIT_EXCEEDED', limit: 5, requested: 6, scope: 'connection' });
  expect(lineOf(await one.subscribe<Change>(WATCH, { userIds: ids(2, 'more') }).take())).toBe('more-0 is OFFLINE');
  expect(refusalOf(await other.ask(WATCH, { userIds: ids(3, 'more') }))).toMatchObject({
    code: 'WATCH_LIMIT_EXCEEDED',
    limit: 7,
    requested: 8,
    scope: 'person',
  });
  const events = await service.listen('dev:bo', WATCH, { userIds: ids(3, 'more') });
  expect(refusalOf(await events.take())).toMatchObject({ code: 'WATCH_LIMIT_EXCEEDED', scope: 'person' });
  await service.connect({ token: 'dev:user-0' });
  expect(lineOf(await first.take())).toBe('user-0 ONLINE');
  first.stop();
  await one.ask('{ onlineCount }');
  expect(lineOf(await other.subscribe<Change>(WATCH, { userIds: ids(3, 'more') }).take())).toBe('more-0 is OFFLINE');
});

it('a channel that grows beyond what its watcher may watch ends the watch', async () => {
  const service = await startService({ PRESENCE_WATCH_LIMIT: '2', PRESENCE_WATCH_LIMIT_PER_SOCKET: '3' });
  const say = (memberIds: readonly string[]) =>
    service.ask(
      'dev:backend:server',
      'mutation ($input: UpsertChannelInput!) { upsertChannel(input: $input) { channel { id } } }',
      { input: { type: 'team', key: 'a', memberIds } },
    );
  await say(['bo']);
  const device = await service.connect({ token: 'dev:bo', session: false });
  expect(lineOf(await device.subscribe<Change>(WATCH, { userIds: ids(2) }).take())).toBe('user-0 is OFFLINE');
  const query = `subscription { presenceChanged(channel: { type: "team", key: "a" }) { user { id } } }`;
  const stream = device.subscribe(query);
  expect((await stream.take()).data).toEqual({ presenceChanged: { user: { id: 'bo' } } });
  await say(['bo', 'ada']);
  expect(refusalOf(await stream.take())).toMatchObject({ code: 'WATCH_LIMIT_EXCEEDED', scope: 'connection' });
  expect(device.socket.readyState).toBe(device.socket.OPEN);
});

it('operations under way on a socket', async () => {
  const service = await startService({ PRESENCE_OPERATIONS_PER_SOCKET: '1' });
  const device = await service.connect({ token: 'dev:bo', session: false });
  const stream = device.subscribe<Change>(WATCH, { userIds: ['ada'] });
  expect(refusalOf(await device.ask('{ onlineCount }'))).toMatchObject({ code: 'OPERATION_LIMIT_EXCEEDED', limit: 1 });
  expect(lineOf(await stream.take())).toBe('ada is OFFLINE');
});

it('connections of one person: one too many is closed with 1013, and there is room again when another goes', async () => {
  const service = await startService({ PRESENCE_CONNECTIONS_PER_PERSON: '2' });
  const first = await service.connect({ token: 'dev:bo' });
  await service.connect({ token: 'dev:bo', session: false });
  await expect(service.connect({ token: 'dev:bo', session: false })).rejects.toMatchObject({
    code: 1013,
    reason: expect.stringContaining('CONNECTION_LIMIT_EXCEEDED'),
  });
  await service.connect({ token: 'dev:ada' });
  await first.close();
  await service.connect({ token: 'dev:bo' });
  for (let streams = 0; streams < 2; streams++)
    await (await service.listen('dev:bo', WATCH, { userIds: ['ada'] })).take();
  const third = await service.listen('dev:bo', WATCH, { userIds: ['ada'] });
  expect(refusalOf(await third.take())).toMatchObject({ code: 'CONNECTION_LIMIT_EXCEEDED', retryable: true });
});

/** The HTTP status that the upgrade is answered with. */
function knock(service: Service, forwarded?: string): Promise<number> {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(101));
    socket.once('error', reject);
    socket.once('unexpected-response', (_, { statusCode = 0 }) => {
      resolve(statusCode);
      socket.once('error', () => {});
      socket.terminate();
    });
  });
}

it('connections of one address: 429, over server-sent events too, and nobody can claim to come from elsewhere', async () => {
  const service = await startService({ PRESENCE_CONNECTIONS_PER_ADDRESS: '2' });
  expect(await knock(service)).toBe(101);
  const events = await service.listen('dev:bo', WATCH, { userIds: ['ada'] });
  await events.take();
  expect(await knock(service, '203.0.113.7')).toBe(429);
  const refused = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', authorization: 'Bearer dev:bo' },
    body: JSON.stringify({ query: WATCH, variables: { userIds: ['ada'] } }),
  });
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'CONNECTION_LIMIT_EXCEEDED' } }] });
  expect((await service.ask('dev:bo', '{ onlineCount }')).data).toEqual({ onlineCount: 0 });
  events.stop();
  await events.ended;
  await expect.poll(() => knock(service)).toBe(101);
});

it('behind proxies that are trusted, an address is what the nearest of them that is none of them says', async () => {
  const service = await startService({
    PRESENCE_CONNECTIONS_PER_ADDRESS: '1',
    PRESENCE_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8',
  });
  expect(await knock(service, '203.0.113.7')).toBe(101);
  expect(await knock(service, '198.51.100.1, 203.0.113.7, 10.1.2.3')).toBe(429);
  expect(await knock(service, '203.0.113.8:4711, 10.1.2.3')).toBe(101);
  expect(await knock(service, '2001:db8::7')).toBe(101);
  expect(await knock(service, 'unknown')).toBe(101);
});

it('a socket that does not say who it is', async () => {
  const service = await startService({ PRESENCE_INIT_TIME: '0.5' });
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await service.clock.pass(0.4);
  expect(socket.readyState).toBe(socket.OPEN);
  await service.clock.pass(0.2);
  expect(await closed).toBe(4408);
});

it('answers that nobody reads', async () => {
  const service = await startService({ PRESENCE_UNREAD_LIMIT: '65536' });
  const device = await service.connect({ token: 'dev:bo', session: false });
  device.socket.pause();
  const aliases = Array.from({ length: 500 }, (_, at) => `a${at}: onlineCount`).join(' ');
  for (let asked = 0; asked < 5_000 && service.connections() > 0; asked++) {
    device.socket.send(JSON.stringify({ id: `${asked}`, type: 'subscribe', payload: { query: `{ ${aliases} }` } }));
    if (asked % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await expect.poll(() => service.connections()).toBe(0);
  expect((await service.ask('dev:bo', '{ onlineCount }')).data).toEqual({ onlineCount: 0 });
});

const SYNC = 'mutation ($input: SyncCalendarInput!) { syncCalendar(input: $input) { ignored } }';
const calendar = (bytes: number) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n${`X-LONG:${'x'.repeat(60)}\r\n`.repeat(bytes / 69)}END:VCALENDAR\r\n`;

it('messages of more than 64 KiB: only calendars and what the backend says, and only over HTTP', async () => {
  const service = await startService();
  const long = { variables: { text: 'x'.repeat(70_000) } };
  const SET = 'mutation ($text: String) { setStatus(input: { text: $text }) { viewer { id } } }';
  expect(refusalOf(await service.ask('dev:bo', SET, long.variables))).toMatchObject({
    code: 'REQUEST_ENTITY_TOO_LARGE',
  });
  const both = `mutation ($text: String, $input: SyncCalendarInput!) { syncCalendar(input: $input) { ignored } setStatus(input: { text: $text }) { viewer { id } } }`;
  expect(refusalOf(await service.ask('dev:bo', both, { input: { ics: calendar(70_000) } }))).toMatchObject({
    code: 'REQUEST_ENTITY_TOO_LARGE',
  });
  expect((await service.ask('dev:bo', SYNC, { input: { ics: calendar(70_000) } })).data).toEqual({
    syncCalendar: { ignored: 0 },
  });
  expect(refusalOf(await service.ask('dev:bo', SYNC, { input: { ics: calendar(1_100_000) } }))).toMatchObject({
    code: 'REQUEST_ENTITY_TOO_LARGE',
  });
  const body = JSON.stringify({ query: 7, variables: { text: 'x'.repeat(70_000) } });
  const headers = { 'content-type': 'application/json', authorization: 'Bearer dev:bo' };
  const nonsense = await fetch(`${service.url}/graphql`, { method: 'POST', headers, body });
  expect(await nonsense.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  const device = await service.connect({ token: 'dev:bo' });
  device.subscribe(SYNC, { input: { ics: calendar(70_000) } });
  expect(await device.closed).toBe(1009);
});

it('the length of a body that comes in pieces is counted as well', async () => {
  const service = await startService({ PRESENCE_MESSAGE_LIMIT: '2000' });
  const { port, hostname } = new URL(service.url);
  const body = JSON.stringify({ query: `{ onlineCount } # ${'x'.repeat(3_000)}` });
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = dial(Number(port), hostname).setEncoding('utf8');
    socket.on('data', (more) => {
      text += more;
    });
    socket.once('error', reject).once('close', () => resolve(text));
    socket.write('POST /graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer dev:bo\r\n');
    socket.write('Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
    socket.write(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
  });
  expect(answer).toContain('REQUEST_ENTITY_TOO_LARGE');
});

it('batches: none, unless the operator says how many operations', async () => {
  const batch = async (env: Record<string, string>, operations: number) => {
    const service = await startService(env);
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer dev:bo' },
      body: JSON.stringify(Array.from({ length: operations }, () => ({ query: '{ onlineCount }' }))),
    });
    return { status: response.status, said: await response.json() };
  };
  expect(await batch({}, 1)).toMatchObject({
    status: 400,
    said: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
  });
  expect(await batch({ PRESENCE_BATCH_LIMIT: '2' }, 2)).toMatchObject({
    status: 200,
    said: [{ data: {} }, { data: {} }],
  });
  expect(await batch({ PRESENCE_BATCH_LIMIT: '2' }, 3)).toMatchObject({ status: 413 });
});
