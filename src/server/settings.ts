/**
 * Every environment variable the server reads, defined once: how its text becomes a value, its default, and what the
 * documentation says of it. Limits come from hub/limits.ts; rules between variables are in config-checks.ts.
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import { LIMIT_NAMES, LIMITS, type LimitVariable } from '../hub/limits.ts';
import { asMillis, type Millis } from '../presence/ids.ts';

export interface SettingNotes {
  /** As it would stand in the environment; null: unset. */
  readonly default: string | null;
  /** What the default amounts to, where the text alone does not say. */
  readonly defaultMeans?: string;
  /** The end of a sentence: "Allowed: ...". */
  readonly allowed: string;
  readonly unit?: 's';
  readonly meaning: string;
  /** Its value is never printed. */
  readonly secret?: true;
}

const notes = z.registry<SettingNotes>();
const LONGEST = 86_400; // seconds: a day

const SWITCH = { on: true, true: true, off: false, false: false } as const;
const onOrOff = z.enum(['on', 'off', 'true', 'false']).transform((said) => SWITCH[said]);

export const SETTINGS = z.object({
  PORT: whole(0, 65_535, '4000', 'The port to listen on; 0 takes any free one.'),
  HOST: withDefault(z.string().refine(isHost), {
    default: '127.0.0.1',
    allowed: 'an IP address or a host name, without a port or brackets',
    meaning: 'The address to listen on; `0.0.0.0` or `::` for all of them.',
  }),
  REDIS_URL: optional(z.string().refine(isRedisUrl), {
    allowed: 'redis://, rediss:// (TLS) or sentinel://host:port,host:port/name; any node of a cluster will do',
    defaultMeans: 'the embedded store',
    meaning: 'The Redis that keeps the records and joins several servers into one service.',
    secret: true,
  }),
  PRESENCE_REDIS_PREFIX: withDefault(z.string().regex(/^[^{}\s]{0,64}$/), {
    default: 'presence:',
    allowed: 'up to 64 characters without white space and braces',
    meaning: 'What every key and channel in Redis begins with.',
  }),
  DATA_DIR: withDefault(z.string(), {
    default: './data',
    allowed: 'a directory, or memory',
    meaning: 'Where the embedded store keeps what must last; `memory` keeps nothing. Not used with Redis.',
  }),
  JWT_SECRET: optional(z.string(), {
    allowed: 'any text; at least 32 bytes when NODE_ENV is production; not together with JWKS_URL',
    defaultMeans: 'development mode, unless JWKS_URL is set',
    meaning: 'The secret that tokens are signed with (HS256), used as it stands, as UTF-8.',
    secret: true,
  }),
  JWKS_URL: optional(z.string().refine(isUrl('https:', 'http:')), {
    allowed: 'an https:// or http:// address without a user name or password; not together with JWT_SECRET',
    meaning:
      'Where the public keys are that tokens are signed with (RS, PS, ES, EdDSA). Fetched again when a key is new.',
    secret: true,
  }),
  JWT_ISSUER: optional(z.string(), {
    allowed: 'any text',
    defaultMeans: 'not checked',
    meaning: 'What `iss` in a token must be.',
  }),
  JWT_AUDIENCE: optional(z.string(), {
    allowed: 'any text',
    defaultMeans: 'not checked',
    meaning: 'What `aud` in a token must be or contain.',
  }),
  PRESENCE_IDLE_TIMEOUT: duration('300', 'AWAY after this long without activity, unless the site or the person chose.'),
  PRESENCE_RECONNECT_GRACE: duration(
    '5',
    'Nobody sees that a connection is gone for this long: it hides a page reload.',
  ),
  PRESENCE_OFFLINE_AFTER: duration(
    '30',
    'OFFLINE this long after a connection was lost without a goodbye. At least PRESENCE_RECONNECT_GRACE.',
  ),
  PRESENCE_HEARTBEAT_TTL: duration(
    '75',
    'A session over HTTP lives this long after each heartbeat (background tabs run timers once a minute).',
  ),
  PRESENCE_LAST_ACTIVE_REFRESH: duration('900', 'How often lastActive of a connected person is refreshed.'),
  PRESENCE_PING_INTERVAL: duration('10', 'How often each WebSocket is pinged.'),
  PRESENCE_INIT_TIME: duration('3', 'A WebSocket that has not sent connection_init by then is closed with 4408.'),
  PRESENCE_NODE_LEASE: duration('5', 'A server not heard of for this long is dead, and its sessions count as lost.'),
  PRESENCE_DRAIN_TIME: duration(
    '1',
    'On stopping, sockets are closed one after the other over this long, so that clients do not all come back at once.',
  ),
  PRESENCE_CONNECTION_CAP: whole(
    0,
    2_147_483_647,
    '0',
    'Live presence switches itself off above this many connections; 0: no cap.',
  ),
  PRESENCE_ALLOWED_ORIGINS: optional(listOf(z.string().refine(isOrigin).transform(asSentByBrowsers)), {
    allowed: 'origins such as https://app.example.com, without a path, separated by commas',
    defaultMeans: 'pages of any origin: connecting takes a token, never a cookie',
    meaning: 'Web pages of these origins, and none besides, may connect.',
  }),
  PRESENCE_TRUSTED_PROXIES: optional(listOf(z.string().refine(isNetwork)), {
    allowed: 'IP addresses and networks such as 10.0.0.0/8, separated by commas',
    defaultMeans: 'none: an address is the one that the connection comes from',
    meaning: 'Whose X-Forwarded-For is believed, for PRESENCE_CONNECTIONS_PER_ADDRESS.',
  }),
  PRESENCE_GRAPHIQL: optional(onOrOff, {
    allowed: 'on or off',
    defaultMeans: 'on; off when NODE_ENV is production, and with PRESENCE_PERSISTED_OPERATIONS',
    meaning: 'Whether a browser that opens the GraphQL address gets GraphiQL.',
  }),
  PRESENCE_ADMIN_PAGE: optional(onOrOff, {
    allowed: 'on or off',
    defaultMeans: 'on; off when NODE_ENV is production',
    meaning: 'Whether `/admin` is a page for administrators. It can do no more than the token they sign in with.',
  }),
  PRESENCE_INTROSPECTION: optional(onOrOff, {
    allowed: 'on or off',
    defaultMeans: 'on; off when NODE_ENV is production and GraphiQL is off',
    meaning: 'Whether callers may ask for the schema. Off, error messages suggest no names of it either.',
  }),
  PRESENCE_PERSISTED_OPERATIONS: optional(z.string(), {
    allowed: 'a JSON file of documents by their hashes',
    defaultMeans: 'callers may send any document',
    meaning: 'The only operations that are carried out: see docs/security.md.',
  }),
  PRESENCE_METRICS_PORT: optional(z.string().regex(/^\d+$/).transform(Number).pipe(z.number().max(65_535)), {
    allowed: 'a whole number from 0 to 65535, other than PORT',
    defaultMeans: 'none of their own',
    meaning: 'Metrics for Prometheus at `/metrics` on this port of HOST; 0 takes any free one.',
  }),
  PRESENCE_METRICS_TOKEN: optional(z.string().regex(/^\S{16,}$/), {
    allowed: 'at least 16 characters, no white space',
    defaultMeans: 'no metrics at PORT, except in development mode',
    meaning:
      'Whoever sends it as `Authorization: Bearer <token>` is shown the metrics, at PORT unless they have a port of their own.',
    secret: true,
  }),
  LOG_LEVEL: withDefault(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']), {
    default: 'info',
    allowed: 'trace, debug, info, warn, error, fatal or silent',
    meaning: 'The least that is logged.',
  }),
  NODE_ENV: optional(z.string(), {
    allowed: 'any text',
    meaning: '`production` refuses development mode and short secrets, and switches GraphiQL and introspection off.',
  }),
  ...limits(),
});

