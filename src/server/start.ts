/** A whole server: store, hub, API and wires, listening; and the order in which it all ends. */
import { createServer } from 'node:http';
import type { Logger } from 'pino';
import { createEngine } from '../graphql/engine.ts';
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
import { createGraphiqlPage } from './graphiql.ts';
import { listen, urlOf } from './listen.ts';
import { createLogger } from './log.ts';
import { createMetrics, METRICS_PATH } from './metrics.ts';
import { createOriginCheck } from './origin.ts';
import { readPersistedOperations } from './persisted-file.ts';
import { createPlainRequests } from './plain-request.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { createMetricsRequests, createRequests, handling } from './requests.ts';
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
  /** The folder of what browsers get, where that is not where the build puts it. */
  readonly browserFiles?: URL;
}

export const GRAPHQL_PATH = '/graphql';
const LINGER = asMillis(5_000); // somebody stays followed this long after the last watcher left
const PATIENCE = asMillis(2_000); // for clients to answer the closing of their sockets

/** @throws {StoreRefused} when the data directory cannot be used, {@link CannotListen} when the port cannot. */
export async function start(config: Config, parts: Parts = {}): Promise<Running> {
  const { log = createLogger(config.logLevel) } = parts;
  for (const warning of config.warnings) log.warn(warning);
  const persisted = await readPersistedOperations(config.persistedOperations);
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

  const files = createBrowserFiles(
    { development: config.auth.mode === 'development', adminPage: config.adminPage },
    parts.browserFiles,
  );

  const metrics = config.metrics && createMetrics({ hub, store, engine, websockets, token: config.metrics.token });
  const metricsPort = config.metrics?.port ?? null;
  let closing: Promise<void> | null = null;
  const respond = createRequests({
    ...shared,
    api,
    plain,
    files,
    page,
    metrics: metricsPort === null ? metrics : null,
    tracing,
    admits,
    stopping: () => closing !== null,
  });
  const server = createServer(handling(respond, log));
  server.on('upgrade', (req, socket, head) => {
    if (!websockets.upgrade(req, socket, head)) refuseUpgrade(socket, 404);
  });
  const apart = metrics && metricsPort !== null ? createServer(handling(createMetricsRequests(metrics), log)) : null;
  const servers = [server, apart].filter((each) => each !== null);

  try {
    await listen(server, { host: config.host, port: config.port, variable: 'PORT' });
    if (apart !== null) {
      await listen(apart, { host: config.host, port: metricsPort ?? 0, variable: 'PRESENCE_METRICS_PORT' });
    }
  } catch (error) {
    server.close();
    await hub.close();
    await store.close();
    throw error;
  }

  async function shutDown(): Promise<void> {
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
    metricsUrl: metrics === null ? null : `${urlOf(apart ?? server)}${METRICS_PATH}`,
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
