/**
 * A WebSocket of the load generator, by hand on a TCP socket: all sockets read into one buffer and frames are never
 * copied, so that reading 10,000 deliveries takes less time than any server takes to write them.
 */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

/** The text of one message is `bytes` from `from` to `to`, and only until this returns. */
type Hear = (bytes: Buffer, from: number, to: number) => void;

export interface Wire {
  send(text: string): void;
}

export interface WireOptions {
  readonly port: number;
  readonly path: string;
  readonly subprotocol: string | null;
  readonly hear: Hear;
  /** It ended, and we did not ask for it. */
  readonly ended: (why: string) => void;
}

const SHARED = Buffer.allocUnsafe(256 * 1_024);
const [TEXT, CLOSE, PING, PONG] = [1, 8, 9, 10] as const;

/** Resolves when the server has agreed to speak WebSocket. */
export function openWire({ port, path, subprotocol, hear, ended }: WireOptions): Promise<Wire> {
  return new Promise((resolve, reject) => {
    let upgraded = false;
    let over = false;
    let rest: Buffer | null = null;
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: SHARED,
        callback(length, shared) {
          const chunk = Buffer.from(shared.buffer, shared.byteOffset, length);
          const all = rest === null ? chunk : Buffer.concat([rest, chunk]);
          const begun = upgraded ? 0 : upgrade(all);
          const read = begun === null ? 0 : readFrames(all, begun);
          rest = read === all.length ? null : Buffer.from(all.subarray(read));
          return true;
        },
      },
    });
    socket.write(request(port, path, subprotocol));
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('the connection is gone'));

    function fail(why: string): void {
      if (!upgraded) reject(new Error(why));
      else if (!over) ended(why);
      over = true;
    }

    /** Where frames begin, or null while the answer to the request is not complete. */
    function upgrade(bytes: Buffer): number | null {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return null;
      const answer = bytes.toString('latin1', 0, end);
      if (!answer.startsWith('HTTP/1.1 101')) throw new Error(`no WebSocket: ${answer}`);
      upgraded = true;
      resolve({ send: (text) => void socket.write(frame(TEXT, text)) });
      return end + 4;
    }

    /** How far it came: the last frame may not be complete. */
    function readFrames(bytes: Buffer, begin: number): number {
      let at = begin;
      while (bytes.length - at >= 2) {
        const [length, start] = lengthOf(bytes, at);
        if (bytes.length < start + length) break;
        const kind = (bytes[at] ?? 0) & 15;
        at = start + length;
        if (kind === TEXT) hear(bytes, start, at);
        else answerControl(kind, bytes.toString('latin1', start, at));
      }
      return at;
    }

    function answerControl(kind: number, payload: string): void {
      if (kind === PING) return void socket.write(frame(PONG, payload));
      if (kind !== CLOSE) return;
      fail(`closed with ${Buffer.from(payload, 'latin1').subarray(0, 2).toString('hex')} ${payload.slice(2)}`);
      socket.end();
    }
  });
}

/** How long the payload is and where it begins; from a header that is not complete, somewhere past the end. */
function lengthOf(bytes: Buffer, at: number): readonly [length: number, start: number] {
  const short = (bytes[at + 1] ?? 0) & 127;
  if (short < 126) return [short, at + 2];
  if (short === 126) return at + 4 > bytes.length ? BEYOND : [bytes.readUInt16BE(at + 2), at + 4];
  return at + 10 > bytes.length ? BEYOND : [bytes.readUInt32BE(at + 6), at + 10];
}

const BEYOND = [0, Number.POSITIVE_INFINITY] as const;

const MASK = Buffer.from('5ca1ab1e', 'hex'); // a client masks what it sends; any mask will do where nobody is in between

function frame(kind: number, text: string): Buffer {
  const payload = Buffer.from(text, kind === TEXT ? 'utf8' : 'latin1');
  const size = payload.length;
  if (size > 65_535) throw new Error('a message of the load generator is too long');
  const start = size < 126 ? 6 : 8;
  const made = Buffer.allocUnsafe(start + size);
  made[0] = 128 | kind;
  made[1] = 128 | (size < 126 ? size : 126);
  if (size >= 126) made.writeUInt16BE(size, 2);
  MASK.copy(made, start - 4);
  for (let at = 0; at < size; at++) made[start + at] = (payload[at] ?? 0) ^ (MASK[at & 3] ?? 0);
  return made;
}

function request(port: number, path: string, subprotocol: string | null): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...(subprotocol === null ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
