/** A whole server: store, hub, API and wires, listening; and the order in which it all ends. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { createEngine } from '../graphql/engine.ts';
import { apiError, ERRORS, type ErrorCode } from '../graphql/errors.ts';
import { type Clock, systemClock } from '../hub/clock.ts';
import { createHub, type Hub } from '../hub/hub.ts';
import { asMillis } from '../presence/ids.ts';
import { openEmbeddedStore } from '../store/embedded.ts';
import { openRedisStore } from '../store/redis/redis.ts';
import type { Store } from '../store/store.ts';
import { createApi, createContexts } from './api.ts';
import { createAuthenticator } from './auth.ts';
import { createBrowserFiles } from './browser-files.ts';
import type { Config } from './config.ts';
import { createDoorkeeper } from './doorkeeper.ts';
import { mayBeForged } from './forged.ts';
import { createGraphiqlPage } from './graphiql.ts';
import { createLogger } from './log.ts';
import { createMetrics, METRICS_PATH } from './metrics.ts';
import { createOriginCheck } from './origin.ts';
import { readPersistedOperations } from './persisted-file.ts';
import { createPlainRequests } from './plain-request.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { later } from './timer.ts';
import { findTracing } from './tracing.ts';
import { createWebSockets } from './websocket.ts';

export interface Running {
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Where the metrics are, when they are shown. */
  readonly metricsUrl: string | null;
  readonly hub: Hub;
  /** Open WebSockets. */
  connections(): number;
  /** Ends everything, whatever clients do, in under four seconds beside PRESENCE_DRAIN_TIME. May be called again. */
  close(): Promise<void>;
}

export interface Parts {
  readonly clock?: Clock;
  readonly log?: Logger;
}

export const GRAPHQL_PATH = '/graphql';
const LINGER = asMillis(5_000); // somebody stays followed this long after the last watcher left
const PATIENCE = asMillis(2_000); // for clients to answer the closing of their sockets

