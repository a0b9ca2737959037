/** What is wrong or doubtful about the settings beyond each variable for itself. */
import { BlockList, isIP, isIPv6 } from 'node:net';
import { notesOf, type Settings, VARIABLES, type Variable } from './settings.ts';
import { nearest } from './spelling.ts';

/** Settings that cannot be used together. */
export interface Clash {
  readonly between: readonly Variable[];
  readonly says: string;
}

const LEAST_SECRET = 32; // bytes: an HS256 key is no shorter than its hash, RFC 7518 section 3.2

export function clashesIn(settings: Settings): readonly Clash[] {
  const { HOST, JWT_SECRET, JWKS_URL, PRESENCE_OFFLINE_AFTER: offline, PRESENCE_RECONNECT_GRACE: grace } = settings;
  const clashes: Clash[] = [];
  const clash = (between: readonly Variable[], says: string) => clashes.push({ between, says });
  const development = JWT_SECRET === null && JWKS_URL === null;
  if (JWT_SECRET !== null && JWKS_URL !== null) {
    clash(['JWT_SECRET', 'JWKS_URL'], 'JWT_SECRET and JWKS_URL are both set. Allowed: one of them.');
  }
  if (isProduction(settings) && JWT_SECRET !== null && Buffer.byteLength(JWT_SECRET) < LEAST_SECRET) {
    const rule = `Allowed when NODE_ENV is production: at least ${LEAST_SECRET} bytes (RFC 7518, section 3.2).`;
    clash(['JWT_SECRET'], `JWT_SECRET is ${shown('JWT_SECRET', JWT_SECRET)}. ${rule}`);
  }
  if (development && isProduction(settings)) {
    clash(['JWT_SECRET', 'JWKS_URL'], `JWT_SECRET and JWKS_URL are unset, and NODE_ENV is production. ${TRUSTING}`);
  }
  if (development && !isLoopback(HOST)) {
    clash(['HOST', 'JWT_SECRET', 'JWKS_URL'], `HOST is ${shown('HOST', HOST)}. ${TRUSTING}`);
  }
  if (offline < grace) {
    const values = `PRESENCE_OFFLINE_AFTER is ${offline / 1000} and PRESENCE_RECONNECT_GRACE is ${grace / 1000}`;
    clash(
      ['PRESENCE_OFFLINE_AFTER', 'PRESENCE_RECONNECT_GRACE'],
      `${values}. Allowed: PRESENCE_OFFLINE_AFTER at least as long as PRESENCE_RECONNECT_GRACE.`,
    );
  }
  if (settings.PRESENCE_METRICS_PORT === settings.PORT && settings.PORT !== 0) {
    clash(
      ['PRESENCE_METRICS_PORT', 'PORT'],
      `PRESENCE_METRICS_PORT and PORT are both ${settings.PORT}. Allowed: two ports, or PRESENCE_METRICS_TOKEN and no port of their own.`,
    );
  }
  return clashes;
}

const TRUSTING =
  'With neither JWT_SECRET nor JWKS_URL the server is in development mode and believes whoever a caller claims to be. ' +
  'Allowed then: a loopback HOST (127.0.0.0/8, ::1 or localhost), and NODE_ENV other than production.';

/** What works all the same, but its operator should know. */
export function doubtsAbout(settings: Settings): readonly string[] {
  const { JWT_SECRET: secret, JWKS_URL: url, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = settings;
  const doubts: string[] = [];
  if (secret !== null && Buffer.byteLength(secret) < LEAST_SECRET) {
    doubts.push(
      `JWT_SECRET is ${shown('JWT_SECRET', secret)}: it can be guessed. Production takes ${LEAST_SECRET} or more.`,
    );
  }
  if (secret !== null && secret !== secret.trim()) {
    doubts.push('JWT_SECRET begins or ends with white space, which is used as part of it.');
  }
  if (url !== null && (issuer === null || audience === null)) {
    doubts.push('JWKS_URL is set without both JWT_ISSUER and JWT_AUDIENCE: tokens made for other services pass too.');
  }
  if (url?.startsWith('http:') && !isLoopback(new URL(url).hostname)) {
    doubts.push('JWKS_URL is not https: whoever is on the way can put keys of their own in place.');
  }
  if (secret === null && url === null && (issuer !== null || audience !== null)) {
    doubts.push('JWT_ISSUER and JWT_AUDIENCE do nothing in development mode.');
  }
  if (
    settings.PRESENCE_METRICS_PORT !== null &&
    settings.PRESENCE_METRICS_TOKEN === null &&
    !isLoopback(settings.HOST)
  ) {
    doubts.push(
      'PRESENCE_METRICS_PORT is open to everybody who reaches it: keep it closed to others, or set PRESENCE_METRICS_TOKEN.',
    );
  }
  return doubts;
}

/** Variables that are set but that nobody reads. */
export function misspelled(names: readonly string[]): readonly string[] {
  const unknown = names.filter((name) => !VARIABLES.some((variable) => variable === name));
  return unknown.flatMap((name) => {
    const meant = /^(?:PRESENCE|JWT|JWKS)_/i.test(name) ? nearest(name, VARIABLES) : null;
    if (meant !== null) return [`${name} is not a variable of this server. Did you mean ${meant}?`];
    return name.startsWith('PRESENCE_') ? [`${name} is not a variable of this server.`] : [];
  });
}

/** A value as messages show it; of a secret only its length. */
export function shown(variable: Variable, value: string): string {
  if (notesOf(variable).secret) return `${Buffer.byteLength(value)} bytes long`;
  return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
}

export function isProduction(settings: Settings): boolean {
  return settings.NODE_ENV?.toLowerCase() === 'production';
}

function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, ''); // URLs put IPv6 addresses into brackets
  if (isIP(bare) === 0) return bare.toLowerCase() === 'localhost';
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8);
  loopback.addAddress('::1', 'ipv6');
  return loopback.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4');
}
