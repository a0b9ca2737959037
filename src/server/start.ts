/** A whole server: store, hub, API and wires, listening; and the order in which it all ends. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../hub/clock.ts';
import { createHub, type Hub } from '../hub/hub.ts';
import { asMillis } from '../presence/ids.ts';
import { openEmbeddedStore } from '../store/embedded.ts';
import { type Store, StoreRefused } from '../store/store.ts';
import { createApi } from './api.ts';
import { createAuthenticator } from './auth.ts';
import type { Config } from './config.ts';
import { createGraphiqlPage } from './graphiql.ts';
import { createLogger } from './log.ts';
import { createOriginCheck } from './origin.ts';
import { createWebSockets } from './websocket.ts';

export interface Running {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly hub: Hub;
  /** Open WebSockets. */
  connections(): number;
  /** Ends everything, in under five seconds whatever clients do. May be called again. */
  close(): Promise<void>;
}

export interface Parts {
  readonly clock?: Clock;
  readonly log?: Logger;
}

export const GRAPHQL_PATH = '/graphql';
const LINGER = asMillis(5_000); // somebody stays followed this long after the last watcher left
const PATIENCE = asMillis(2_000); // for clients to answer the closing of their sockets

/** @throws {StoreRefused} when the data directory cannot be used, and what `listen` throws when the port cannot. */
export async function start(config: Config, parts: Parts = {}): Promise<Running> {
  const { clock = systemClock(), log = createLogger(config.logLevel) } = parts;
  for (const warning of config.warnings) log.warn(warning);
  const store = await openStore(config, clock);
  const hub = createHub({
    store,
    clock,
    log,
    timings: { ...config.timings, linger: LINGER },
    limits: { watch: config.watchLimit },
    defaults: { connectionCap: config.connectionCap },
  });
  const authenticate = createAuthenticator(config.auth, clock.now);
  const shared = { hub, authenticate, log, path: GRAPHQL_PATH, originAllowed: createOriginCheck(config) };
  const api = createApi(shared);
  const websockets = createWebSockets({
    ...shared,
    api,
    pingInterval: config.timings.pingInterval,
    tokenPerOperation: config.graphiql,
  });
  const page = config.graphiql
    ? createGraphiqlPage({ development: config.auth.mode === 'development', path: GRAPHQL_PATH })
    : null;

  let ready = true;
  const server = createServer((req, res) => {
    answer(req, res).catch((error: unknown) => {
      log.error({ err: error }, 'a request failed unexpectedly');
      if (!res.headersSent) res.writeHead(500);
      res.end();
    });
  });
  server.on('upgrade', (req, socket, head) => {
    if (!websockets.upgrade(req, socket, head))
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const [path] = (req.url ?? '/').split('?');
    if (path === '/health') return say(res, 200, { status: 'ok' });
    if (path === '/ready') return readiness(res);
    if (path === '/' && page !== null) return void res.writeHead(302, { location: GRAPHQL_PATH }).end();
    if (path !== GRAPHQL_PATH) return say(res, 404, { error: `Nothing is here. The API is at ${GRAPHQL_PATH}.` });
    if (page?.wantedBy(req)) return page.respond(req, res);
    await api(req, res);
  }

  async function readiness(res: ServerResponse): Promise<void> {
    const reachable = await hub.check().then(
      () => true,
      () => false,
    );
    if (ready && reachable) return say(res, 200, { status: 'ready' });
    say(res, 503, { status: ready ? 'store out of reach' : 'stopping' });
  }

  try {
    await listen(server, config);
  } catch (error) {
    await hub.close();
    await store.close();
    throw error;
  }

  let closing: Promise<void> | null = null;
  async function shutDown(): Promise<void> {
    ready = false;
    const closed = new Promise((resolve) => server.close(resolve));
    // Sockets first, with a code that says come back: watches that ended before would tell clients that all is said.
    await websockets.close(PATIENCE);
    server.closeAllConnections();
    await closed;
    await hub.close();
    await api.dispose();
    await store.close();
  }

  return {
    url: urlOf(server),
    hub,
    connections: websockets.count,
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}

async function openStore({ store }: Config, clock: Clock): Promise<Store> {
  if (store.kind === 'embedded') return openEmbeddedStore({ dataDir: store.dataDir, now: clock.now });
  throw new StoreRefused('REDIS_URL is set, but this version has only the embedded store. Unset REDIS_URL to use it.');
}

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function say(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}