/** @throws {StoreRefused} when the data directory cannot be used, {@link CannotListen} when the port cannot. */
export async function start(config: Config, parts: Parts = {}): Promise<Running> {
  const { log = createLogger(config.logLevel) } = parts;
  for (const warning of config.warnings) log.warn(warning);
  const persisted =
    config.persistedOperations === null ? null : await readPersistedOperations(config.persistedOperations);
  const tracing = findTracing();
  const { store: opened, clock } = await openStore(config, parts.clock, log);
  const store = tracing?.store(opened) ?? opened;
  const hub = createHub({
    store,
    clock,
    log,
    timings: { ...config.timings, linger: LINGER },
    limits: config.limits,
    defaults: { connectionCap: config.connectionCap },
    ...(tracing && { aroundResync: tracing.resync }),
  });
  const authenticate = createAuthenticator(config.auth, clock.now);
  const { limits, introspection } = config;
  const made = createEngine(
    (cause, requestId) => log.error({ err: cause, requestId }, 'an operation failed unexpectedly'),
    { limits, introspection, persisted },
  );
  const engine = tracing?.engine(made) ?? made;
  const originAllowed = createOriginCheck(config);
  const shared = { hub, engine, authenticate, log, path: GRAPHQL_PATH, originAllowed, limits };
  const contextFor = createContexts(shared);
  const admits = createDoorkeeper(config);
  const api = createApi({ ...shared, contextFor });
  const plain = createPlainRequests({ engine, contextFor, limits });
  const websockets = createWebSockets({
    ...shared,
    admits,
    pingInterval: config.timings.pingInterval,
    initTime: config.timings.init,
    tokenPerOperation: config.graphiql,
  });
  const page = config.graphiql
    ? createGraphiqlPage({ development: config.auth.mode === 'development', path: GRAPHQL_PATH })
    : null;

  const files = createBrowserFiles({ development: config.auth.mode === 'development', adminPage: config.adminPage });

  let ready = true;
  const metrics = config.metrics && createMetrics({ hub, store, engine, websockets, token: config.metrics.token });
  const server = createServer(handling(answer));
  const metricsPort = config.metrics?.port ?? null;
  const metricsServer = metricsPort === null ? null : createServer(handling(answerMetrics));
  const servers = [server, ...(metricsServer === null ? [] : [metricsServer])];
  server.on('upgrade', (req, socket, head) => {
    if (!websockets.upgrade(req, socket, head)) refuseUpgrade(socket, 404);
  });

  function handling(respond: (req: IncomingMessage, res: ServerResponse) => Promise<void>) {
    return (req: IncomingMessage, res: ServerResponse): void => {
      respond(req, res).catch((error: unknown) => {
        log.error({ err: error }, 'a request failed unexpectedly');
        if (!res.headersSent) res.writeHead(500);
        res.end();
      });
    };
  }

  async function answerMetrics(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (metrics !== null && pathOf(req) === METRICS_PATH) return metrics.respond(req, res);
    return say(res, 404, { error: `Nothing is here. The metrics are at ${METRICS_PATH}.` });
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = pathOf(req);
    if (path === METRICS_PATH && metrics !== null && metricsServer === null) return metrics.respond(req, res);
    if (path === '/health') return say(res, 200, { status: 'ok' });
    if (path === '/ready') return readiness(res);
    if (await files.answer(req, res)) return;
    if (path === '/' && page !== null) return void res.writeHead(302, { location: GRAPHQL_PATH }).end();
    if (path !== GRAPHQL_PATH) return say(res, 404, { error: `Nothing is here. The API is at ${GRAPHQL_PATH}.` });
    return tracing === null ? operate(req, res) : tracing.request(req, () => operate(req, res));
  }

  async function operate(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (page?.wantedBy(req)) return page.respond(req, res);
    if (mayBeForged(req, originAllowed)) return sayError(res, 400, 'PREFLIGHT_REQUIRED');
    if (wantsEvents(req) && !admits(req, res)) return sayError(res, 429, 'CONNECTION_LIMIT_EXCEEDED');
    // Yoga would answer such a request with a stack trace.
    if (!URL.canParse(`http://${req.headers.host ?? 'localhost'}`))
      return say(res, 400, { error: 'Host is malformed.' });
    if (plain.wants(req) && (await plain.answer(req, res))) return;
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
    await listen(server, { host: config.host, port: config.port, variable: 'PORT' });
    if (metricsServer !== null && metricsPort !== null) {
      await listen(metricsServer, { host: config.host, port: metricsPort, variable: 'PRESENCE_METRICS_PORT' });
    }
  } catch (error) {
    server.close();
    await hub.close();
    await store.close();
    throw error;
  }

  let closing: Promise<void> | null = null;
  async function shutDown(): Promise<void> {
    ready = false;
    const closed = Promise.all(servers.map((each) => new Promise((resolve) => each.close(resolve))));
    // Sockets first, with a code that says come back: watches that ended before would tell clients that all is said.
    await websockets.close({ spread: config.timings.drain, patience: PATIENCE });
    for (const each of servers) each.closeAllConnections();
    await closed;
    await hub.close();
    await api.dispose();
    await store.close();
  }

  return {
    url: urlOf(server),
    metricsUrl: metrics === null ? null : `${urlOf(metricsServer ?? server)}${METRICS_PATH}`,
    hub,
    connections: websockets.count,
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}

/** The store, and the clock to go by: several processes that share a Redis go by its clock. */
async function openStore(
  { store: kept }: Config,
  given: Clock | undefined,
  log: Logger,
): Promise<{ readonly store: Store; readonly clock: Clock }> {
  if (kept.kind === 'embedded') {
    const clock = given ?? systemClock();
    return { store: await openEmbeddedStore({ dataDir: kept.dataDir, now: clock.now }), clock };
  }
  const store = await openRedisStore({ url: kept.url, prefix: kept.prefix, wall: Date.now, later });
  for (const warning of store.warnings) log.warn(warning);
  return { store, clock: given ?? systemClock(store.offset) };
}

/** The message says what to do; `cause` is the system's own error. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';
}

interface Place extends Pick<Config, 'host' | 'port'> {
  /** The variable that has the port. */
  readonly variable: string;
}

function listen(server: Server, { host, port, variable }: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => {
      const advice =
        cause.code === 'EADDRINUSE'
          ? `Stop the program that has this port, or set ${variable} to another.`
          : `Set HOST to an address of this machine, and ${variable} to one that this user may use.`;
      reject(
        new CannotListen(`The server cannot listen on ${host}, port ${port} (${cause.code}). ${advice}`, { cause }),
      );
    };
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] ?? '/';

/** Whether it is to be answered for as long as anybody listens. */
const wantsEvents = ({ headers }: IncomingMessage): boolean => (headers.accept ?? '').includes('text/event-stream');

function sayError(res: ServerResponse, status: number, code: ErrorCode): void {
  say(res, status, { errors: [apiError(code, ERRORS[code].meaning)] });
}

function say(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}
