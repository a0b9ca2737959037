/** The network between a server and its Redis, as a TCP proxy on loopback that can be cut and mended; closed after the test. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onEndings } from '../support/endings.ts';

export interface Road {
  /** A Redis URL by way of the proxy. */
  readonly url: string;
  /** Every connection breaks, and new ones break at once. */
  cut(): void;
  /** Everything takes this many ms longer, there and back. */
  slow(ms: number): void;
  /** Nothing comes through any more in either direction, and nobody is told. */
  silence(): void;
  /** Connections that subscribe to anything get no answer from now on, and those that are subscribed break. */
  deafen(): void;
  /** New connections work again, and what was held back arrives. */
  mend(): void;
  /** New connections work again; those that were open stay silent for ever, as when a router has forgotten them. */
  replace(): void;
}

type State = 'OPEN' | 'CUT' | 'SILENT' | 'DEAF';

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  subscribed: boolean;
  lost: boolean;
}

export async function openRoad(target: number): Promise<Road> {
  const links = new Set<Link>();
  let state: State = 'OPEN';
  let delay = 0; // ms

  const server = createServer((near) => {
    if (state === 'CUT') {
      near.destroy();
      return;
    }
    const far = connect(target, '127.0.0.1');
    const link: Link = { near, far, subscribed: false, lost: false };
    links.add(link);
    near.on('data', (bytes) => {
      link.subscribed ||= /\r\nsubscribe\r\n/i.test(bytes.toString('latin1'));
      pass(bytes, far);
      hold(link);
    });
    far.on('data', (bytes) => pass(bytes, near));
    for (const end of [near, far]) {
      end.on('error', () => {}); // the close that follows says it all
      end.on('close', () => {
        links.delete(link);
        near.destroy();
        far.destroy();
      });
    }
    hold(link);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');

  function pass(bytes: Buffer, to: Socket): void {
    if (delay === 0) to.write(bytes);
    else setTimeout(() => to.write(bytes), delay);
  }

  /** Lets a link through, or not, as the state of the network is. */
  function hold(link: Link): void {
    const held = link.lost || state === 'SILENT' || (state === 'DEAF' && link.subscribed);
    for (const end of [link.near, link.far]) {
      if (held) end.pause();
      else end.resume();
    }
  }

  function become(next: State): void {
    state = next;
    for (const link of links) hold(link);
  }

  closers.add(() => {
    server.close();
    for (const { near } of links) near.destroy();
  });
  return {
    url: `redis://127.0.0.1:${address.port}`,
    cut() {
      become('CUT');
      for (const { near } of links) near.destroy();
    },
    slow(ms) {
      delay = ms;
    },
    silence: () => become('SILENT'),
    deafen() {
      become('DEAF');
      for (const { near, subscribed } of links) if (subscribed) near.destroy();
    },
    mend: () => become('OPEN'),
    replace() {
      for (const link of links) link.lost = true;
      become('OPEN');
    },
  };
}

const closers = new Set<() => void>();
onEndings({
  afterTest() {
    for (const close of closers) close();
    closers.clear();
  },
});
