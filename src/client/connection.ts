/**
 * Stays connected: opens links, one after the other, until it is closed or refused. What decides how it goes on is
 * `retryAfter`; which wire is taken, `chooseTransport`.
 */
import { PresenceError } from './error.ts';
import { openHttp } from './http.ts';
import { type Ending, type Hello, type Link, NO_ANSWER, REFUSED, TOKEN_EXPIRED, TOKEN_INVALID } from './link.ts';
import { createListeners, report } from './listeners.ts';
import type { Parts } from './parts.ts';
import type { Connection, PresenceClientOptions, Stop, TypedDocument } from './types.ts';
import { openWebSocket } from './websocket.ts';

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

export interface ConnectingOptions {
  readonly options: PresenceClientOptions;
  readonly parts: Parts;
  /** What to say of activity with connecting. */
  readonly activity: () => 'ACTIVE' | 'IDLE' | undefined;
}

export function createConnecting({ options, parts, activity }: ConnectingOptions): Connecting {
  const { timings, random, page } = parts;
  const { url, transport = 'auto', webSocket = globalThis.WebSocket } = options;
  const changes = createListeners<Connection>();
  const links = createListeners<Link | null>();
  const storageKey = `presence-session ${url}`;
  let current: Connection = Object.freeze({
    state: 'idle',
    transport: null,
    sessionId: null,
    userId: null,
    reason: null,
  });
  let link: Link | null = null;
  let wake: Stop = () => {};
  let started = false;
  let over = false;
  const closing = new AbortController();
  let paused = false;
  let greeted = false; // how to appear was said, and may have been changed since
  let sessionId = page?.storage?.getItem(storageKey) ?? null;
  let failures = 0;
  let unheard = 0; // WebSockets in a row that were never acknowledged
  let prepared: Link | null = null;
  let upgrading: ReturnType<typeof setTimeout> | undefined;
  let upgradeAfter = timings.retryWebSocket;

  function set(change: Partial<Connection>): void {
    const next = { ...current, ...change };
    if (JSON.stringify(next) === JSON.stringify(current)) return;
    current = Object.freeze(next);
    changes.tell(current);
  }

  async function live(): Promise<void> {
    while (!over) {
      while (paused && !over) await pause(null);
      if (prepared === null) set({ state: 'connecting' });
      const opened = prepared ?? (await open());
      prepared = null;
      if (over) {
        if ('ended' in opened) opened.close();
        return;
      }
      const ending = 'ended' in opened ? await use(opened) : opened;
      if (over) return;
      if (paused || prepared !== null) continue;
      const wait = retryAfter(ending);
      if (wait === null) return refuse(ending);
      set({ state: 'connecting', transport: null, reason: ending.reason || 'The connection was lost.' });
      await pause(wait);
    }
  }

  async function open(): Promise<Link | Ending> {
    let token: string;
    try {
      token = typeof options.token === 'string' ? options.token : await options.token();
    } catch (error) {
      return { code: NO_ANSWER, reason: `There is no token: ${error instanceof Error ? error.message : error}` };
    }
    if (over || paused) return { code: NO_ANSWER, reason: '' };
    const hello = helloWith(token);
    const opening = { url, hello, timings, signal: closing.signal };
    if (chooseTransport() === 'http') {
      const opened = await openHttp(opening, parts.fetch);
      unheard = 0; // should this have ended at once, a WebSocket has its turn again
      return opened;
    }
    if (webSocket === undefined)
      return { code: REFUSED, reason: 'There is no WebSocket here: pass one as `webSocket`.' };
    const opened = await openWebSocket(opening, webSocket);
    unheard = 'ended' in opened || opened.code !== NO_ANSWER ? 0 : unheard + 1;
    return opened;
  }

  function chooseTransport(): 'websocket' | 'http' {
    if (transport !== 'auto') return transport;
    return webSocket === undefined || unheard >= 2 ? 'http' : 'websocket';
  }

  function helloWith(token: string): Hello {
    const { session, device = page === null ? 'OTHER' : 'WEB', invisible, status } = options;
    if (session === false) return { token, session };
    const said = activity();
    return {
      token,
      device,
      ...(sessionId === null ? {} : { sessionId }),
      ...(said === undefined ? {} : { activity: said }),
      ...(greeted || invisible === undefined ? {} : { invisible }),
      ...(greeted || status === undefined ? {} : { status }),
    };
  }

  /** Until it ends. */
  async function use(opened: Link): Promise<Ending> {
    greeted = true;
    link = opened;
    sessionId = opened.sessionId;
    if (sessionId !== null) page?.storage?.setItem(storageKey, sessionId);
    const good = setTimeout(() => {
      failures = 0;
    }, timings.goodAfter);
    if (opened.transport === 'websocket') upgradeAfter = timings.retryWebSocket;
    else if (transport === 'auto' && webSocket !== undefined) tryWebSocketLater(opened);
    const { transport: wire, userId } = opened;
    set({ state: 'connected', transport: wire, sessionId, userId, reason: null });
    links.tell(opened);
    const ending = await opened.ended;
    clearTimeout(good);
    clearTimeout(upgrading);
    link = null;
    links.tell(null);
    return ending;
  }

  /** HTTP works, and a WebSocket would be better: the session changes over to it if it can. */
  function tryWebSocketLater(from: Link): void {
    upgrading = setTimeout(async () => {
      upgradeAfter = Math.min(2 * upgradeAfter, 20 * timings.retryWebSocket);
      const opened = await open();
      if (!('ended' in opened)) {
        if (link === from) tryWebSocketLater(from);
      } else if (link !== from) {
        opened.close();
      } else {
        prepared = opened;
        from.close();
      }
    }, upgradeAfter);
  }

  /** ms to wait; null: it is of no use. With full jitter, so that ten thousand who lost the same server spread. */
  function retryAfter({ code }: Ending): number | null {
    if (code === REFUSED || code === TOKEN_INVALID) return null;
    if (code === TOKEN_EXPIRED && typeof options.token === 'string') return null;
    const spread = Math.min(timings.lastRetry, timings.firstRetry * 2 ** (failures + (code === OVERLOADED ? 3 : 0)));
    failures++;
    if (code === TOKEN_EXPIRED && failures === 1) return 0;
    return random() * spread;
  }

  function refuse({ code, reason }: Ending): void {
    set({ state: 'refused', transport: null, reason: reason || `The server refused the connection (${code}).` });
    links.tell(null); // those who wait
  }

  function pause(ms: number | null): Promise<void> {
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
      const look = () => {
        const failure = link === null ? whyNever() : null;
        if (link === null && failure === null) return;
        clearTimeout(timer);
        stop();
        if (link !== null) resolve(link);
        else reject(failure);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new PresenceError('DISCONNECTED', current.reason ?? 'There is no connection.', { retryable: true }));
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
    if (started || over) return;
    started = true;
    live().catch(report);
  }

  return {
    get current() {
      return current;
    },
    onChange: (listener) => changes.add(listener),
    onLink(listener) {
      const stop = links.add(listener);
      if (link !== null) listener(link);
      return stop;
    },
    connect,
    async close() {
      if (over) return;
      over = true;
      closing.abort();
      page?.storage?.removeItem(storageKey);
      const last = link;
      wake();
      if (last !== null) await last.leave();
      set({ state: 'closed', transport: null, reason: null });
      links.tell(null);
    },
    check() {
      if (link === null) wake();
      else link.check();
    },
    pause() {
      paused = true;
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

const OVERLOADED = 1013;
