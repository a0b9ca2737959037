/** The README, run as it stands: whoever follows it sees what it says. */
import { cp, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'graphql';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  ROOT,
  run,
  runNode,
  type ServerProcess,
  startProcess,
  temporaryDirectory,
  untilListening,
} from '../support/server-process.ts';
import { connect, watch } from './people.ts';

const ADDRESS = 'http://127.0.0.1:4000'; // as the README has it
const readme = await readFile(join(ROOT, 'README.md'), 'utf8');

/** The code blocks in this language below this heading. */
function blocks(heading: string, language: string): readonly string[] {
  const section = readme.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code ?? '');
}

describe('See it in two tabs', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startProcess({ PRESENCE_HEARTBEAT_TTL: '3' });
  });

  /** Who a tab's Headers pane makes one. */
  const [ada, grace] = [...readme.matchAll(/Headers: `([^`]+)`/g)].map(([, pane = '']) =>
    String(JSON.parse(pane).Authorization).replace('Bearer ', ''),
  );

  test('Ada sees Grace come, be busy, hide and go', async () => {
    expect([ada, grace]).toEqual(['dev:ada', 'dev:grace']);
    const [watching = '', ...mutations] = blocks('See it in two tabs', 'graphql');
    const device = await server.connect({ token: ada ?? '', session: false });
    onTestFinished(() => device.socket.terminate());
    const changes = device.subscribe<{ presenceChanged: { presence: unknown } }>(watching);
    const shown = async () => (await changes.take()).data?.presenceChanged;
    const tell = (operation: string) => server.ask<Record<string, { viewer: unknown }>>(grace ?? null, operation);

    const never = { availability: 'OFFLINE', status: null, lastActive: null };
    expect(await shown()).toEqual({ initial: true, user: { id: 'grace' }, presence: never });
    const [comes = '', isBusy = ''] = mutations;
    expect(mutations).toHaveLength(2);

    expect((await tell(comes)).data?.openSession?.viewer).toEqual({
      availability: 'ONLINE',
      explanation: { because: expect.any(String) },
    });
    expect(await shown()).toMatchObject({ initial: false, presence: { availability: 'ONLINE', status: null } });

    const busy = { availability: 'BUSY', status: { text: 'Writing a compiler', emoji: '🧑‍💻' } };
    expect((await tell(isBusy)).data?.setStatus?.viewer).toEqual({
      ...busy,
      explanation: { rule: 'MANUAL', because: expect.any(String) },
    });
    expect(await shown()).toMatchObject({ initial: false, presence: busy });

    const hide = /Hide with `([^`]+)`/.exec(readme)?.[1] ?? '';
    expect((await tell(hide)).data?.setInvisible?.viewer).toEqual({ availability: 'BUSY', invisible: true });
    expect(await shown()).toMatchObject({ initial: false, presence: { availability: 'OFFLINE', status: null } });
    const { data } = await server.ask(
      'dev:root:admin',
      '{ user(id: "grace") { presence { availability status { text } } } }',
    );
    expect(data).toEqual({ user: { presence: { availability: 'OFFLINE', status: null } } });

    await tell(hide.replace('invisible: true', 'invisible: false'));
    expect(await shown()).toMatchObject({ presence: busy });
    expect(await shown()).toMatchObject({ presence: { availability: 'OFFLINE', status: null } }); // no heartbeat
  });

  test('an application that runs the snippet is there by being connected', async () => {
    const [snippet = ''] = blocks('See it in two tabs', 'js');
    const watcher = await watch(server, 'grace');
    // A browser has WebSocket, and so has Node from 22 on.
    const browser = "globalThis.WebSocket ??= (await import('ws')).WebSocket;";
    const script = snippet.replace(ADDRESS.replace('http', 'ws'), server.url.replace('http', 'ws'));
    expect(script).not.toBe(snippet);
    const application = runNode(['--input-type=module', '--eval', `${browser}\n${script}`]);
    const sight = await watcher.next();
    expect(sight).toMatchObject({ initial: false, user: 'grace' });
    expect(sight.availability).not.toBe('OFFLINE');
    await application.kill('SIGKILL');
  });
});

test('the channels example: the backend makes one, and who is in it finds it and watches it', async () => {
  const server = await startProcess();
  const [made = '', rest = ''] = blocks('Channels', 'graphql');
  const [query = '', subscription = ''] = rest.split('\n');
  const ask = async (token: string, operation: string) => (await server.ask(token, operation)).data;
  expect(await ask('dev:backend:server', made)).toEqual({ upsertChannel: { channel: { id: 'channel:team:7' } } });
  const presence = { availability: 'OFFLINE' };
  const members = ['ada', 'grace'].map((id) => ({ id, presence }));
  expect(await ask('dev:ada', query)).toEqual({ channels: { edges: [{ node: { type: 'team', key: '7', members } }] } });
  expect(await ask('dev:hal', query)).toEqual({ channels: { edges: [] } });
  const device = await connect(server, 'ada', { session: false });
  const changes = device.subscribe(subscription);
  for (const user of ['ada', 'grace'])
    expect((await changes.take()).data).toEqual({ presenceChanged: { initial: true, user: { id: user }, presence } });
});

