/** Clients of the SDK in Node, with less patience than in life, and with an ear on what they say to the server. */
import { onTestFinished, vi } from 'vitest';
import WebSocket from 'ws';
import { createPresenceClient } from '../../src/client/client.ts';
import type { Presence, PresenceClient, PresenceClientOptions, WebSocketClass } from '../../src/client/index.ts';
import { type Parts, TIMINGS, type Timings } from '../../src/client/parts.ts';

/** Times of which nothing is lost by waiting for them. */
const QUICK: Timings = {
  ...TIMINGS,
  gather: 5,
  linger: 60,
  merge: 30,
  staleAfter: 40,
  firstRetry: 20,
  lastRetry: 40,
  retryWebSocket: 60,
  patience: 2_000,
  activity: 50,
};

interface Said {
  readonly type: string;
  readonly id?: string;
  readonly payload?: { readonly query?: string; readonly variables?: { readonly userIds?: readonly string[] } };
}

export interface Eavesdropped {
  readonly webSocket: WebSocketClass;
  /** Everything that was said over any of the sockets, in order. */
  readonly said: Said[];
  readonly sockets: WebSocket[];
  /** Whom the subscriptions that are open are about. */
  watched(): readonly (readonly string[])[];
}

export function eavesdrop(): Eavesdropped {
  const said: Said[] = [];
  const sockets: WebSocket[] = [];
  class Tapped extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols);
      sockets.push(this);
    }
    override send(data: string): void {
      said.push(JSON.parse(data));
      super.send(data);
    }
  }
  return {
    webSocket: Tapped,
    said,
    sockets,
    watched() {
      const open = new Map<string, readonly string[]>();
      for (const { type, id = '', payload } of said) {
        if (type === 'connection_init') open.clear();
        if (type === 'subscribe' && payload?.query?.startsWith('subscription WatchPeople'))
          open.set(id, payload.variables?.userIds ?? []);
        if (type === 'complete') open.delete(id);
      }
      return [...open.values()];
    },
  };
}

/** Closed after the test. */
export function openClient(
  { url }: { readonly url: string },
  options: Partial<PresenceClientOptions> & Pick<PresenceClientOptions, 'token'>,
  { timings, ...parts }: Partial<Omit<Parts, 'timings'>> & { readonly timings?: Partial<Timings> } = {},
): PresenceClient {
  const client = createPresenceClient(
    { url: `${url}/graphql`, webSocket: WebSocket, ...options },
    { ...parts, timings: { ...QUICK, ...timings } },
  );
  onTestFinished(() => client.close());
  return client;
}

/** What a listener was told, one word each: `grace BUSY` or, when nobody vouches for it, `grace BUSY?`. */
export function words(): { readonly told: string[]; readonly listen: (presence: Presence) => void } {
  const told: string[] = [];
  return {
    told,
    listen: ({ userId, availability, stale }) => told.push(`${userId} ${availability}${stale ? '?' : ''}`),
  };
}

/** Resolves when it has this connection. */
export function connected(client: PresenceClient, state: PresenceClient['connection']['state'] = 'connected') {
  return new Promise<void>((resolve) => {
    const stop = client.onConnection(look);
    function look(): void {
      if (client.connection.state !== state) return;
      stop();
      resolve();
    }
    client.connect();
    look();
  });
}

/** Waits until this does not throw any more. */
export const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });
