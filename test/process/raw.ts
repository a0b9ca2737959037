/** Plain TCP connections, for what no proper client would do; cut after the test. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onEndings } from '../support/endings.ts';

export interface RawConnection {
  readonly socket: Socket;
  /** Everything that came, byte for character. */
  all(): string;
  /** Resolves once `words` have come; rejects when the connection ends without. */
  hears(words: string): Promise<void>;
}

const sockets = new Set<Socket>();
onEndings({
  afterTest() {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  },
});

/** It answers nothing by itself, and stays open when the server ends its side. */
export async function connectRaw(url: string): Promise<RawConnection> {
  const { port, hostname: host } = new URL(url);
  const socket = connect({ port: Number(port), host, allowHalfOpen: true });
  sockets.add(socket);
  let all = '';
  socket.on('error', () => {}); // being cut off is what it is for
  socket.on('data', (bytes) => {
    all += bytes.toString('latin1');
  });
  await once(socket, 'connect');
  let ended = false;
  const over = Promise.race([once(socket, 'end'), once(socket, 'close')]).then(() => {
    ended = true;
  });
  return {
    socket,
    all: () => all,
    async hears(words) {
      while (!all.includes(words)) {
        if (ended) throw new Error(`It ended without ${words}: ${all}`);
        await Promise.race([once(socket, 'data'), over]);
      }
    },
  };
}

/** The request for a WebSocket. */
export function upgrade(path = '/graphql', headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'graphql-transport-ws',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`GET ${path} HTTP/1.1`, ...lines, '\r\n'].join('\r\n');
}

/** One frame as a client sends it, masked with zeros; a text message unless said otherwise. */
export function frame(payload: string | Buffer, { first = 0x81, masked = true } = {}): Buffer {
  const body = Buffer.from(payload);
  const mask = masked ? 0x80 : 0;
  const length = Buffer.alloc(9);
  const short = body.length < 126;
  length.writeUInt8(mask + (short ? body.length : 127));
  length.writeBigUInt64BE(BigInt(body.length), 1);
  return Buffer.concat([
    Buffer.from([first]),
    short ? length.subarray(0, 1) : length,
    Buffer.alloc(masked ? 4 : 0),
    body,
  ]);
}

export const INIT = frame('{"type":"connection_init","payload":{"token":"dev:mallory"}}');
