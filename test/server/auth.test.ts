import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AuthFailure, createAuthenticator } from '../../src/server/auth.ts';
import type { AuthConfig } from '../../src/server/config.ts';

const NOW = 1_800_000_000_000; // ms
const SECOND = NOW / 1000;
const SECRET = 'a-secret-of-more-than-thirty-two-bytes';

/** What the caller is told, and which of the four it is. */
async function failureOf(attempt: Promise<unknown>): Promise<Pick<AuthFailure, 'kind' | 'message' | 'cause'>> {
  const result = await attempt.catch((error: unknown) => error);
  if (result instanceof AuthFailure) return result;
  throw new Error('it was not refused', { cause: result });
}

const signed = (claims: JWTPayload, { secret = SECRET, alg = 'HS256' } = {}): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));

describe('with a secret', () => {
  let now = NOW;
  const authenticatorFor = (expected: { issuer?: string; audience?: string } = {}) => {
    const { issuer = null, audience = null } = expected;
    return createAuthenticator({ mode: 'secret', secret: SECRET, issuer, audience }, () => now);
  };
  const authenticate = authenticatorFor();
  afterEach(() => {
    now = NOW;
  });

  it('a token says who is calling, where, in which role, and until when', async () => {
    const token = await signed({
      sub: 'ada',
      site: 'acme',
      role: 'admin',
      name: ' Ada Lovelace ',
      iat: SECOND - 60,
      exp: SECOND + 60,
    });
    expect(await authenticate(`Bearer ${token}`)).toEqual({
      person: { site: 'acme', user: 'ada' },
      role: 'ADMIN',
      name: 'Ada Lovelace',
      issuedAt: NOW - 60_000,
      expiresAt: NOW + 60_000,
    });
  });

  it('a token with nothing but a subject is a user of the default site, without end', async () => {
    expect(await authenticate(await signed({ sub: 'ada' }))).toEqual({
      person: { site: 'default', user: 'ada' },
      role: 'USER',
      name: null,
      issuedAt: null,
      expiresAt: null,
    });
  });

  it.each(['Bearer ', 'bearer ', 'BEARER   ', '', '  '])('%j may stand before the token', async (prefix) => {
    const caller = await authenticate(`${prefix}${await signed({ sub: 'ada' })}`);
    expect(caller.person.user).toBe('ada');
  });

  it.each(['', ' ', 'Bearer', 'Bearer ', 'bearer\t'])('%j is no token at all', async (authorization) => {
    expect((await failureOf(authenticate(authorization))).kind).toBe('MISSING');
  });

  it('a token is worth nothing from the moment at which it expires', async () => {
    const token = await signed({ sub: 'ada', exp: SECOND + 1 });
    now = NOW + 999;
    expect((await authenticate(token)).expiresAt).toBe(NOW + 1000);
    now = NOW + 1000;
    expect((await failureOf(authenticate(token))).kind).toBe('EXPIRED');
    now = NOW + 3_600_000;
    expect((await failureOf(authenticate(token))).kind).toBe('EXPIRED');
  });

  it('an expired token of somebody else’s making is not called expired', async () => {
    const token = await signed({ sub: 'ada', exp: SECOND - 1 }, { secret: `another ${SECRET}` });
    expect((await failureOf(authenticate(token))).kind).toBe('INVALID');
  });

  it('a token that is not valid yet is refused, give or take the clocks of two machines', async () => {
    expect((await authenticate(await signed({ sub: 'ada', nbf: SECOND + 3 }))).person.user).toBe('ada');
    const { kind, message } = await failureOf(authenticate(await signed({ sub: 'ada', nbf: SECOND + 60 })));
    expect(kind).toBe('INVALID');
    expect(message).toContain('not valid yet');
  });

  it('an unsigned token (alg: none) is refused', async () => {
    const token = new UnsecuredJWT({ sub: 'ada' }).encode();
    expect((await failureOf(authenticate(token))).kind).toBe('INVALID');
    expect((await failureOf(authenticate(token.replace(/\.$/, '.AAAA')))).kind).toBe('INVALID');
  });

  it('a token signed in another way is refused, even with the right secret', async () => {
    const token = await signed({ sub: 'ada' }, { alg: 'HS512', secret: SECRET.repeat(2) });
    expect((await failureOf(authenticate(token))).kind).toBe('INVALID');
    const withSameSecret = createAuthenticator(
      { mode: 'secret', secret: SECRET.repeat(2), issuer: null, audience: null },
      () => NOW,
    );
    expect((await failureOf(withSameSecret(token))).kind).toBe('INVALID');
  });

  it('a token that was changed on the way is refused', async () => {
    const [header, , signature] = (await signed({ sub: 'ada' })).split('.');
    const payload = Buffer.from(JSON.stringify({ sub: 'ada', role: 'server' })).toString('base64url');
    expect((await failureOf(authenticate(`${header}.${payload}.${signature}`))).kind).toBe('INVALID');
  });

  it.each(['x', 'a.b.c', 'eyJhbGciOiJIUzI1NiJ9..', '....', 'dev:ada', 'dev:ada:admin', '\u{1F600}', 'Basic YTpi'])(
    'what is no token is refused: %s',
    async (token) => {
      expect((await failureOf(authenticate(token))).kind).toBe('INVALID');
    },
  );

  it('issuer and audience are checked when they are configured', async () => {
    const strict = authenticatorFor({ issuer: 'https://id.example', audience: 'presence' });
    const good = { sub: 'ada', iss: 'https://id.example', aud: ['mail', 'presence'] };
    expect((await strict(await signed(good))).person.user).toBe('ada');
    expect((await failureOf(strict(await signed({ ...good, aud: 'mail' })))).message).toContain('audience');
    expect((await failureOf(strict(await signed({ ...good, iss: 'https://evil.example' })))).message).toContain(
      'issuer',
    );
    expect((await failureOf(strict(await signed({ sub: 'ada' })))).kind).toBe('INVALID');
  });

  it.each([
    ['no subject', {}, 'sub must be a string'],
    ['an empty subject', { sub: '' }, 'sub must have 1 to 128 characters'],
    ['a subject of spaces', { sub: '   ' }, 'sub must have 1 to 128 characters'],
    ['a subject of 129 characters', { sub: 'x'.repeat(129) }, 'sub must have at most 128 characters'],
    ['a subject with a control character', { sub: 'a\u0000b' }, 'sub must not have control characters'],
    ['half of a surrogate pair', { sub: 'a\ud800' }, 'sub must be well-formed'],
    ['a member of every object', { sub: '__proto__' }, 'sub must not be "__proto__"'],
    ['the prefix of another type', { sub: 'session:1' }, 'sub must not begin with "session:"'],
    ['a site of 65 characters', { sub: 'ada', site: 'x'.repeat(65) }, 'site must have at most 64 characters'],
    ['an empty site', { sub: 'ada', site: '' }, 'site must have 1 to 64 characters'],
    ['a role that does not exist', { sub: 'ada', role: 'root' }, 'role must be one of user, admin, server, guest'],
    ['a role in capitals', { sub: 'ada', role: 'ADMIN' }, 'role must be one of'],
    ['a role that every object has', { sub: 'ada', role: 'constructor' }, 'role must be one of'],
    ['several roles', { sub: 'ada', role: ['user', 'admin'] }, 'role must be one of'],
    ['a blank name', { sub: 'ada', name: ' \u200b ' }, 'name must have at least one visible character'],
    ['a name of 257 characters', { sub: 'ada', name: 'é'.repeat(257) }, 'name must have at most 256 characters'],
    ['a name over two lines', { sub: 'ada', name: 'Ada\nLovelace' }, 'name must not have control characters'],
    ['a name that runs backwards', { sub: 'ada', name: 'Ada \u202egrace' }, 'name must not have control characters'],
    ['a name that is a number', { sub: 'ada', name: 5 }, 'name must be a string'],
    ['an end that no calendar has', { sub: 'ada', exp: 1e300 }, 'exp must be a moment that a calendar has'],
  ])('a token is refused with a sentence that names the claim: %s', async (_, claims, says) => {
    const { kind, message } = await failureOf(authenticate(await signed({ ...claims })));
    expect(kind).toBe('INVALID');
    expect(message).toContain(says);
  });

  it('an end that is not a number is refused', async () => {
    const body = [{ alg: 'HS256' }, { sub: 'ada', exp: '2030' }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const token = `${body}.${createHmac('sha256', SECRET).update(body).digest('base64url')}`;
    expect((await failureOf(authenticate(token))).message).toContain('not a number of seconds');
  });

  it('a name that the token leaves empty is no name', async () => {
    expect((await authenticate(await signed({ sub: 'ada', name: null }))).name).toBeNull();
  });

  it('a name of 256 characters is kept whole', async () => {
    const name = '\u{1F600}'.repeat(256);
    expect((await authenticate(await signed({ sub: 'ada', name }))).name).toBe(name);
  });

  it('no refusal repeats the token', async () => {
    const tokens = [
      await signed({ sub: 'ada', exp: SECOND - 1 }),
      await signed({ sub: '' }),
      await signed({ sub: 'ada', role: 'root-of-all' }),
      await signed({ sub: 'ada' }, { secret: `another ${SECRET}` }),
      'dev:grace',
      'nonsense',
    ];
    for (const token of tokens) {
      const { message } = await failureOf(authenticate(`Bearer ${token}`));
      for (const part of [token, ...token.split('.'), 'root-of-all', 'grace']) expect(message).not.toContain(part);
    }
  });
});

describe('with a key set', () => {
  const servers: Server[] = [];
  let ada: Awaited<ReturnType<typeof keyPair>>;
  let next: Awaited<ReturnType<typeof keyPair>>;

  beforeAll(async () => {
    [ada, next] = await Promise.all([keyPair('ES256', '2026-1'), keyPair('RS256', '2026-2')]);
  });

  afterEach(async () => {
    vi.useRealTimers();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  async function keyPair(alg: string, kid: string) {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
    const sign = (claims: JWTPayload, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
    return { publicKey, jwk, sign };
  }

  /** A real one, whose keys and answers the test may change. */
  async function identityProvider(...keys: unknown[]) {
    const provider = { keys, status: 200, asked: 0, url: '' };
    const server = createServer((_, res) => {
      provider.asked++;
      res.writeHead(provider.status, { 'content-type': 'application/json', connection: 'close' });
      res.end(JSON.stringify({ keys: provider.keys }));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    return provider;
  }

  const authenticatorAt = (url: string, expected: Partial<Extract<AuthConfig, { mode: 'jwks' }>> = {}) =>
    createAuthenticator({ mode: 'jwks', url, issuer: null, audience: null, ...expected }, () => NOW);

  it('a token signed with one of its keys passes, and the keys are fetched once', async () => {
    const provider = await identityProvider(next.jwk, ada.jwk);
    const authenticate = authenticatorAt(provider.url);
    expect((await authenticate(await ada.sign({ sub: 'ada' }))).person.user).toBe('ada');
    expect((await authenticate(await next.sign({ sub: 'grace', role: 'server' }))).role).toBe('SERVER');
    expect(provider.asked).toBe(1);
  });

  it('a key that was added since is found, and one that was withdrawn is no longer believed', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
    const provider = await identityProvider(ada.jwk);
    const authenticate = authenticatorAt(provider.url);
    await authenticate(await ada.sign({ sub: 'ada' }));
    provider.keys = [next.jwk];
    vi.setSystemTime(NOW + 6_000);
    expect((await authenticate(await next.sign({ sub: 'ada' }))).person.user).toBe('ada');
    expect((await failureOf(authenticate(await ada.sign({ sub: 'ada' })))).kind).toBe('INVALID');
  });

  it('a key that was withdrawn is worth nothing after ten minutes, whether or not another came', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
    const provider = await identityProvider(ada.jwk, next.jwk);
    const authenticate = authenticatorAt(provider.url);
    const token = await ada.sign({ sub: 'ada' });
    expect((await authenticate(token)).person.user).toBe('ada');
    provider.keys = [next.jwk];
    vi.setSystemTime(NOW + 600_001);
    expect((await failureOf(authenticate(token))).kind).toBe('INVALID');
  });

  it('made-up key ids do not make the server ask again and again', async () => {
    const provider = await identityProvider(ada.jwk);
    const authenticate = authenticatorAt(provider.url);
    for (let time = 0; time < 20; time++) {
      const token = await ada.sign({ sub: 'ada' }, { kid: `made-up-${time}` });
      expect((await failureOf(authenticate(token))).kind).toBe('INVALID');
    }
    expect(provider.asked).toBe(1);
  });

  it('issuer and audience are checked when they are configured', async () => {
    const { url } = await identityProvider(ada.jwk);
    const authenticate = authenticatorAt(url, { issuer: 'https://id.example', audience: 'presence' });
    const good = { sub: 'ada', iss: 'https://id.example', aud: 'presence' };
    expect((await authenticate(await ada.sign(good))).person.user).toBe('ada');
    expect((await failureOf(authenticate(await ada.sign({ ...good, aud: 'mail' })))).message).toContain('audience');
    expect((await failureOf(authenticate(await ada.sign({ ...good, iss: 'other' })))).message).toContain('issuer');
  });

  it('an expired token is called expired', async () => {
    const { url } = await identityProvider(ada.jwk);
    expect((await failureOf(authenticatorAt(url)(await ada.sign({ sub: 'ada', exp: SECOND - 1 })))).kind).toBe(
      'EXPIRED',
    );
  });

  it('a token signed with HS256 and the public key for a secret is refused', async () => {
    const { url } = await identityProvider(next.jwk);
    const authenticate = authenticatorAt(url);
    const secrets = [await exportSPKI(next.publicKey), JSON.stringify(next.jwk), next.jwk.n ?? ''];
    for (const secret of secrets) {
      const header = { alg: 'HS256', kid: '2026-2' };
      const token = await new SignJWT({ sub: 'ada' })
        .setProtectedHeader(header)
        .sign(new Uint8Array(Buffer.from(secret)));
      expect((await failureOf(authenticate(token))).kind).toBe('INVALID');
    }
  });

  it('a secret among its keys signs nothing', async () => {
    const k = Buffer.from(SECRET).toString('base64url');
    const { url } = await identityProvider({ kty: 'oct', k, kid: 'oct', alg: 'HS256' }, ada.jwk);
    expect((await failureOf(authenticatorAt(url)(await signed({ sub: 'ada' })))).kind).toBe('INVALID');
  });

  it('unsigned tokens and development tokens are refused', async () => {
    const { url } = await identityProvider(ada.jwk);
    const authenticate = authenticatorAt(url);
    expect((await failureOf(authenticate(new UnsecuredJWT({ sub: 'ada' }).encode()))).kind).toBe('INVALID');
    expect((await failureOf(authenticate('dev:ada'))).kind).toBe('INVALID');
  });

  it('a key that the token itself brings along is not believed', async () => {
    const { url } = await identityProvider(ada.jwk);
    const evil = await keyPair('ES256', '2026-1');
    const token = await evil.sign({ sub: 'ada' }, { jwk: evil.jwk, jku: 'https://evil.example/keys' });
    expect((await failureOf(authenticatorAt(url)(token))).kind).toBe('INVALID');
  });

  it('keys that are out of reach make no token invalid: the same one passes when they are back', async () => {
    const provider = await identityProvider(ada.jwk);
    const authenticate = authenticatorAt(provider.url);
    const token = await ada.sign({ sub: 'ada' });
    provider.status = 503;
    const { kind, message, cause } = await failureOf(authenticate(token));
    expect(kind).toBe('UNAVAILABLE');
    expect(message).toContain('Try again');
    expect(cause).toBeInstanceOf(Error);
    provider.status = 200;
    expect((await authenticate(token)).person.user).toBe('ada');
  });

  it('an address where nobody answers, or answers with something else, is out of reach too', async () => {
    const provider = await identityProvider();
    const token = await ada.sign({ sub: 'ada' });
    provider.keys = ['not a key'];
    expect((await failureOf(authenticatorAt(provider.url)(token))).kind).toBe('UNAVAILABLE');
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
    expect((await failureOf(authenticatorAt(provider.url)(token))).kind).toBe('UNAVAILABLE');
  });
});

describe('in development mode', () => {
  const authenticate = createAuthenticator({ mode: 'development' }, () => NOW);

  it.each([
    ['dev:ada', 'ada', 'USER', 'default'],
    ['Bearer dev:grace', 'grace', 'USER', 'default'],
    ['dev:ada:admin', 'ada', 'ADMIN', 'default'],
    ['dev:app:server:acme', 'app', 'SERVER', 'acme'],
    ['dev:visitor:guest', 'visitor', 'GUEST', 'default'],
    ['dev:ada lovelace', 'ada lovelace', 'USER', 'default'],
  ])('%s is believed, without end', async (token, user, role, site) => {
    expect(await authenticate(token)).toEqual({
      person: { site, user },
      role,
      name: null,
      issuedAt: null,
      expiresAt: null,
    });
  });

  it.each([
    ['dev:', 'sub must have 1 to 128 characters'],
    ['dev::admin', 'sub must have 1 to 128 characters'],
    ['dev:ada:root', 'role must be one of user, admin, server, guest'],
    ['dev:ada:', 'role must be one of'],
    ['dev:ada:user:', 'site must have 1 to 64 characters'],
    ['dev:constructor', 'sub must not be "constructor"'],
    ['dev:urn:example:ada:1', 'cannot contain ":"'],
    ['DEV:ada', 'development mode'],
    ['ada', 'a token is dev:<userId>'],
  ])('%s is refused with a sentence that says what to write', async (token, says) => {
    const { kind, message } = await failureOf(authenticate(token));
    expect(kind).toBe('INVALID');
    expect(message).toContain(says);
    expect(message).toContain('dev:<userId>:<role>:<site>');
  });

  it('signed tokens are not taken: nobody could check them', async () => {
    expect((await failureOf(authenticate(await signed({ sub: 'ada' })))).kind).toBe('INVALID');
  });

  it('no token is still no token', async () => {
    expect((await failureOf(authenticate('Bearer'))).kind).toBe('MISSING');
  });
});
