/** Stopping and starting again: what those who are connected see of it, and what is still there afterwards. */
import { type Client, createClient } from 'graphql-ws';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { freePort, type ServerProcess, startProcess, temporaryDirectory } from '../support/server-process.ts';
import { connect, openSession, setInvisible, setStatus, tell, watch } from './people.ts';
import { connectRaw, INIT, type RawConnection, upgrade } from './raw.ts';

const WATCH = 'subscription { presenceChanged(userIds: ["grace"]) { initial presence { availability } } }';
const PROMISED = 5_000; // ms
const PATIENCE = 1_900; // ms, for one who has not to wait for anybody, on a busy machine

const open = new Set<() => void>();
afterEach(() => {
  for (const close of open) close();
  open.clear();
});

/** A WebSocket that is acknowledged, and then never answers anything, a close frame least of all. */
async function deafWebSocket(url: string): Promise<RawConnection> {
  const raw = await connectRaw(url);
  raw.socket.write(upgrade());
  await raw.hears('101 Switching Protocols');
  raw.socket.write(INIT);
  await raw.hears('connection_ack');
  return raw;
}

/** The subscription as server-sent events; `all` is everything that came until it ended. */
async function eventStream(url: string): Promise<{ readonly all: Promise<string> }> {
  const call = new AbortController();
  open.add(() => call.abort());
  const { body } = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', authorization: 'Bearer dev:ada', 'content-type': 'application/json' },
    body: JSON.stringify({ query: WATCH }),
    signal: call.signal,
  });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let all = '';
  while (!all.includes('initial')) all += (await reader?.read())?.value ?? '';
  const rest = async (): Promise<string> => {
    for (;;) {
      const { value } = (await reader?.read()) ?? {};
      if (value === undefined) return all;
      all += value;
    }
  };
  return { all: rest().catch(() => all) };
}

interface Ending {
  readonly closedWith: number;
  readonly completed: boolean;
}

/** What an application does: graphql-ws' own client, watching. */
async function application(url: string): Promise<{ readonly ending: Promise<Ending> }> {
  let completed = false;
  let client: Client | undefined;
  const ending = new Promise<Ending>((resolve) => {
    client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { token: 'dev:ada' },
      retryAttempts: 0,
      on: { closed: (event) => resolve({ closedWith: codeOf(event), completed }) },
    });
  });
  open.add(() => void client?.dispose());
  await new Promise<void>((resolve) => {
    client?.subscribe(
      { query: WATCH },
      {
        next: () => resolve(),
        error: () => {}, // the code tells
        complete: () => {
          completed = true;
        },
      },
    );
  });
  return { ending };
}

function codeOf(event: unknown): number {
  return typeof event === 'object' && event !== null && 'code' in event ? Number(event.code) : 0;
}

describe('SIGTERM', () => {
  test('ends it at once when nobody is connected, with exit code 0', async () => {
    const server = await startProcess();
    const { code, took } = await server.kill();
    expect(code).toBe(0);
    expect(took).toBeLessThan(PATIENCE);
  });

  test('tells clients to come back (1012), and completes none of their subscriptions', async () => {
    const server = await startProcess();
    const { ending } = await application(server.url);
    const byHand = await connect(server, 'ada');
    const types: string[] = [];
    byHand.socket.on('message', (data) => types.push(JSON.parse(String(data)).type));
    await byHand.subscribe(WATCH).take();
    const { code, took } = await server.kill();
    expect(await ending).toEqual({ closedWith: 1012, completed: false });
    expect(await byHand.closed).toBe(1012);
    expect(types).toEqual(['next']);
    expect(code).toBe(0);
    expect(took).toBeLessThan(PATIENCE);
  });

  test('ends it in under five seconds whatever clients do', async () => {
    const server = await startProcess();
    await deafWebSocket(server.url);
    const paused = await connect(server, 'paul');
    paused.socket.pause();
    const halfSaid = await connectRaw(server.url);
    halfSaid.socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
    const refused = await connectRaw(server.url); // and keeps its side open
    refused.socket.write(upgrade('/elsewhere'));
    await refused.hears('404');
    const { all } = await eventStream(server.url);
    const { ending } = await application(server.url);
    const { code, took } = await server.kill();
    expect(code).toBe(0);
    expect(took).toBeLessThan(PROMISED);
    expect(await ending).toEqual({ closedWith: 1012, completed: false });
    expect(await all).not.toContain('complete');
  });

  test('lets in nobody who comes while it ends', async () => {
    const server = await startProcess();
    const deaf = await deafWebSocket(server.url);
    const early = await connectRaw(server.url); // as browsers open them ahead of time
    const stopping = server.kill();
    await server.says(/"stopping"/);
    early.socket.write(upgrade());
    await early.hears('503');
    deaf.socket.destroy();
    const { code, took } = await stopping;
    expect(code).toBe(0);
    expect(took).toBeLessThan(PATIENCE);
  });

  test('is the same as SIGINT', async () => {
    const server = await startProcess();
    expect(await server.kill('SIGINT')).toMatchObject({ code: 0 });
  });
});

