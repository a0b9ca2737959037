/** Which requests are carried out at all. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createPresenceClient } from '../../src/client/index.ts';
import { type Device, type Service, startService } from '../support/service.ts';

const TOKEN = { authorization: 'Bearer dev:bo' };
const JSON_BODY = { 'content-type': 'application/json' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const HIDE = 'mutation { setInvisible(input: { invisible: true }) { viewer { id } } }';

const codeOf = async (response: Response) => (await response.json()).errors?.[0]?.extensions?.code;

describe('what a page of another site can make a browser send', () => {
  it('is refused: forms, texts, and what is loaded from an address', async () => {
    const service = await startService({ PRESENCE_ALLOWED_ORIGINS: 'https://app.example.com' });
    const at = `${service.url}/graphql`;
    const address = `${at}?query=${encodeURIComponent('{ __typename }')}`;
    const form = new FormData();
    form.set('operations', JSON.stringify({ query: HIDE }));
    for (const sent of [
      { method: 'POST', body: new URLSearchParams({ query: HIDE }) },
      { method: 'POST', body: JSON.stringify({ query: HIDE }) }, // text/plain
      { method: 'POST', body: new Blob([JSON.stringify({ query: HIDE })]) }, // no type
      { method: 'POST', body: form },
    ]) {
      const response = await fetch(at, sent);
      expect(response.status).toBe(400);
      expect(await codeOf(response)).toBe('PREFLIGHT_REQUIRED');
    }
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { cookie: 'a=b' },
    ])
      expect(await codeOf(await fetch(address, { headers }))).toBe('PREFLIGHT_REQUIRED');
    for (const headers of [{}, { origin: 'https://app.example.com' }, { ...TOKEN, 'sec-fetch-site': 'cross-site' }])
      expect((await fetch(address, { headers })).status).toBe(200);
  });

  it('a form that a program sends with a token is as good as JSON', async () => {
    const service = await startService();
    const body = new URLSearchParams({ query: '{ onlineCount }' });
    const response = await fetch(`${service.url}/graphql`, { method: 'POST', headers: { ...TOKEN, ...FORM }, body });
    expect(await response.json()).toEqual({ data: { onlineCount: 0 } });
  });
});

it('GET is for queries: a mutation changes nothing, with a token too', async () => {
  const service = await startService();
  for (const query of [HIDE, `query A { onlineCount } ${HIDE.replace('mutation', 'mutation B')}`]) {
    const name = query === HIDE ? '' : '&operationName=B';
    const response = await fetch(`${service.url}/graphql?query=${encodeURIComponent(query)}${name}`, {
      headers: TOKEN,
    });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  }
  expect((await service.ask('dev:bo', '{ viewer { invisible } }')).data).toEqual({ viewer: { invisible: false } });
});

it('a token in an address is none, over HTTP and WebSocket', async () => {
  const service = await startService();
  for (const name of ['token', 'access_token', 'authorization']) {
    const query = `${name}=dev:bo&query=${encodeURIComponent('{ onlineCount }')}`;
    const response = await fetch(`${service.url}/graphql?${query}`);
    expect(await codeOf(response)).toBe('UNAUTHENTICATED');
  }
});

describe('the schema', () => {
  const secret = { JWT_SECRET: 'a-secret-of-more-than-thirty-two-bytes', NODE_ENV: 'production' };
  const ASK = '{ __schema { queryType { name } } }';

  it('cannot be asked for in production, nor guessed from error messages', async () => {
    const service = await startService(secret);
    const answers = [await service.ask(null, ASK), await service.ask(null, '{ __type(name: "User") { name } }')];
    for (const { data, errors } of answers) {
      expect(data).toBeUndefined();
      expect(errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    }
    expect((await service.ask(null, '{ onlineCoun }')).errors?.[0]?.message).not.toContain('onlineCount');
    const page = await fetch(`${service.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(await page.text()).not.toContain('<html');
  });

  it.each([{ ...secret, PRESENCE_INTROSPECTION: 'true' }, {}])('can be asked for with %o', async (env) => {
    const service = await startService(env);
    expect((await service.ask(null, ASK)).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
    expect((await service.ask(null, '{ onlineCoun }')).errors?.[0]?.message).toContain('onlineCount');
  });
});

describe('persisted operations', () => {
  const COUNT = 'query Count { onlineCount }';
  const WATCH = 'subscription Watch($userIds: [ID!]) { presenceChanged(userIds: $userIds) { user { id } } }';
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
  const [count, watching] = [hashOf(COUNT), hashOf(WATCH)];
  const SHAPES = {
    codegen: { [`sha256:${count}`]: COUNT, [`sha256:${watching}`]: WATCH },
    relay: { [count]: COUNT, [watching]: WATCH },
    apollo: {
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [COUNT, WATCH].map((body) => ({ id: hashOf(body), body, name: 'any', type: 'query' })),
    },
  };

  async function file(content: string): Promise<string> {
    const path = join(tmpdir(), `persisted-${process.pid}-${hashOf(content).slice(0, 8)}.json`);
    await writeFile(path, content);
    return path;
  }

  const start = async (content: object) =>
    startService({ PRESENCE_PERSISTED_OPERATIONS: await file(JSON.stringify(content)) });

  const post = (service: Service, body: object, accept = '*/*') =>
    fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { ...TOKEN, ...JSON_BODY, accept },
      body: JSON.stringify(body),
    });

  /** The first answer to an operation with this payload. */
  function over({ socket }: Device, payload: object): Promise<unknown> {
    const id = hashOf(JSON.stringify(payload));
    return new Promise((resolve) => {
      const hear = (data: unknown) => {
        const message = JSON.parse(String(data));
        if (message.id !== id) return;
        socket.off('message', hear);
        resolve(message.type === 'error' ? { errors: message.payload } : message.payload);
      };
      socket.on('message', hear);
      socket.send(JSON.stringify({ id, type: 'subscribe', payload }));
    });
  }

  it.each(Object.entries(SHAPES))('are carried out by their hash, as %s writes them down', async (_, shape) => {
    const service = await start(shape);
    const device = await service.connect({ token: 'dev:bo', session: false });
    const byApollo = { extensions: { persistedQuery: { version: 1, sha256Hash: count } } };
    const ways = [
      { documentId: count },
      { documentId: `sha256:${count}` },
      byApollo,
      { ...byApollo, query: '{ evil }' },
      { query: COUNT }, // listed, character for character
    ];
    for (const way of ways) {
      expect(await (await post(service, way)).json()).toEqual({ data: { onlineCount: 0 } });
      expect(await (await post(service, way, 'application/json;q=0.9')).json()).toEqual({ data: { onlineCount: 0 } });
      expect(await over(device, way)).toEqual({ data: { onlineCount: 0 } });
    }
    const search = new URLSearchParams({ extensions: JSON.stringify(byApollo.extensions) });
    const got = await fetch(`${service.url}/graphql?${search}`, { headers: TOKEN });
    expect(await got.json()).toEqual({ data: { onlineCount: 0 } });

    const watch = { documentId: watching, variables: { userIds: ['ada'] } };
    expect(await over(device, watch)).toEqual({ data: { presenceChanged: { user: { id: 'ada' } } } });
    const { body } = await post(service, watch, 'text/event-stream');
    for await (const chunk of body ?? []) {
      const text = Buffer.from(chunk).toString();
      if (text.includes('"ada"')) break;
    }
  });

  it('are enough for the client SDK when its own are listed', async () => {
    const listed = await readFile(join(import.meta.dirname, '../../src/client/generated/operations.json'), 'utf8');
    const service = await start(JSON.parse(listed));
    await service.connect({ token: 'dev:ada' });
    const client = createPresenceClient({ url: `${service.url}/graphql`, token: 'dev:bo', webSocket: WebSocket });
    onTestFinished(() => client.close());
    const seen = new Promise((resolve) => client.watch(['ada'], ({ availability }) => resolve(availability)));
    expect(await seen).toBe('ONLINE');
    expect(await client.me.setStatus({ availability: 'BUSY' })).toMatchObject({ availability: 'BUSY' });
  });

  it('are the only ones there are, over every wire, and there is no GraphiQL', async () => {
    const service = await start(SHAPES.relay);
    const device = await service.connect({ token: 'dev:bo', session: false });
    for (const [asked, code] of [
      [{ query: `${COUNT} ` }, 'PERSISTED_OPERATION_ONLY'],
      [{ query: '{ __schema { queryType { name } } }' }, 'PERSISTED_OPERATION_ONLY'],
      [{ query: COUNT, documentId: 'f00' }, 'PERSISTED_OPERATION_NOT_FOUND'],
      [{ extensions: { persistedQuery: { sha256Hash: '__proto__' } } }, 'PERSISTED_OPERATION_NOT_FOUND'],
      [{ extensions: { persistedQuery: 7 } }, 'PERSISTED_OPERATION_ONLY'],
    ] as const) {
      const refused = { errors: [{ extensions: { code, retryable: false } }] };
      for (const accept of ['*/*', 'application/json;q=0.9'])
        expect(await (await post(service, asked, accept)).json()).toMatchObject(refused);
      expect(await (await post(service, asked, 'text/event-stream')).text()).toContain(code);
      expect(await over(device, asked)).toMatchObject(refused);
    }
    const page = await fetch(`${service.url}/graphql`, { headers: { accept: 'text/html', ...TOKEN } });
    expect(await page.text()).not.toContain('<html');
    expect(device.socket.readyState).toBe(device.socket.OPEN);
  });

  it.each([
    ['that is not there', join(tmpdir(), 'no-such-file.json'), 'cannot be read (ENOENT)'],
    ['that is no JSON', '{', 'Allowed: a JSON object'],
    ['that holds something else', '{"a":{"b":1}}', 'Allowed: a JSON object'],
  ])('from a file %s keep the server from starting', async (_, content, says) => {
    const path = content.startsWith('{') ? await file(content) : content;
    await expect(startService({ PRESENCE_PERSISTED_OPERATIONS: path })).rejects.toThrow(says);
  });
});
