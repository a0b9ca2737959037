import { describe, expect, it } from 'vitest';
import { LIMIT_NAMES, LIMITS } from '../../src/hub/limits.ts';
import { ConfigError, type Environment, readConfig } from '../../src/server/config.ts';

const SECRET = 'a-secret-of-more-than-thirty-two-bytes';

/** What an operator reads when the server does not start. */
function refusalOf(env: Environment): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'nothing was refused';
}

describe('starting without any variable', () => {
  const config = readConfig({});

  it('listens on 127.0.0.1:4000 in development mode, with the embedded store and GraphiQL', () => {
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      production: false,
      store: { kind: 'embedded', dataDir: './data' },
      auth: { mode: 'development' },
      graphiql: true,
      logLevel: 'info',
      limits: { watch: 100 },
      introspection: true,
      connectionCap: 0,
      allowedOrigins: null,
      warnings: [],
    });
  });

  it('keeps the times that the documentation names, in milliseconds', () => {
    expect(config.timings).toEqual({
      idleTimeout: 300_000,
      reconnectGrace: 5_000,
      offlineAfter: 30_000,
      heartbeatTtl: 75_000,
      lastActiveRefresh: 900_000,
      pingInterval: 10_000,
      init: 3_000,
      nodeLease: 5_000,
      drain: 1_000,
    });
  });
});

describe('a variable', () => {
  it('that is empty or blank counts as unset', () => {
    expect(readConfig({ PORT: '', HOST: ' ', JWT_SECRET: '', REDIS_URL: '' })).toEqual(readConfig({}));
  });

  it('may have white space around it', () => {
    expect(readConfig({ PORT: ' 8080\n', LOG_LEVEL: ' debug ' })).toMatchObject({ port: 8080, logLevel: 'debug' });
  });

  it('for a time takes decimals, and nothing above zero becomes nothing', () => {
    const { timings } = readConfig({
      PRESENCE_RECONNECT_GRACE: '0.25',
      PRESENCE_OFFLINE_AFTER: '1.1', // 1.1 * 1000 is a little more than 1100
      PRESENCE_IDLE_TIMEOUT: '.5',
      PRESENCE_PING_INTERVAL: '0.0001',
    });
    expect(timings).toMatchObject({ reconnectGrace: 250, offlineAfter: 1100, idleTimeout: 500, pingInterval: 1 });
  });

  it('for the port may be 0, which takes any free one', () => {
    expect(readConfig({ PORT: '0' }).port).toBe(0);
  });

  it.each([
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['PORT', '40.5', 'a whole number from 0 to 65535'],
    ['PORT', '-1', 'a whole number from 0 to 65535'],
    ['PORT', '0x10', 'a whole number from 0 to 65535'],
    ['HOST', 'http://localhost', 'an IP address or a host name'],
    ['HOST', 'localhost:4000', 'an IP address or a host name'],
    ['HOST', '999.1.1.1', 'an IP address or a host name'],
    ['PRESENCE_WATCH_LIMIT', '0', 'a whole number from 1 to 10000'],
    ['PRESENCE_IDLE_TIMEOUT', '0', 'seconds, more than 0'],
    ['PRESENCE_IDLE_TIMEOUT', '5m', 'seconds, more than 0'],
    ['PRESENCE_IDLE_TIMEOUT', '1e3', 'seconds, more than 0'],
    ['PRESENCE_NODE_LEASE', '86401', 'at most 86400'],
    ['PRESENCE_CONNECTION_CAP', '-1', 'a whole number from 0'],
    ['PRESENCE_GRAPHIQL', 'yes', 'on or off'],
    ['PRESENCE_INTROSPECTION', '1', 'on or off'],
    ['PRESENCE_MESSAGE_LIMIT', '64k', 'a whole number from 1024 to 1048576'],
    ['PRESENCE_TRUSTED_PROXIES', 'proxy.example.com', 'IP addresses and networks'],
    ['PRESENCE_TRUSTED_PROXIES', '10.0.0.0/33', 'IP addresses and networks'],
    ['PRESENCE_ALLOWED_ORIGINS', 'https://app.example.com/path', 'origins such as'],
    ['PRESENCE_ALLOWED_ORIGINS', 'https://a.example,,https://b.example', 'origins such as'],
    ['PRESENCE_ALLOWED_ORIGINS', '*', 'origins such as'],
    ['LOG_LEVEL', 'verbose', 'trace, debug, info'],
  ])('is refused by its name, its value and what is allowed: %s=%s', (name, value, allowed) => {
    const refusal = refusalOf({ [name]: value });
    expect(refusal).toContain(`${name} is ${JSON.stringify(value)}.`);
    expect(refusal).toContain(allowed);
  });

  it('is told together with every other that is wrong', () => {
    const refusal = refusalOf({
      PORT: 'http',
      LOG_LEVEL: 'loud',
      PRESENCE_IDLE_TIMEOUT: '-5',
      PRESENCE_OFFLINE_AFTER: '1',
      JWT_SECRET: 'short',
      NODE_ENV: 'production',
    });
    for (const name of ['PORT', 'LOG_LEVEL', 'PRESENCE_IDLE_TIMEOUT', 'PRESENCE_OFFLINE_AFTER', 'JWT_SECRET']) {
      expect(refusal).toContain(`- ${name} is `);
    }
  });

  it('of great length is shown in part', () => {
    expect(refusalOf({ LOG_LEVEL: 'x'.repeat(5_000) }).length).toBeLessThan(400);
  });
});

