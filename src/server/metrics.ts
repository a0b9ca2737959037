/**
 * What this server tells Prometheus. Every part counts for itself, in plain numbers (`stats()`); they are read when
 * somebody asks, so that nothing is paid for metrics anywhere else. No label names a person, a site, or anything that a
 * caller may choose. prom-client is loaded with the first question: a server that is never asked does without it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { Engine } from '../graphql/engine.ts';
import type { Hub } from '../hub/hub.ts';
import type { Store } from '../store/store.ts';
import type { WebSockets } from './websocket.ts';

export interface Metrics {
  /** Answers with all of them as text; 401 without the token that was asked for. */
  respond(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface MetricsOptions {
  readonly hub: Pick<Hub, 'stats'>;
  readonly store: Pick<Store, 'stats' | 'reachable'>;
  readonly engine: Pick<Engine, 'stats'>;
  readonly websockets: Pick<WebSockets, 'count' | 'closes'>;
  /** null: whoever reaches it may read. */
  readonly token: string | null;
}

export const METRICS_PATH = '/metrics';

export function createMetrics(options: MetricsOptions): Metrics {
  let registry: Promise<Registry> | null = null;

  /** Those of this server, and those of its process, which it may share with others. */
  async function text(): Promise<{ readonly type: string; readonly body: string }> {
    registry ??= registryOf(options);
    const [own, shared] = await Promise.all([registry, processRegistry()]);
    return { type: own.contentType, body: `${await own.metrics()}\n${await shared.metrics()}` };
  }

  return {
    async respond({ headers, method }, response) {
      if (options.token !== null && !matches(headers.authorization, options.token)) {
        response.writeHead(401, { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' }).end();
        return;
      }
      if (method !== 'GET' && method !== 'HEAD') {
        response.writeHead(405, { allow: 'GET, HEAD' }).end();
        return;
      }
      const { type, body } = await text();
      response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    },
  };
}

/** What one server has. The names are a contract: dashboards and alerts go by them. */
async function registryOf({ hub, store, engine, websockets }: MetricsOptions): Promise<Registry> {
  const { Counter, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  const registers = [registry];

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }

  function counter(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  /** One for each value of a label, of which there are few. */
  function counters(name: string, help: string, label: string, read: () => Iterable<readonly [string, number]>): void {
    new Counter({
      name,
      help,
      registers,
      labelNames: [label],
      collect() {
        this.reset();
        for (const [value, count] of read()) this.inc({ [label]: value }, count);
      },
    });
  }

  gauge('presence_connections', 'Open WebSockets, those still connecting among them.', websockets.count);
  gauge('presence_sessions', 'Sessions whose sockets this server holds.', () => hub.stats().sessions);
  gauge('presence_watches', 'Open subscriptions.', () => hub.stats().watches);
  gauge('presence_watched_people', 'Different people watched here.', () => hub.stats().watchedPeople);
  gauge('presence_watched_rooms', 'Different rooms looked at here.', () => hub.stats().watchedRooms);
  gauge('presence_store_reachable', 'Whether the store answered when it was last asked: 1 or 0.', () =>
    Number(store.reachable()),
  );
  gauge(
    'presence_sweep_behind_seconds',
    'For how long the earliest deadline that is not settled yet has been due.',
    () => hub.stats().sweepBehind / 1_000,
  );

  counter('presence_changes_total', 'Visible changes of people and rooms watched here.', () => hub.stats().changes);
  counter(
    'presence_deliveries_total',
    'Results of subscriptions handed to somebody, first values among them.',
    () => engine.stats().deliveries,
  );
  counter('presence_results_total', 'Results made for that; fewer, as far as they are shared.', () => {
    return engine.stats().results;
  });
  counter(
    'presence_conflated_total',
    'Values skipped because a newer one came before a slow reader took them.',
    () => hub.stats().conflated,
  );
  counter('presence_commits_total', 'Changes written to the store.', () => store.stats().commits);
  counter(
    'presence_commit_conflicts_total',
    'Changes begun again, because another server had written the same record first.',
    () => store.stats().conflicts,
  );
  counter(
    'presence_store_round_trips_total',
    'Commands sent to Redis, or writes to the disk.',
    () => store.stats().roundTrips,
  );
  counter('presence_store_failures_total', 'Questions that the store could not answer.', () => store.stats().failures);
  counter(
    'presence_restored_total',
    'Records that Redis had lost, and that were written again.',
    () => store.stats().restored,
  );
  counter(
    'presence_resyncs_total',
    'Times that everybody watched was read anew, because messages may have been lost.',
    () => hub.stats().resyncs,
  );
  counter('presence_sweeps_total', 'Times that records which had become due were settled.', () => hub.stats().sweeps);
  counter('presence_sweep_lag_seconds_total', 'How late those were, together.', () => hub.stats().sweepLag / 1_000);

  counters('presence_operations_total', 'Operations begun, by type.', 'type', () =>
    Object.entries(engine.stats().operations),
  );
  counters('presence_refusals_total', 'Errors that callers were told, by code.', 'code', () => engine.stats().refusals);
  counters(
    'presence_socket_closes_total',
    'WebSockets that ended, by close code; 1006 is without a close frame, other is a code of the client’s own.',
    'code',
    websockets.closes,
  );
  return registry;
}

let ofProcess: Promise<Registry> | null = null;

/** Memory, processor, garbage collection, handles, delay of the event loop: of the process, however many servers it has. */
function processRegistry(): Promise<Registry> {
  ofProcess ??= import('prom-client').then(({ collectDefaultMetrics, Registry }) => {
    const register = new Registry();
    collectDefaultMetrics({ register });
    return register;
  });
  return ofProcess;
}

/** In a time that does not tell how much of it was right. */
function matches(authorization: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization?.replace(/^bearer +/i, '') ?? ''), digest(token));
}
