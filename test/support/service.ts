/** A whole server in this process, on a real port, and the people who use it. */
import { inject, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import type { Clock } from '../../src/hub/clock.ts';
import { readConfig } from '../../src/server/config.ts';
import { createLogger } from '../../src/server/log.ts';
import { type Running, start } from '../../src/server/start.ts';
import { type ManualClock, manualClock, rest } from './manual-clock.ts';

export interface Service extends Running {
  readonly clock: ManualClock;
  /** One operation over HTTP, as whoever the token says. */
  ask<Data = Record<string, unknown>>(token: string | null, query: string, variables?: object): Promise<Answer<Data>>;
  /** A connected device, or (with `session: false`) somebody who only watches. Rejects with the close code. */
  connect(init: ConnectionInit): Promise<Device>;
  /** A subscription as server-sent events; `stop` hangs up. */
  listen<Data = Record<string, unknown>>(token: string, query: string, variables?: object): Promise<Stream<Data>>;
}

export interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string };
  }[];
}

export interface ConnectionInit {
  readonly token?: string;
  readonly session?: boolean | null;
  readonly [more: string]: unknown;
}

export interface Device {
  readonly socket: WebSocket;
  readonly sessionId: string | null;
  readonly userId: string | null;
  ask<Data = Record<string, unknown>>(query: string, variables?: object): Promise<Answer<Data>>;
  /** What a subscription has brought so far; `take` waits for the next one. */
  subscribe<Data = Record<string, unknown>>(query: string, variables?: object): Stream<Data>;
  /** Resolves with the code with which the connection closed, whoever closed it. */
  readonly closed: Promise<number>;
  /** Closes with a close frame, and waits until the server has noticed. */
  close(code?: number): Promise<number>;
  /** Cuts the connection without a close frame, and waits until the server has noticed. */
  drop(): Promise<void>;
}

export interface Stream<Data> {
  readonly seen: Answer<Data>[];
  /** Rejects when there will be no next one. */
  take(): Promise<Answer<Data>>;
  /** Completes the operation from this side. */
  stop(): void;
  /** The server completed it, or answered an error, or the connection is gone. */
  readonly ended: Promise<void>;
}

/** Closed by itself after the test. Its clock is a manual one. `env` overrides the configuration. */
export async function startService(env: Readonly<Record<string, string>> = {}): Promise<Service> {
  const clock = manualClock();
  const service = await startWith(clock, env);
  return { ...service, clock };
}

/** The same by the system's own clock. */
export async function startWith(
  clock: Clock,
  env: Readonly<Record<string, string>> = {},
): Promise<Omit<Service, 'clock'>> {
  const config = readConfig({ ...TEST_DEFAULTS, ...env });
  const browserFiles = new URL(inject('browserFiles'));
  const service = await start(config, { clock, log: createLogger(config.logLevel), browserFiles });
  onTestFinished(() => service.close());
  return { ...service, ...client(service.url, service.connections) };
}

const TEST_DEFAULTS = { PORT: '0', DATA_DIR: 'memory', LOG_LEVEL: 'silent', PRESENCE_DRAIN_TIME: '0.001' };

/** The people who use the server at this address; `connections` lets them wait until it has noticed that they left. */
export function client(url: string, connections?: () => number): Pick<Service, 'ask' | 'connect' | 'listen'> {
  const post = (token: string | null, operation: object, accept = '*/*', signal: AbortSignal | null = null) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      signal,
      headers: {
        accept,
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(operation),
    });
  return {
    async ask(token, query, variables = {}) {
      const response = await post(token, { query, variables });
      return JSON.parse(await response.text());
    },
    connect: (init) => connect(`${url.replace('http', 'ws')}/graphql`, init, connections),
    async listen<Data>(token: string, query: string, variables: object = {}) {
      const call = new AbortController();
      const { body } = await post(token, { query, variables }, 'text/event-stream', call.signal);
      const inbox = createInbox<Data>(() => call.abort());
      if (body === null) throw new Error('the answer has no body');
      readEvents(body, inbox).catch(inbox.end);
      return inbox;
    },
  };
}

/** Server-sent events, as far as GraphQL over SSE uses them: `event:` and `data:`; comments keep the connection alive. */
async function readEvents<Data>(body: ReadableStream<Uint8Array>, inbox: Inbox<Data>): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    const events = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: ?(.+)$/m.exec(event)?.[1];
      if (event.includes('event: next') && data !== undefined) inbox.hear(JSON.parse(data));
      if (event.includes('event: complete')) inbox.end();
    }
  }
  inbox.end();
}

/** graphql-transport-ws by hand, so that every frame and close code is what the test says. */
async function connect(url: string, init: ConnectionInit, connections?: () => number): Promise<Device> {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  const streams = new Map<string, Inbox>();
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const ack = await new Promise<Pick<Device, 'sessionId' | 'userId'>>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', (code, reason) =>
      reject(Object.assign(new Error(`closed with ${code}: ${reason}`), { code, reason: String(reason) })),
    );
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: init })));
    socket.on('message', (data) => {
      const { type, id, payload } = JSON.parse(String(data));
      const stream = streams.get(id);
      const replies: Readonly<Record<string, () => void>> = {
        connection_ack: () => resolve(payload),
        ping: () => socket.send(JSON.stringify({ type: 'pong' })),
        next: () => stream?.hear(payload),
        error: () => {
          stream?.hear({ errors: payload });
          stream?.end();
        },
        complete: () => stream?.end(),
      };
      replies[type]?.();
    });
  });
  socket.on('error', () => {}); // the close that follows says it all
  socket.once('close', () => {
    for (const stream of streams.values()) stream.end();
  });

  function subscribe<Data>(query: string, variables: object = {}): Stream<Data> {
    const id = String(streams.size + 1);
    const inbox = createInbox<Data>(() => socket.send(JSON.stringify({ id, type: 'complete' })));
    streams.set(id, inbox);
    if (socket.readyState !== WebSocket.OPEN) inbox.end();
    socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, variables } }));
    return inbox;
  }

  /** Until the server has noticed too. */
  async function gone(end: () => void): Promise<number> {
    const before = connections?.() ?? 0;
    end();
    const code = await closed;
    while ((connections?.() ?? -1) >= before) await rest();
    await rest();
    return code;
  }

  return {
    ...ack,
    socket,
    closed,
    subscribe,
    ask: <Data>(query: string, variables: object = {}) => subscribe<Data>(query, variables).take(),
    close: (code = 1000) => gone(() => socket.close(code)),
    drop: async () => {
      await gone(() => socket.terminate());
    },
  };
}

interface Inbox<Data = unknown> extends Stream<Data> {
  hear(answer: Answer<Data>): void;
  end(): void;
}

function createInbox<Data>(stop: () => void): Inbox<Data> {
  const seen: Answer<Data>[] = [];
  const waiting: { resolve: (answer: Answer<Data>) => void; reject: (error: Error) => void }[] = [];
  let taken = 0;
  let over = false;
  let tell = () => {};
  const ended = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const noMore = () => new Error('the stream has ended');
  return {
    seen,
    ended,
    stop,
    end() {
      over = true;
      tell();
      for (const { reject } of waiting.splice(0)) reject(noMore());
    },
    hear(answer) {
      seen.push(answer);
      const first = waiting.shift();
      if (first === undefined) return;
      taken++;
      first.resolve(answer);
    },
    take() {
      const next = seen[taken];
      if (next === undefined && over) return Promise.reject(noMore());
      if (next === undefined) return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
      taken++;
      return Promise.resolve(next);
    },
  };
}