describe('limits', () => {
  it('are what the definitions say, each by its variable', () => {
    const { limits } = readConfig({});
    for (const name of LIMIT_NAMES) {
      const { variable, default: fallback, least, most } = LIMITS[name];
      expect(limits[name], name).toBe(fallback);
      expect(refusalOf({ [variable]: String(most + 1) })).toContain(`${variable} is "${most + 1}". Allowed:`);
      expect(least).toBeLessThanOrEqual(fallback);
    }
  });

  it('of several watches are never less than of one, and of a long body never less than of any', () => {
    const { limits } = readConfig({
      PRESENCE_WATCH_LIMIT: '10000',
      PRESENCE_WATCH_LIMIT_PER_SOCKET: '50',
      PRESENCE_WATCH_LIMIT_PER_PERSON: '5',
      PRESENCE_MESSAGE_LIMIT: '1000000',
      PRESENCE_BODY_LIMIT: '65536',
    });
    expect(limits).toMatchObject({ watch: 10_000, watchPerSocket: 10_000, watchPerPerson: 10_000, body: 1_000_000 });
  });
});

describe('origins that may connect', () => {
  it('are compared as browsers send them', () => {
    const { allowedOrigins } = readConfig({
      PRESENCE_ALLOWED_ORIGINS: 'https://App.Example.com:443, http://localhost:3000,capacitor://localhost',
    });
    expect(allowedOrigins).toEqual(['https://app.example.com', 'http://localhost:3000', 'capacitor://localhost']);
  });
});

describe('a secret', () => {
  it('is never printed, only how long it is', () => {
    const refusal = refusalOf({ JWT_SECRET: 'hunter2', REDIS_URL: 'http://:hunter3@redis', NODE_ENV: 'production' });
    expect(refusal).toContain('JWT_SECRET is 7 bytes long.');
    expect(refusal).toContain('REDIS_URL is 21 bytes long.');
    expect(refusal).not.toMatch(/hunter/);
  });

  it('is used as it stands, and white space around it is pointed out', () => {
    const { auth, warnings } = readConfig({ JWT_SECRET: `${SECRET}\n` });
    expect(auth).toMatchObject({ mode: 'secret', secret: `${SECRET}\n` });
    expect(warnings.join()).toContain('white space');
  });

  it('under 32 bytes is refused in production, and warned of otherwise', () => {
    expect(refusalOf({ JWT_SECRET: 'short', NODE_ENV: 'production' })).toContain('at least 32 bytes');
    expect(readConfig({ JWT_SECRET: 'short' }).warnings.join()).toContain('JWT_SECRET is 5 bytes long');
  });

  it('counts in bytes, not in characters', () => {
    expect(readConfig({ JWT_SECRET: 'é'.repeat(16), NODE_ENV: 'production' }).warnings).toEqual([]);
  });

  it('cannot be set together with a key set', () => {
    const refusal = refusalOf({ JWT_SECRET: SECRET, JWKS_URL: 'https://id.example/keys' });
    expect(refusal).toContain('JWT_SECRET and JWKS_URL are both set');
  });

  it('does not show in a warning about a misspelled name', () => {
    const { warnings } = readConfig({ PRESENCE_JWT_SECRET: 'hunter2' });
    expect(warnings.join()).toContain('PRESENCE_JWT_SECRET');
    expect(warnings.join()).not.toContain('hunter2');
  });
});

describe('development mode, which believes everybody', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost', '::ffff:127.0.0.1'])('runs on %s', (HOST) => {
    expect(readConfig({ HOST }).auth.mode).toBe('development');
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.com', 'localhost.example.com', '128.0.0.1'])(
    'does not run on %s, where others could reach it',
    (HOST) => {
      expect(refusalOf({ HOST })).toContain(`HOST is "${HOST}". With neither JWT_SECRET nor JWKS_URL`);
    },
  );

  it.each(['production', 'Production', ' production '])('does not run with NODE_ENV %j', (NODE_ENV) => {
    expect(refusalOf({ NODE_ENV })).toContain('NODE_ENV is production');
  });

  it('is not needed elsewhere: with a secret any address goes', () => {
    expect(readConfig({ HOST: '0.0.0.0', JWT_SECRET: SECRET }).warnings).toEqual([]);
  });

  it('is not blamed for a key set whose address is wrong', () => {
    const refusal = refusalOf({ JWKS_URL: 'id.example/keys', HOST: '0.0.0.0' });
    expect(refusal).toContain('JWKS_URL');
    expect(refusal).not.toContain('development mode');
  });

  it('says that it checks neither issuer nor audience', () => {
    expect(readConfig({ JWT_AUDIENCE: 'presence' }).warnings.join()).toContain('do nothing in development mode');
  });
});