export type Settings = z.output<typeof SETTINGS>;
export type Variable = keyof Settings;

export const VARIABLES = SETTINGS.keyof().options;

/** What the documentation and the messages say of a variable. */
export function notesOf(variable: Variable): SettingNotes {
  const found = notes.get(SETTINGS.shape[variable]);
  if (found === undefined) throw new Error(`${variable} has no notes`);
  return found;
}

function withDefault<Value>(schema: z.ZodType<Value, string>, about: SettingNotes & { readonly default: string }) {
  return schema.prefault(about.default).register(notes, about);
}

function optional<Value>(schema: z.ZodType<Value, string>, about: Omit<SettingNotes, 'default'>) {
  return schema
    .optional()
    .transform((value): Value | null => value ?? null)
    .register(notes, { ...about, default: null });
}

function whole(least: number, most: number, fallback: string, meaning: string) {
  const schema = z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(least).max(most));
  return withDefault(schema, { default: fallback, allowed: `a whole number from ${least} to ${most}`, meaning });
}

function limits() {
  const settings = LIMIT_NAMES.map((name) => {
    const { variable, default: fallback, least, most, meaning } = LIMITS[name];
    return [variable, whole(least, most, String(fallback), meaning)] as const;
  });
  return Object.fromEntries(settings) as Readonly<Record<LimitVariable, ReturnType<typeof whole>>>; // see forEachLimit
}

function duration(fallback: string, meaning: string) {
  const schema = z
    .string()
    .regex(/^(?:\d+\.?\d*|\.\d+)$/)
    .transform(Number)
    .pipe(z.number().positive().max(LONGEST))
    .transform(wholeMillis);
  const allowed = `seconds, more than 0 and at most ${LONGEST}, decimals allowed`;
  return withDefault(schema, { default: fallback, unit: 's', allowed, meaning });
}

/** Rounded up, so that nothing above 0 becomes 0; but 1.1 s is 1100 ms although 1.1 * 1000 is a little more. */
function wholeMillis(seconds: number): Millis {
  return asMillis(Math.max(1, Math.ceil(Number((seconds * 1000).toFixed(6)))));
}

function listOf<Value>(item: z.ZodType<Value, string>) {
  const split = (text: string) => text.split(',').map((part) => part.trim());
  return z.string().transform(split).pipe(z.array(item));
}

function isHost(host: string): boolean {
  if (isIP(host) !== 0) return true;
  return /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(host) && !/^[\d.]+$/.test(host);
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function isUrl(...protocols: readonly string[]): (text: string) => boolean {
  return (text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    if (url.hostname === '' || !protocols.includes(url.protocol)) return false;
    return url.protocol.startsWith('redis') || (url.username === '' && url.password === '');
  };
}

/** Desktop and mobile shells have origins of their own schemes, such as capacitor://localhost. */
function isOrigin(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@,*]+$/i.test(text) && URL.canParse(text);
}

/** In lower case and without the scheme's own port. */
function asSentByBrowsers(origin: string): string {
  const url = new URL(origin);
  return url.origin === 'null' ? origin.toLowerCase() : url.origin;
}

function isRedisUrl(text: string): boolean {
  return isUrl('redis:', 'rediss:')(text) || /^sentinel:\/\/(?:[^@\s]*@)?[^/@\s]+\/[^/\s]+(?:\/\d+)?$/.test(text);
}