describe('a restart', () => {
  test('is nothing that an application has to care about: its subscription goes on', async () => {
    const port = await freePort();
    const server = await startProcess({ PORT: port });
    const seen: string[] = [];
    const client = createClient({
      url: `ws://127.0.0.1:${port}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { token: 'dev:ada' },
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
      retryAttempts: 1_000,
      shouldRetry: () => true, // nobody listening is no close event where there is no browser
    });
    open.add(() => void client.dispose());
    const changes = client.iterate<{ presenceChanged: { presence: { availability: string } } }>({ query: WATCH });
    const next = async () => {
      const { value } = await changes.next();
      seen.push(value?.data?.presenceChanged.presence.availability ?? 'the end');
    };
    await next();
    await openSession(server, 'grace');
    await next();
    await server.kill();
    const again = await startProcess({ PORT: port });
    await next();
    await openSession(again, 'grace');
    await next();
    expect(seen).toEqual(['OFFLINE', 'ONLINE', 'OFFLINE', 'ONLINE']);
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)('by %s keeps what is sticky, and no sessions', async (signal) => {
    const DATA_DIR = await temporaryDirectory();
    const before = await startProcess({ DATA_DIR });
    await connect(before, 'grace');
    await connect(before, 'hal');
    await setStatus(before, 'grace', { availability: 'BUSY', text: 'Writing a compiler' });
    await setInvisible(before, 'hal', true);
    await tell(before, 'grace', PREFER);
    await tell(before, 'root:admin', CUSTOM);
    const { users } = await look(before);
    expect(users[0]).toMatchObject({ presence: { availability: 'BUSY', lastActive: expect.any(String) } });
    await before.kill(signal);

    const after = await startProcess({ DATA_DIR });
    const gone = { availability: 'OFFLINE', status: null, lastActive: users[0]?.presence.lastActive };
    const known = await look(after);
    expect(known.users[0]).toEqual({ presence: gone });
    expect(known.customStatuses).toEqual([{ name: 'Lunch' }]);
    expect(known.viewer).toMatchObject({ sessions: [], manual: 'BUSY', preferences: { autoAway: false } });
    const watcher = await watch(after, 'hal', 'grace');
    await connect(after, 'hal');
    await connect(after, 'grace');
    expect(await watcher.next()).toMatchObject({ user: 'grace', availability: 'BUSY', text: 'Writing a compiler' });
  });
});

const PREFER = 'mutation { setPreferences(input: { autoAway: false }) { viewer { id } } }';
const CUSTOM = 'mutation { createCustomStatus(input: { name: "Lunch", availability: AWAY }) { customStatus { id } } }';

interface Look {
  readonly users: readonly { readonly presence: { readonly lastActive: string | null } }[];
  readonly customStatuses: readonly unknown[];
  readonly viewer: unknown;
}

const look = (server: ServerProcess) =>
  tell<Look>(
    server,
    'grace',
    `{
      users(ids: ["grace"]) { presence { availability status { text } lastActive } }
      customStatuses { name }
      viewer { sessions { id } manual preferences { autoAway } }
    }`,
  );