describe('a key set', () => {
  const JWKS_URL = 'https://id.example/keys';

  it('comes with issuer and audience', () => {
    const { auth, warnings } = readConfig({ JWKS_URL, JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'presence' });
    expect(auth).toEqual({ mode: 'jwks', url: JWKS_URL, issuer: 'https://id.example', audience: 'presence' });
    expect(warnings).toEqual([]);
  });

  it('without them is warned of: tokens made for other services would pass', () => {
    expect(readConfig({ JWKS_URL, JWT_ISSUER: 'https://id.example' }).warnings.join()).toContain('JWT_AUDIENCE');
  });

  it('over plain http is warned of, unless it is on this machine', () => {
    const checked = { JWT_ISSUER: 'i', JWT_AUDIENCE: 'a' };
    expect(readConfig({ JWKS_URL: 'http://id.example/keys', ...checked }).warnings.join()).toContain('not https');
    expect(readConfig({ JWKS_URL: 'http://[::1]:9000/keys', ...checked }).warnings).toEqual([]);
  });

  it.each(['ftp://id.example/keys', 'id.example', 'https://user:pass@id.example/keys'])('is not at %s', (url) => {
    expect(refusalOf({ JWKS_URL: url })).toContain(`JWKS_URL is ${url.length} bytes long. Allowed: an https://`);
  });
});

describe('the rest', () => {
  it('a lost connection is not OFFLINE before the reconnect grace is over', () => {
    const refusal = refusalOf({ PRESENCE_OFFLINE_AFTER: '2', PRESENCE_RECONNECT_GRACE: '2.5' });
    expect(refusal).toContain('PRESENCE_OFFLINE_AFTER is 2 and PRESENCE_RECONNECT_GRACE is 2.5');
    expect(readConfig({ PRESENCE_OFFLINE_AFTER: '2', PRESENCE_RECONNECT_GRACE: '2' }).timings.offlineAfter).toBe(2_000);
  });

  it('GraphiQL is off in production unless it is asked for', () => {
    const production = { NODE_ENV: 'production', JWT_SECRET: SECRET };
    expect(readConfig(production).graphiql).toBe(false);
    expect(readConfig({ ...production, PRESENCE_GRAPHIQL: 'on' }).graphiql).toBe(true);
    expect(readConfig({ PRESENCE_GRAPHIQL: 'off' }).graphiql).toBe(false);
  });

  it('metrics are shown where the operator says, and without a word only in development mode', () => {
    const metricsOf = (env: Record<string, string>) => readConfig(env).metrics;
    const production = { JWT_SECRET: SECRET, HOST: '0.0.0.0' };
    expect(metricsOf({})).toEqual({ port: null, token: null });
    expect(metricsOf(production)).toBeNull();
    expect(metricsOf({ ...production, PRESENCE_METRICS_PORT: '9464' })).toEqual({ port: 9_464, token: null });
    expect(refusalOf({ PORT: '9464', PRESENCE_METRICS_PORT: '9464' })).toContain('are both 9464');
    expect(refusalOf({ PRESENCE_METRICS_TOKEN: 'short' })).toContain('5 bytes long. Allowed: at least 16');
    const open = readConfig({ ...production, PRESENCE_METRICS_PORT: '9464' });
    expect(open.warnings).toEqual([expect.stringContaining('PRESENCE_METRICS_PORT is open to everybody')]);
  });

  it('REDIS_URL picks the Redis store', () => {
    expect(readConfig({ REDIS_URL: 'redis://:pass@redis:6379/1' }).store).toEqual({
      kind: 'redis',
      url: 'redis://:pass@redis:6379/1',
      prefix: 'presence:',
    });
  });

  it.each([
    ['PRESENCE_IDLE_TIMOUT', 'Did you mean PRESENCE_IDLE_TIMEOUT?'],
    ['PRESENCE_WATCHLIMIT', 'Did you mean PRESENCE_WATCH_LIMIT?'],
    ['JWT_SECERT', 'Did you mean JWT_SECRET?'],
    ['PRESENCE_SOMETHING_ELSE_ALTOGETHER', 'is not a variable of this server'],
  ])('a name that nobody reads is pointed out: %s', (name, says) => {
    const { warnings } = readConfig({ [name]: '5' });
    expect(warnings).toEqual([expect.stringContaining(name)]);
    expect(warnings[0]).toContain(says);
  });

  it('variables of other programs are nobody’s business', () => {
    expect(readConfig({ PATH: '/bin', HOME: '/root', POSTS: '1', JWT_COOKIE_LIFETIME_SECONDS: '60' }).warnings).toEqual(
      [],
    );
  });
});
