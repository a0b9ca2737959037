/**
 * What the server runs with, read from the environment once. Single variables are defined in settings.ts, the rules
 * between them are in config-checks.ts; every problem is told in one go.
 */
import { forEachLimit, LIMITS, type Limits } from '../hub/limits.ts';
import type { Millis } from '../presence/ids.ts';
import { clashesIn, doubtsAbout, isProduction, misspelled, shown } from './config-checks.ts';
import { notesOf, SETTINGS, type Settings, VARIABLES, type Variable } from './settings.ts';

export interface Config {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** NODE_ENV is production. */
  readonly production: boolean;
  readonly store: StoreConfig;
  readonly auth: AuthConfig;
  readonly timings: Timings;
  readonly limits: Limits;
  /** 0: none. */
  readonly connectionCap: number;
  /** null: any. */
  readonly allowedOrigins: readonly string[] | null;
  /** Addresses and networks. */
  readonly trustedProxies: readonly string[];
  readonly graphiql: boolean;
  /** Whether `/admin` is there. */
  readonly adminPage: boolean;
  readonly introspection: boolean;
  /** The file of the only operations there are; null: any. */
  readonly persistedOperations: string | null;
  /** Where metrics are shown; null: nowhere. */
  readonly metrics: MetricsConfig | null;
  readonly logLevel: Settings['LOG_LEVEL'];
  /** What the server runs with all the same, but its operator should know; sentences for the log. */
  readonly warnings: readonly string[];
}

interface MetricsConfig {
  /** 0: any free one; null: at the port of the API. */
  readonly port: number | null;
  /** null: whoever reaches it may read. */
  readonly token: string | null;
}

type StoreConfig =
  | { readonly kind: 'embedded'; readonly dataDir: string }
  | { readonly kind: 'redis'; readonly url: string; readonly prefix: string };

export type AuthConfig =
  /** Believes whoever a caller claims to be, so only ever on loopback. */
  | { readonly mode: 'development' }
  | {
      readonly mode: 'secret';
      readonly secret: string;
      readonly issuer: string | null;
      readonly audience: string | null;
    }
  | { readonly mode: 'jwks'; readonly url: string; readonly issuer: string | null; readonly audience: string | null };

/** Lengths of time, as design.md section 3 names them. */
interface Timings {
  readonly idleTimeout: Millis;
  readonly reconnectGrace: Millis;
  readonly offlineAfter: Millis;
  readonly heartbeatTtl: Millis;
  readonly lastActiveRefresh: Millis;
  readonly pingInterval: Millis;
  /** For connection_init. */
  readonly init: Millis;
  readonly nodeLease: Millis;
  readonly drain: Millis;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The message lists every variable that is wrong, with its value (never a secret's) and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['The configuration cannot be used:', ...problems].join('\n  - '));
    this.problems = problems;
  }
}

/** An empty variable counts as unset. @throws {ConfigError} */
export function readConfig(env: Environment): Config {
  const given = presentIn(env);
  const wrong = new Set(SETTINGS.safeParse(given).error?.issues.map((issue) => issue.path[0]));
  const right = Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.has(name)));
  const settings = SETTINGS.parse(right);
  const clashes = clashesIn(settings).filter((clash) => !clash.between.some((variable) => wrong.has(variable)));
  const problems = [
    ...VARIABLES.filter((variable) => wrong.has(variable)).map((variable) => refusal(variable, given[variable] ?? '')),
    ...clashes.map((clash) => clash.says),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return configFrom(settings, [...misspelled(Object.keys(env)), ...doubtsAbout(settings)]);
}

function configFrom(settings: Settings, warnings: readonly string[]): Config {
  const production = isProduction(settings);
  const graphiql = settings.PRESENCE_PERSISTED_OPERATIONS === null && (settings.PRESENCE_GRAPHIQL ?? !production);
  return {
    host: settings.HOST,
    port: settings.PORT,
    production,
    store:
      settings.REDIS_URL === null
        ? { kind: 'embedded', dataDir: settings.DATA_DIR }
        : { kind: 'redis', url: settings.REDIS_URL, prefix: settings.PRESENCE_REDIS_PREFIX },
    auth: authFrom(settings),
    timings: {
      idleTimeout: settings.PRESENCE_IDLE_TIMEOUT,
      reconnectGrace: settings.PRESENCE_RECONNECT_GRACE,
      offlineAfter: settings.PRESENCE_OFFLINE_AFTER,
      heartbeatTtl: settings.PRESENCE_HEARTBEAT_TTL,
      lastActiveRefresh: settings.PRESENCE_LAST_ACTIVE_REFRESH,
      pingInterval: settings.PRESENCE_PING_INTERVAL,
      init: settings.PRESENCE_INIT_TIME,
      nodeLease: settings.PRESENCE_NODE_LEASE,
      drain: settings.PRESENCE_DRAIN_TIME,
    },
    limits: limitsFrom(settings),
    connectionCap: settings.PRESENCE_CONNECTION_CAP,
    allowedOrigins: settings.PRESENCE_ALLOWED_ORIGINS,
    trustedProxies: settings.PRESENCE_TRUSTED_PROXIES ?? [],
    graphiql,
    adminPage: settings.PRESENCE_ADMIN_PAGE ?? !production,
    introspection: settings.PRESENCE_INTROSPECTION ?? (!production || graphiql),
    persistedOperations: settings.PRESENCE_PERSISTED_OPERATIONS,
    metrics: metricsFrom(settings),
    logLevel: settings.LOG_LEVEL,
    warnings,
  };
}

/** Whoever raises what one watch may have need not raise what several may. */
function limitsFrom(settings: Settings): Limits {
  const said = forEachLimit((name) => settings[LIMITS[name].variable]);
  const watchPerSocket = Math.max(said.watchPerSocket, said.watch);
  return {
    ...said,
    watchPerSocket,
    watchPerPerson: Math.max(said.watchPerPerson, watchPerSocket),
    body: Math.max(said.body, said.message),
  };
}

/** In development mode everybody is believed anyway, and comes from this machine. */
function metricsFrom(settings: Settings): MetricsConfig | null {
  const { PRESENCE_METRICS_PORT: port, PRESENCE_METRICS_TOKEN: token } = settings;
  const shown = port !== null || token !== null || authFrom(settings).mode === 'development';
  return shown ? { port, token } : null;
}

function authFrom(settings: Settings): AuthConfig {
  const { JWT_SECRET: secret, JWKS_URL: url, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = settings;
  if (secret !== null) return { mode: 'secret', secret, issuer, audience };
  if (url !== null) return { mode: 'jwks', url, issuer, audience };
  return { mode: 'development' };
}

/** Without those that are empty, and without white space around values, which only a secret may want to keep. */
function presentIn(env: Environment): Readonly<Record<string, string>> {
  const entries = VARIABLES.map((variable) => [variable, env[variable] ?? ''] as const);
  return Object.fromEntries(
    entries
      .filter(([, value]) => value.trim() !== '')
      .map(([variable, value]) => [variable, variable === 'JWT_SECRET' ? value : value.trim()]),
  );
}

function refusal(variable: Variable, value: string): string {
  return `${variable} is ${shown(variable, value)}. Allowed: ${notesOf(variable).allowed}.`;
}
