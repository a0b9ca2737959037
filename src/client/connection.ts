/**
 * Stays connected: uses one link after the other, until it is closed or refused. What decides how it goes on after the
 * end of one is `retryAfter`.
 */
import { PresenceError } from './error.ts';
import { type Ending, isLink, type Link, REFUSED, TOKEN_EXPIRED, TOKEN_INVALID } from './link.ts';
import { createListeners, report } from './listeners.ts';
import type { Opener } from './opener.ts';
import type { Parts } from './parts.ts';
import type { Connection, PresenceClientOptions, Stop, TypedDocument } from './types.ts';

export interface Connecting {
  readonly current: Connection;
  onChange(listener: (connection: Connection) => void): Stop;
  /** The link that is open, now and from now on; null while there is none. */
  onLink(listener: (link: Link | null) => void): Stop;
  connect(): void;
  /** For good. Resolves when the server knows, or could not be told. */
  close(): Promise<void>;
  /** Something has happened after which the link may be dead, or a new one possible. */
  check(): void;
  /** The page goes, and may come back. */
  pause(): void;
  resume(): void;
  /** @throws {PresenceError} */
  request<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
  ): Promise<Data>;
}

const OVERLOADED = 1013;

export function createConnecting(
  { token }: Pick<PresenceClientOptions, 'token'>,
  { timings, random }: Parts,
  opener: Opener,
): Connecting {
  const changes = createListeners<Connection>();
  const links = createListeners<Link | null>();
  const closing = new AbortController();
  let current: Connection = Object.freeze({
    state: 'idle',
    transport: null,
    sessionId: null,
    userId: null,
    reason: null,
  });
  let link: Link | null = null;
  let better: Link | null = null; // opened while another was in use
  let improving: ReturnType<typeof setTimeout> | undefined;
  let improveAfter = timings.retryWebSocket;
  let failures = 0;
  let over = false;
  let left: Promise<void> | null = null;
  let paused = false;
  let wake: Stop = () => {};

  function set(change: Partial<Connection>): void {
    const next = { ...current, ...change };
    if (JSON.stringify(next) === JSON.stringify(current)) return;
    current = Object.freeze(next);
    changes.tell(current);
  }

  async function live(): Promise<void> {
    for (let more = true; more && !over; ) {
      if (paused) await rest(null);
      else more = await round();
    }
  }

  /** One link, from its opening to its end, and the time until the next. False: there will be none. */
  async function round(): Promise<boolean> {
    const opened = better ?? (await opener.open(closing.signal));
    better = null;
    if (over || paused) {
      if (isLink(opened)) opened.close();
      return true;
    }
    const [ending, otherwise] = isLink(opened)
      ? [await use(opened), 'The connection was lost.']
      : [opened, 'The server does not answer.'];
    return over || paused || better !== null || again(ending, otherwise);
  }

  /** Waits as long as is right after this ending. False: it is of no use. */
  async function again(ending: Ending, otherwise: string): Promise<boolean> {
    const wait = retryAfter(ending);
    if (wait === null) {
      refuse(ending);
      return false;
    }
    set({ state: 'connecting', transport: null, reason: ending.reason || otherwise });
    await rest(wait);
    return true;
  }

  /** Until it ends. */
  async function use(opened: Link): Promise<Ending> {
    const { transport, sessionId, userId, ended } = opened;
    link = opened;
    const good = setTimeout(() => {
      failures = 0;
    }, timings.goodAfter);
    if (transport === 'websocket') improveAfter = timings.retryWebSocket;
    if (opener.improvable(opened)) improve(opened);
    set({ state: 'connected', transport, sessionId, userId, reason: null });
    links.tell(opened);
    const ending = await ended;
    clearTimeout(good);
    clearTimeout(improving);
    link = null;
    links.tell(null);
    return ending;
  }

  /** HTTP works, and a WebSocket would be better: the session changes over to one when it can. */
  function improve(from: Link): void {
    improving = setTimeout(async () => {
      improveAfter = Math.min(2 * improveAfter, 20 * timings.retryWebSocket);
      const opened = await opener.open(closing.signal, 'websocket');
      if (!isLink(opened)) {
        if (link === from) improve(from);
      } else if (link === from && !over) {
        better = opened;
        from.close();
      } else {
        opened.close();
      }
    }, improveAfter);
  }

  /** ms to wait; null: it is of no use. With full jitter, so that ten thousand who lost the same server spread. */
  function retryAfter({ code }: Ending): number | null {
    if (code === REFUSED || code === TOKEN_INVALID) return null;
    if (code === TOKEN_EXPIRED && typeof token === 'string') return null; // there is no other
    const attempt = failures++;
    if (code === TOKEN_EXPIRED && attempt === 0) return 0;
    return random() * Math.min(timings.lastRetry, timings.firstRetry * 2 ** (attempt + (code === OVERLOADED ? 3 : 0)));
  }

  function refuse({ code, reason }: Ending): void {
    set({ state: 'refused', transport: null, reason: reason || `The server refused the connection (${code}).` });
    links.tell(null); // those who wait
  }

  /** Until it is time, or `wake` is called. */
  function rest(ms: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === null ? undefined : setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The link, once there is one. */
  function linked(): Promise<Link> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer);
        stop();
        end();
      };
      const look = () => {
        const never = whyNever();
        if (link !== null) settle(() => link !== null && resolve(link));
        else if (never !== null) settle(() => reject(never));
      };
      const timer = setTimeout(() => {
        const message = current.reason ?? 'There is no connection.';
        settle(() => reject(new PresenceError('DISCONNECTED', message, { retryable: true })));
      }, timings.patience);
      const stop = links.add(look);
      look();
    });
  }

  function whyNever(): PresenceError | null {
    if (over) return new PresenceError('CLOSED', 'The client was closed.');
    return current.state === 'refused' ? new PresenceError('CONNECTION_REFUSED', current.reason ?? '') : null;
  }

  function connect(): void {
    if (current.state !== 'idle' || over) return;
    set({ state: 'connecting' });
    live().catch(report);
  }

  async function close(): Promise<void> {
    over = true;
    closing.abort();
    clearTimeout(improving);
    opener.forget();
    better?.close();
    const last = link;
    wake();
    await last?.leave();
    set({ state: 'closed', transport: null, reason: null });
    links.tell(null);
  }

  return {
    get current() {
      return current;
    },
    onChange: changes.add,
    onLink(listener) {
      const stop = links.add(listener);
      if (link !== null) listener(link);
      return stop;
    },
    connect,
    close() {
      left ??= close();
      return left;
    },
    check() {
      if (link !== null) link.check();
      else if (!paused) wake();
    },
    pause() {
      paused = true;
      if (current.state === 'connected') set({ state: 'connecting', transport: null, reason: 'The page is not open.' });
      if (link?.transport === 'http') void link.leave();
      else link?.close();
    },
    resume() {
      if (!paused) return;
      paused = false;
      wake();
    },
    async request(document, variables) {
      connect();
      return (link ?? (await linked())).request(document, variables);
    },
  };
}