test('the room example: over a WebSocket as it stands, over HTTP with the session named', async () => {
  const server = await startProcess();
  const [block = ''] = blocks('Who is here', 'graphql');
  const [edit = '', type = '', watching = ''] = block.split('\n');
  const device = await connect(server, 'grace');
  const changes = device.subscribe<{ roomChanged: { kind: string; count: number; member: object } }>(watching);
  const shown = async () => (await changes.take()).data?.roomChanged;
  expect((await device.ask(edit)).data).toEqual({ enterRoom: { room: { count: 1 } } });
  expect(await shown()).toMatchObject({ count: 1, member: { label: 'editing', user: { id: 'grace' } } });
  expect((await device.ask(type)).data).toEqual({ enterRoom: { room: { count: 1 } } });
  expect(await shown()).toMatchObject({ kind: 'UPDATED', member: { label: 'typing', user: { id: 'grace' } } });

  const { data } = await server.ask<{ openSession: { session: { id: string } } }>(
    'dev:ada',
    'mutation { openSession(input: {}) { session { id } } }',
  );
  const named = edit.replace('{ key:', `{ sessionId: "${data?.openSession.session.id}", key:`);
  expect((await server.ask('dev:ada', edit)).errors?.[0]?.extensions).toMatchObject({ field: 'sessionId' });
  expect((await server.ask('dev:ada', named)).data).toEqual({ enterRoom: { room: { count: 2 } } });
  expect(await shown()).toMatchObject({ kind: 'ENTERED', member: { label: 'editing', user: { id: 'ada' } } });
});

test('every block of operations can be pasted whole: where there are several, each has a name', () => {
  const several = [...readme.matchAll(/^```graphql\n(.*?)^```/gms)]
    .map(([, code = '']) => parse(code).definitions)
    .filter(({ length }) => length > 1);
  expect(several.length).toBeGreaterThan(0);
  for (const definitions of several) {
    const names = definitions.map((each) => ('name' in each ? each.name?.value : undefined));
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain(undefined);
  }
});

test('the curl example brings the first value, and the changes as they happen', async () => {
  const server = await startProcess();
  const [command = ''] = blocks('Being there', 'sh');
  const { url, headers, body } = parseCurl(command);
  const call = new AbortController();
  onTestFinished(() => call.abort());
  const response = await fetch(url.replace(ADDRESS, server.url), {
    method: 'POST',
    headers,
    body,
    signal: call.signal,
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const values = () =>
    [...text.matchAll(/^data: ?(\{.+)$/gm)].map(([, data = '']) => JSON.parse(data).data.presenceChanged);
  const until = async (count: number) => {
    while (values().length < count) text += (await reader?.read())?.value ?? '';
    return values().at(-1);
  };
  expect(await until(1)).toEqual({ initial: true, presence: { availability: 'OFFLINE' } });
  await connect(server, 'grace');
  expect(await until(2)).toEqual({ initial: false, presence: { availability: 'ONLINE' } });
});

/** As the shell would read it, as far as the example goes. */
function parseCurl(command: string): {
  readonly url: string;
  readonly headers: [string, string][];
  readonly body: string;
} {
  expect(command).toMatch(/^curl -N /);
  const headers = [...command.matchAll(/-H '([^:']+): ([^']+)'/g)].map(
    ([, name = '', value = '']): [string, string] => [name, value],
  );
  return { url: /https?:\S+/.exec(command)?.[0] ?? '', headers, body: /-d '([^']+)'/.exec(command)?.[1] ?? '' };
}

test('npm start builds the server and runs it, within a minute; Ctrl-C stops it', { timeout: 60_000 }, async () => {
  // A copy: it builds into dist/, where somebody may be running a server.
  const clone = await temporaryDirectory();
  await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  for (const name of ['src', 'scripts', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'schema.graphql'])
    await cp(join(ROOT, name), join(clone, name), { recursive: true });
  const env = { PORT: '0', npm_config_update_notifier: 'false' };
  const server = await untilListening(run('npm', ['start'], { env, cwd: clone }));

  const { data } = await server.ask('dev:ada', '{ viewer { user { id } availability } }');
  expect(data).toEqual({ viewer: { user: { id: 'ada' }, availability: 'OFFLINE' } });
  const elements = await fetch(`${server.url}/elements.js`);
  expect([elements.status, elements.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
  expect(await readdir(join(clone, 'data'))).toContain('presence.mdb');
  expect(await readdir(join(clone, 'dist'))).toEqual(expect.arrayContaining(['index.js', 'index.d.ts']));
  await server.kill('SIGINT');
  expect(server.output()).toContain('"stopping"');
  await expect(fetch(`${server.url}/health`)).rejects.toThrow();
});
