/**
 * One person with one device, who behaves as a good client does: comes back when the connection is lost, to whichever
 * server answers, with the session they had; and believes of everybody they watch what they were told last.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

export interface Member {
  readonly name: string;
  /** How each person watched looks, as last told. */
  readonly believed: ReadonlyMap<string, string>;
  /** Whether they want to be connected. */
  isPresent(): boolean;
  /** Connected, and told of everybody since. */
  isSettled(): boolean;
  /** Resolves with the code of the error, null when there is none; with `LOST` when the connection goes meanwhile. */
  ask(query: string, variables: object): Promise<string | null>;
  /** Goes, with a goodbye or without, and stays away until `comeBack`. */
  leave(how: 'closes' | 'drops'): void;
  comeBack(): void;
  /** To the server that they like best, unless they are there: what a load balancer does in the course of time. */
  goHome(): void;
  /** For good. */
  stop(): void;
}

export interface MemberOptions {
  readonly name: string;
  readonly watched: readonly string[];
  /** Where to connect next; asked at every attempt, of which the even ones lead home. */
  readonly server: (attempt: number) => string;
  /** Told of whatever should not have come. */
  readonly complain: (what: string) => void;
}

interface Told {
  readonly presenceChanged: {
    readonly user: { readonly id: string };
    readonly presence: Looks;
  };
}

interface Refused {
  readonly extensions: { readonly code: string };
}

/** Of graphql-transport-ws, as far as it is used here. The payload of an error is a list. */
interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: {
    readonly sessionId?: string;
    readonly data?: Told | null;
    readonly errors?: readonly Refused[];
    readonly 0?: Refused;
  };
}

export interface Looks {
  readonly availability: string;
  readonly stale: boolean;
  readonly status: { readonly text: string | null } | null;
}

/** What is compared; the time of the last activity is refreshed silently. */
export const LOOKS = 'availability stale status { text }';
export const looksOf = ({ availability, stale, status }: Looks): string =>
  [availability, status?.text ?? '', stale ? 'STALE' : ''].join('|');

const WATCH = `subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) { user { id } presence { ${LOOKS} } } }`;
const [FIRST_PAUSE, LONGEST_PAUSE] = [50, 2_000]; // ms
const PATIENCE = 10_000; // ms for a connection to be there, and for an answer

export function createMember({ name, watched, server, complain }: MemberOptions): Member {
  const believed = new Map<string, string>();
  const asking = new Map<string, (code: string) => void>();
  let socket: WebSocket | null = null;
  let sessionId: string | null = null;
  let missing = new Set<string>(); // those not told of since the connection is there
  let present = true;
  let over = false;
  let wake = () => {};
  let last = 0;
  let home = true; // where they are, or try to be
  void live();

  async function live(): Promise<void> {
    for (let attempt = 0; !over; attempt++) {
      if (!present) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        attempt = 0;
        continue;
      }
      home = attempt % 2 === 0;
      const lasted = await connection(`${server(attempt).replace('http', 'ws')}/graphql`);
      if (lasted) attempt = -1; // the next one is the first
      await sleep(Math.random() * Math.min(FIRST_PAUSE * 2 ** attempt, LONGEST_PAUSE));
    }
  }

  /** From its beginning to its end; whether it was ever there. */
  function connection(url: string): Promise<boolean> {
    return new Promise((resolve) => {
      const own = new WebSocket(url, 'graphql-transport-ws', { handshakeTimeout: PATIENCE });
      let acknowledged = false;
      socket = own;
      missing = new Set(watched);
      own.on('error', () => undefined); // its close follows
      own.on('open', () => greet(own));
      own.on('message', (data) => {
        const message: Message = JSON.parse(String(data));
        if (message.type === 'connection_ack') acknowledged = true;
        hear(own, message);
      });
      own.on('close', (code) => {
        if (socket === own) socket = null;
        for (const id of [...asking.keys()]) answer(id, 'LOST');
        if ([4400, 4401, 4409, 4429, 4500].includes(code)) complain(`${name} was closed with ${code}`);
        resolve(acknowledged);
      });
    });
  }

  function greet(own: WebSocket): void {
    const payload = { token: `dev:${name}`, device: 'WEB', ...(sessionId !== null && { sessionId }) };
    own.send(JSON.stringify({ type: 'connection_init', payload }));
  }

  function hear(own: WebSocket, { type, id = '', payload }: Message): void {
    const replies: Readonly<Record<string, () => void>> = {
      connection_ack: () => begin(own, payload?.sessionId ?? null),
      ping: () => own.send(JSON.stringify({ type: 'pong' })),
      next: () => answer(id, payload?.errors?.[0]?.extensions.code ?? ''),
      error: () => answer(id, payload?.[0]?.extensions.code ?? 'UNKNOWN'),
    };
    if (id === 'watch') hearWatch(own, type, payload?.data ?? null);
    else replies[type]?.();
  }

  function begin(own: WebSocket, session: string | null): void {
    sessionId = session;
    const query = { query: WATCH, variables: { ids: watched } };
    own.send(JSON.stringify({ type: 'subscribe', id: 'watch', payload: query }));
  }

  /** A watch that could not begin, because the store is away, is begun again by a new connection. */
  function hearWatch(own: WebSocket, type: string, data: Told | null): void {
    if (type !== 'next' || data === null) {
      own.close();
      return;
    }
    const { user, presence } = data.presenceChanged;
    believed.set(user.id, looksOf(presence));
    missing.delete(user.id);
  }

  function answer(id: string, code: string): void {
    asking.get(id)?.(code);
    asking.delete(id);
  }

  return {
    name,
    believed,
    isPresent: () => present,
    isSettled: () => socket !== null && socket.readyState === WebSocket.OPEN && missing.size === 0,
    ask(query, variables) {
      const own = socket;
      if (own === null || own.readyState !== WebSocket.OPEN || missing.size > 0) return Promise.resolve('LOST');
      const id = String(++last);
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          complain(`${name} was not answered within ${PATIENCE} ms`);
          answer(id, 'LOST');
        }, PATIENCE);
        asking.set(id, (code) => {
          clearTimeout(timer);
          resolve(code === '' ? null : code);
        });
        own.send(JSON.stringify({ type: 'subscribe', id, payload: { query, variables } }));
      });
    },
    leave(how) {
      present = false;
      if (how === 'closes') socket?.close(1000);
      else socket?.terminate();
    },
    comeBack() {
      present = true;
      wake();
    },
    goHome() {
      if (!home) socket?.close(1000);
    },
    stop() {
      over = true;
      present = false;
      socket?.terminate();
      wake();
    },
  };
}
