/** Bytes instead of messages: the server closes with a code that is documented or waits, and goes on for everybody else. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLOSE_CODES } from '../../src/graphql/errors.ts';
import { connect as connectDevice } from '../process/people.ts';
import { frame, INIT, upgrade } from '../process/raw.ts';
import { type Holdings, type Inspected, startInspected } from './inspected-server.ts';

/** `PRESENCE_TEST_SECONDS=600 npx vitest run test/fuzz` looks longer. */
const SECONDS = Number(process.env.PRESENCE_TEST_SECONDS ?? 0) || 2;

/** RFC 6455's, which ws sends by itself, and graphql-transport-ws's. */
const PROTOCOLS_OWN = [1000, 1001, 1002, 1003, 1005, 1006, 1007, 1009, 4400, 4401, 4406, 4408, 4409, 4429];
const DOCUMENTED = new Set([...PROTOCOLS_OWN, ...Object.keys(CLOSE_CODES).map(Number)]);
DOCUMENTED.delete(4500);

const json = (message: unknown) => frame(JSON.stringify(message));
const anyType = fc.constantFrom(
  'connection_init',
  'subscribe',
  'next',
  'error',
  'complete',
  'ping',
  'pong',
  '__proto__',
  '',
);
const anyMessage = fc.oneof(
  fc.record({
    type: anyType,
    id: fc.constantFrom('1', '', '__proto__', 'x'.repeat(70_000)),
    payload: fc.json().map((text): unknown => JSON.parse(text)),
  }),
  fc.record({
    type: fc.constant('subscribe'),
    id: fc.constantFrom('1', '2'),
    payload: fc.record({
      query: fc.constantFrom('{ onlineCount }', '{', 'subscription { serviceChanged { id } }', ''),
      variables: fc.constantFrom(null, {}, 7),
      extensions: fc.constantFrom({}, 'x', { headers: { authorization: 7 } }),
    }),
  }),
);
const BOMB = deflateRawSync(Buffer.alloc(8_000_000));
/** A frame that announces more than any memory holds. */
const HUGE = Buffer.concat([Buffer.from([0x81, 0xff, 0x7f]), Buffer.alloc(11, 0xff)]);
const piece: fc.Arbitrary<Buffer> = fc.oneof(
  anyMessage.map(json),
  fc
    .tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(255), fc.boolean())
    .map(([bytes, first, masked]) =>
      frame(Buffer.from(bytes), { first: (first & 15) === 8 ? first - 1 : first, masked }),
    ),
  fc
    .tuple(fc.string({ unit: 'binary', maxLength: 100 }), fc.constantFrom(0x01, 0x00, 0x80, 0x02, 0x82))
    .map(([text, first]) => frame(text, { first })),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(
    INIT,
    HUGE,
    frame(BOMB, { first: 0xc1 }),
    frame(BOMB, { first: 0x82 }),
    frame('x'.repeat(65_537)),
    frame(Buffer.from([3, 232]), { first: 0x88 }),
    frame('', { first: 0x89 }),
    json({ type: 'ping' }),
    json({ type: 'complete', id: '1' }),
  ),
);
const attack = fc.record({
  pieces: fc.array(piece, { minLength: 1, maxLength: 8 }),
  admitted: fc.boolean(),
  /** Bytes in one packet; all that there are. */
  chunk: fc.constantFrom(1, 7, 1_000_000),
  headers: fc.constantFrom(
    {},
    { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
    { 'Sec-WebSocket-Protocol': 'soap' },
  ),
});

test('any bytes over a WebSocket', { timeout: 3_600_000 }, async () => {
  const server = await startInspected();
  const bystander = await connectDevice(server, 'bystander');
  const { objects } = await server.inspect();
  const alone = (holdings: Holdings) => JSON.stringify(holdings.objects) === JSON.stringify(objects);
  const dripping = await drip(server);
  const halfOpen = await open(server, {});
  const property = fc.asyncProperty(attack, (attacking) => survives(server, attacking));
  const run = async () => {
    const told = await fc.check(property, {
      numRuns: 1_000_000,
      interruptAfterTimeLimit: (SECONDS / 2) * 1_000,
      endOnFailure: true,
    });
    if (told.failed && told.counterexample !== null)
      expect.fail(`${fc.defaultReportMessage(told)} ${told.errorInstance}`);
    return told.numRuns;
  };
  const first = await run();
  const before = await server.inspectOnce(alone);
  const second = await run();
  const after = await server.inspectOnce(alone);
  if (SECONDS > 2) console.info(`${first + second} attacks`);
  expect(after.heap - before.heap).toBeLessThan(8e6); // bytes
  // Whatever handled a socket last may still refer to it; more than a few would be a leak.
  for (const [kind, count] of Object.entries(after.objects)) {
    expect(count - (objects[kind] ?? 0), kind).toBeLessThan(10);
  }
  // Whoever says nothing, or a byte now and then, is let go of after three seconds.
  for (const silent of [dripping, halfOpen]) expect(await silent.code).toBe(4408);
  expect(bystander.socket.readyState).toBe(bystander.socket.OPEN);
  expect((await bystander.ask('{ onlineCount }')).data).toEqual({ onlineCount: expect.any(Number) });
  expect(server.output()).not.toMatch(/"level":(50|60)|Internal error/);
});

async function survives(server: Inspected, { pieces, admitted, chunk, headers }: Attack): Promise<void> {
  const { socket, code } = await open(server, headers);
  if (admitted) socket.write(INIT);
  const bytes = Buffer.concat(pieces);
  for (let from = 0; from < Math.min(bytes.length, 200 * chunk); from += chunk) {
    socket.write(bytes.subarray(from, from + chunk));
    if (chunk < 10 && from % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const closed = await Promise.race([code, setTimeout(15, null)]);
  socket.destroy();
  // A code from 3000 up that is in a close frame of the client's own is sent back.
  if (closed !== null && (closed < 3000 || closed >= 4400)) expect(DOCUMENTED, `${closed}`).toContain(closed);
}

interface Attack {
  readonly pieces: readonly Buffer[];
  readonly admitted: boolean;
  readonly chunk: number;
  readonly headers: Readonly<Record<string, string>>;
}

interface Line {
  readonly socket: Socket;
  /** With which the server closed; 1006 when it just hung up. */
  readonly code: Promise<number>;
}

async function open({ url }: Inspected, headers: Readonly<Record<string, string>>): Promise<Line> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', noDelay: true });
  let heard = Buffer.alloc(0);
  socket.on('error', () => {});
  const frames = () => heard.subarray(heard.indexOf('\r\n\r\n') + 4);
  socket.on('data', (bytes) => {
    heard = Buffer.concat([heard, bytes]);
    if (heard.includes('\r\n\r\n') && closeCodeIn(frames()) !== 1006) socket.destroy(); // the server would wait for an answer
  });
  const code = once(socket, 'close')
    .catch(() => undefined)
    .then(() => closeCodeIn(frames()));
  await once(socket, 'connect');
  socket.write(upgrade('/graphql', headers));
  return { socket, code };
}

const CLOSE = 0x88; // a whole close frame

/** Its frames have no masks. */
function closeCodeIn(bytes: Buffer): number {
  for (let at = 0; at + 10 <= bytes.length || bytes[at] === CLOSE; ) {
    const [first = 0, short = 0] = bytes.subarray(at);
    if (first === CLOSE) return at + 4 > bytes.length ? 1005 : bytes.readUInt16BE(at + 2);
    const [length, header] =
      short < 126
        ? [short, 2]
        : short === 126
          ? [bytes.readUInt16BE(at + 2), 4]
          : [Number(bytes.readBigUInt64BE(at + 2)), 10];
    at += header + length;
  }
  return 1006;
}

/** A connection_init that comes a byte at a time. */
async function drip(server: Inspected): Promise<Line> {
  const line = await open(server, {});
  const slowly = async () => {
    for (const byte of INIT) {
      if (line.socket.destroyed) return;
      line.socket.write(Buffer.from([byte]));
      await setTimeout(500);
    }
  };
  slowly().catch(() => undefined); // closed meanwhile
  return line;
}
