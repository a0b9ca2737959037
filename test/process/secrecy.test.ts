/** Who is let in from where, and what of their tokens stays behind: nothing. */
import { SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type ServerProcess, startProcess } from '../support/server-process.ts';
import { connectRaw, frame, upgrade } from './raw.ts';

const SECRET = 'a-secret-of-more-than-thirty-two-bytes';

describe('no token is in the log, at its most talkative', () => {
  const key = new TextEncoder().encode(SECRET);
  const sign = (exp: string, secret = key) =>
    new SignJWT({ sub: 'ada' }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(exp).sign(secret);

  test.each([
    ['with signed tokens', { JWT_SECRET: SECRET, PRESENCE_GRAPHIQL: 'on' }],
    ['in development mode', {}],
  ])('%s', async (_, env) => {
    const server = await startProcess({ ...env, LOG_LEVEL: 'trace' });
    const unsigned = new UnsecuredJWT({ sub: 'ada' }).encode();
    const foreign = await sign('1 h', new TextEncoder().encode('somebody else’s, thirty-two bytes long'));
    const tokens = [
      await sign('1 h'),
      await sign('-1 h'),
      foreign,
      unsigned,
      'dev:mallory:admin',
      'opaque-mallory-token',
    ];
    for (const token of tokens) await sayEverywhere(server, token);
    await server.kill('SIGKILL');

    const log = server.output().slice(server.output().indexOf('{'));
    expect(log.split('\n').length).toBeGreaterThan(20);
    expect(log).toMatch(/"level":20/);
    for (const token of tokens) for (const part of partsOf(token)) expect(log).not.toContain(part);
    expect(log).not.toContain(SECRET);
  });

  /** In every place where a token may stand, and in some where it should not. */
  async function sayEverywhere(server: ServerProcess, token: string): Promise<void> {
    const query = '{ viewer { id } }';
    await server.ask(token, query);
    await server.ask(token, `{ user(id: "Bearer ${token}") { id } `);
    await server.ask(token, 'query ($token: Int) { user(id: $token) { id } }', { token });
    const get = (search: string, headers = {}) => fetch(`${server.url}/graphql?${search}`, { headers });
    await get(`query=${encodeURIComponent(query)}&token=${token}`, { authorization: token });
    await get(`access_token=${token}`, { authorization: `Token ${token}`, cookie: `token=${token}` });
    await fetch(`${server.url}/graphql`, { method: 'POST', body: `{"token":"${token}"`, headers: JSON_BODY });
    const socket = await server.connect({ token, session: false }).catch(() => null);
    await socket?.ask('{ nothing }');
    await socket?.close();
    await server.connect({ token, device: `Bearer ${token}` }).catch(() => null);
    await server.connect({ token, status: { text: [token] } }).catch(() => null);
    const pane = await connectRaw(server.url);
    pane.socket.write(upgrade(`/graphql?token=${token}`));
    await pane.hears('101');
    pane.socket.write(frame('{"type":"connection_init","payload":{}}'));
    await pane.hears('connection_ack');
    const extensions = { headers: { Authorization: `Bearer ${token}` } };
    pane.socket.write(frame(JSON.stringify({ type: 'subscribe', id: 'pane', payload: { query, extensions } })));
    await pane.hears('"pane"');
    pane.socket.write(frame(`Bearer ${token}`));
    await pane.hears('Invalid message');
  }

  const JSON_BODY = { 'content-type': 'application/json' };

  /** Of a signed token each part tells too much; its header says nothing of anybody. */
  function partsOf(token: string): readonly string[] {
    const [, payload, signature] = token.split('.');
    return [token, payload, signature].filter((part) => part !== undefined && part !== '').map(String);
  }
});

describe('web pages', () => {
  const ALLOWED = 'https://app.example.com';
  const servers = new Map<string, ServerProcess>();
  beforeAll(async () => {
    const [development, configured, anywhere] = await Promise.all([
      startProcess(),
      startProcess({ JWT_SECRET: SECRET, PRESENCE_ALLOWED_ORIGINS: `${ALLOWED}, capacitor://localhost` }),
      startProcess({ JWT_SECRET: SECRET }),
    ]);
    servers.set('development', development).set('configured', configured).set('anywhere', anywhere);
  });

  test.each([
    ['development', 'http://localhost:3000', true],
    ['development', 'http://127.0.0.1:8080', true],
    ['development', 'http://[::1]:8080', true],
    ['development', 'https://app.example.com', false],
    ['development', 'http://localhost.example.com', false],
    ['development', 'null', false],
    ['configured', ALLOWED, true],
    ['configured', 'capacitor://localhost', true],
    ['configured', 'https://app.example.com.evil.example', false],
    ['configured', 'http://app.example.com', false],
    ['configured', 'http://localhost:3000', false],
    ['anywhere', 'https://app.example.com', true],
  ])('%s: a page of %s may come: %s', async (name, origin, may) => {
    const { url = '' } = servers.get(name) ?? {};
    expect(await mayConnect(url, origin)).toBe(may);
    expect(await mayAsk(url, origin)).toBe(may);
  });

  test.each(['development', 'configured'])('%s: its own pages always may, and so may programs', async (name) => {
    const { url = '' } = servers.get(name) ?? {};
    expect(await mayConnect(url, url)).toBe(true);
    expect(await mayConnect(url, null)).toBe(true);
    expect((await fetch(`${url}/graphql?query={__typename}`)).status).toBe(200);
  });

  /** Whether the WebSocket opens. */
  function mayConnect(url: string, origin: string | null): Promise<boolean> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: origin === null ? {} : { origin },
    });
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(true));
      socket.once('unexpected-response', (_, { statusCode }) => {
        if (statusCode === 403) resolve(false);
        else reject(new Error(`It answered ${statusCode}.`));
      });
    }).then((opened) => {
      socket.once('error', () => {}); // of terminating one that never opened
      socket.terminate();
      return opened === true;
    });
  }

  /** Whether a browser would send a request with a token, and let the page see the answer. */
  async function mayAsk(url: string, origin: string): Promise<boolean> {
    const asks = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    };
    const preflight = await fetch(`${url}/graphql`, { method: 'OPTIONS', headers: { origin, ...asks } });
    const answer = await fetch(`${url}/graphql?query={__typename}`, { headers: { origin } });
    const [before, after] = [preflight, answer].map(
      ({ headers }) => headers.get('access-control-allow-origin') === origin,
    );
    expect(before).toBe(after);
    return before === true && (preflight.headers.get('access-control-allow-headers') ?? '').includes('authorization');
  }
});
