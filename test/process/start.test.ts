/** Starting: what the operator is told, and what is refused before anybody is let in. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Program,
  runServer,
  type ServerProcess,
  startProcess,
  temporaryDirectory,
} from '../support/server-process.ts';

const SECRET = 'a-secret-of-more-than-thirty-two-bytes';

describe('a start that is refused', () => {
  const refused = new Map<string, Program>();
  beforeAll(async () => {
    const [DATA_DIR, foreign] = [await temporaryDirectory(), await temporaryDirectory()];
    const first = await startProcess({ DATA_DIR });
    await mkdir(join(foreign, 'data'));
    await writeFile(join(foreign, 'data', 'presence.mdb'), 'a shopping list');
    const { port } = new URL(first.url);
    // All at once, as each takes a second.
    const all: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      values: { PORT: '99999', PRESENCE_IDLE_TIMEOUT: '-1', LOG_LEVEL: 'loud', JWT_ISSUER: 'fine' },
      port: { PORT: port },
      host: { HOST: 'nowhere.invalid', JWT_SECRET: SECRET },
      everybody: { HOST: '0.0.0.0' },
      production: { NODE_ENV: 'production' },
      secret: { NODE_ENV: 'production', JWT_SECRET: 'short-and-hidden' },
      second: { DATA_DIR },
      foreign: { DATA_DIR: join(foreign, 'data') },
    };
    for (const [name, env] of Object.entries(all)) refused.set(name, runServer(env));
    await Promise.all([...refused.values()].map(({ exited }) => exited));
  });

  test.each<[why: string, name: string, says: readonly (string | RegExp)[]]>([
    [
      'values that are not allowed, all of them in one go',
      'values',
      [
        /PORT is "99999"\. Allowed: .*65535/,
        /PRESENCE_IDLE_TIMEOUT is "-1"\. Allowed: /,
        /LOG_LEVEL is "loud"\. Allowed: trace/,
      ],
    ],
    [
      'a port that is taken',
      'port',
      [/cannot listen on 127\.0\.0\.1, port \d+ \(EADDRINUSE\)\. .*set PORT to another/],
    ],
    ['a host that is not here', 'host', [/cannot listen on nowhere\.invalid, port 0 .*Set HOST/]],
    [
      'development mode for the whole network',
      'everybody',
      [/HOST is "0\.0\.0\.0"\./, 'development mode', 'JWT_SECRET', 'loopback'],
    ],
    [
      'development mode in production',
      'production',
      ['NODE_ENV is production', 'development mode', 'JWT_SECRET', 'JWKS_URL'],
    ],
    ['a secret that can be guessed in production', 'secret', [/JWT_SECRET is 16 bytes long\. .*at least 32 bytes/]],
    ['a data directory in use', 'second', ['in use by another running server', 'a directory of its own']],
    ['a file that is not its own', 'foreign', ['presence.mdb', 'It was left as it is']],
  ])('%s: says so in words, and ends with an exit code', async (_, name, says) => {
    const program = refused.get(name);
    expect((await program?.exited)?.code).toBe(1);
    const output = program?.output() ?? '';
    for (const words of says) expect(output).toMatch(words);
    expect(output).not.toMatch(/ {4}at |Presence is on|short-and-hidden/);
  });
});

describe('in development mode', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startProcess();
  });

  test('says where it is, where GraphiQL is, and which tokens to use', () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const greeting = server.output();
    expect(greeting).toContain(`Presence is on ${server.url}/graphql`);
    expect(greeting).toMatch(new RegExp(`GraphiQL +open ${server.url}/graphql in a browser`));
    expect(greeting).toContain('Authorization: Bearer dev:ada');
    expect(greeting).toContain('DEVELOPMENT MODE');
  });

  test('tells those who watch over it that it runs and can serve', async () => {
    for (const path of ['/health', '/ready']) {
      const response = await fetch(server.url + path);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
  });

  test('shows a browser the team at /, and GraphiQL at /graphql', async () => {
    for (const [path, says] of [
      ['/', 'Who are you today?'],
      ['/graphql', 'GraphiQL'],
    ] as const) {
      const page = await fetch(server.url + path, { headers: { accept: 'text/html' } });
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(await page.text()).toContain(says);
    }
    expect((await fetch(`${server.url}/elsewhere`)).status).toBe(404);
  });

  test('changes nothing by GET, which links and pictures can make a browser send', async () => {
    const change = 'mutation { setStatus(input: { availability: BUSY }) { viewer { id } } }';
    const headers = { authorization: 'Bearer dev:ada', accept: 'application/json' };
    const response = await fetch(`${server.url}/graphql?query=${encodeURIComponent(change)}`, { headers });
    expect(response.status).toBe(405);
    const query = encodeURIComponent('{ viewer { manual } }');
    const { data } = JSON.parse(await (await fetch(`${server.url}/graphql?query=${query}`, { headers })).text());
    expect(data).toEqual({ viewer: { manual: null } });
  });
});

test('in production there is no GraphiQL and no token is offered', async () => {
  const server = await startProcess({ NODE_ENV: 'production', JWT_SECRET: SECRET });
  expect(server.output()).not.toMatch(/GraphiQL|dev:|DEVELOPMENT/);
  const page = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
  expect(await page.text()).not.toMatch(/<html/i);
  await expect(server.connect({})).rejects.toMatchObject({ code: 4401 });
});
