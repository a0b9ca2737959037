/** What happens to the SDK's connection, and what its application notices of that. */
import { SignJWT } from 'jose';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createPresenceClient } from '../../src/client/client.ts';
import type { WebSocketClass } from '../../src/client/index.ts';
import { freePort, runNode } from '../support/server-process.ts';
import { startService } from '../support/service.ts';
import { connected, eavesdrop, openClient, until, words } from './devices.ts';

const SECRET = 'a-secret-of-more-than-thirty-two-bytes';

const sign = (claims: object): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET));

test('while the server is away what is known is stale, and then those who differ are told of; a short restart nobody notices', async () => {
  const PORT = await freePort();
  let service = await startService({ PORT });
  const line = eavesdrop();
  const ada = openClient(
    service,
    { token: 'dev:ada', webSocket: line.webSocket },
    { timings: { staleAfter: 400, patience: 200 } },
  );
  const { told, listen } = words();
  ada.watch(['ada', 'grace'], listen);
  ada.me.onChange(() => {});
  await until(() => expect(told.toSorted()).toEqual(['ada ONLINE', 'grace OFFLINE']));
  const [before, states] = [ada.get('grace'), [] as string[]];
  ada.onConnection(({ state, reason }) => states.push(reason ?? state));

  await service.close();
  service = await startService({ PORT });
  await until(() => expect(states).toEqual(['This node is restarting.', 'connected']));
  await service.ask('dev:grace', 'mutation { openSession(input: {}) { session { id } } }');
  await until(() => expect(told.slice(2)).toEqual(['grace ONLINE']));
  expect(before.stale).toBe(false);

  await service.close();
  await until(() => expect(told.slice(3).toSorted()).toEqual(['ada ONLINE?', 'grace ONLINE?']));
  expect(ada.get('grace')).toMatchObject({ stale: true, availability: 'ONLINE' });
  expect(ada.me.current?.seenAs.stale).toBe(true);
  await expect(ada.request('{ onlineCount }', {})).rejects.toMatchObject({ code: 'DISCONNECTED', retryable: true });
  service = await startService({ PORT });
  await until(() => expect(told.slice(5).toSorted()).toEqual(['ada ONLINE', 'grace OFFLINE']));
  await until(() => expect(ada.me.current?.seenAs.stale).toBe(false));
});

test('a connection that breaks is the same session when it is back, and what runs is answered or rejected', async () => {
  const service = await startService();
  const line = eavesdrop();
  const ada = openClient(service, {
    token: 'dev:ada',
    webSocket: line.webSocket,
    invisible: false,
    status: { text: 'hi' },
  });
  await connected(ada);
  const { sessionId } = ada.connection;
  await ada.me.clearStatus();
  const asked = ada.me.setPreferences({ autoAway: false });
  line.sockets[0]?.terminate();
  await expect(asked).rejects.toMatchObject({ name: 'PresenceError', code: 'CONNECTION_LOST', retryable: true });
  await until(() => expect(line.sockets).toHaveLength(2));
  await connected(ada);
  expect(ada.connection).toMatchObject({ sessionId, userId: 'ada', transport: 'websocket', reason: null });
  expect((await ada.me.setInvisible(false)).status).toBeNull(); // what was said with connecting is not said again
});

test('a socket that is dead and does not know is found out', async () => {
  const service = await startService();
  const line = eavesdrop();
  const ada = openClient(service, { token: 'dev:ada', webSocket: line.webSocket }, { timings: { ping: 50, pong: 50 } });
  await connected(ada);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(line.sockets).toHaveLength(1); // it answers, so it lives
  line.sockets[0]?.pause();
  await until(() => expect(line.sockets).toHaveLength(2));
  await connected(ada);
  line.sockets[0]?.resume();
});

test('an expired token is replaced by a new one, in the same session', async () => {
  const service = await startService({ JWT_SECRET: SECRET });
  for (const transport of ['websocket', 'http'] as const) {
    let asked = 0;
    const begun = service.clock.now() / 1_000;
    const token = () => sign({ sub: 'ada', exp: begun + 60 * ++asked });
    const ada = openClient(service, { token, transport });
    await connected(ada);
    const { sessionId } = ada.connection;
    await service.clock.pass(61);
    if (transport === 'http') await expect(ada.me.clearStatus()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await until(() => expect(asked).toBe(2));
    await connected(ada);
    expect((await ada.me.clearStatus()).userId).toBe('ada');
    expect(ada.connection.sessionId).toBe(sessionId);
    await ada.close();
  }
});

test.each(['websocket', 'http'] as const)(
  'a token that was never valid is final over %s; one that cannot be fetched is not',
  async (transport) => {
    const service = await startService({ JWT_SECRET: SECRET });
    const bad = openClient(service, { token: 'dev:ada', transport });
    await connected(bad, 'refused');
    expect(bad.connection.reason).toMatch(/token/i);
    await expect(bad.me.clearStatus()).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' });

    let works = false;
    const flaky = openClient(service, {
      transport,
      token: () => (works ? sign({ sub: 'ada' }) : Promise.reject(new Error('no network'))),
    });
    flaky.connect();
    await until(() => expect(flaky.connection.reason).toContain('no network'));
    works = true;
    await connected(flaky);
  },
);

test('close is OFFLINE at once, for good, and lets the program end', async () => {
  const service = await startService();
  const { told, listen } = words();
  openClient(service, { token: 'dev:grace' }).watch(['ada'], listen);
  for (const transport of ['websocket', 'http'] as const) {
    const ada = openClient(service, { token: 'dev:ada', transport });
    await connected(ada);
    await until(() => expect(told.at(-1)).toBe('ada ONLINE'));
    await Promise.all([ada.close(), ada.close()]);
    await until(() => expect(told.at(-1)).toBe('ada OFFLINE')); // by a clock that stands still
    ada.connect();
    expect(ada.connection.state).toBe('closed');
    await expect(ada.me.clearStatus()).rejects.toMatchObject({ code: 'CLOSED' });
  }
  const program = runNode([
    '--import',
    'tsx',
    '--input-type=module',
    '--eval',
    `
    import { createPresenceClient } from './src/client/index.ts';
    import WebSocket from 'ws';
    for (const transport of ['websocket', 'http']) {
      const client = createPresenceClient({ url: '${service.url}/graphql', token: 'dev:hal', webSocket: WebSocket, transport });
      await new Promise((told) => client.watch(['grace'], told));
      client.room('doc').onChange(() => {});
      client.me.onChange(() => {});
      client.watch(['ada'], () => {})();
      await client.room('doc').enter();
      await client.close();
    }
    console.log('closed');
  `,
  ]);
  await program.says(/closed/);
  const exit = await program.exited;
  expect({ ...exit, output: program.output().trim() }).toMatchObject({ code: 0, output: 'closed' });
});

test('three hundred who lose the same server come back over a second, and no two much together', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const moments: number[] = [];
  let tries = 0;
  class Restarting extends EventTarget {
    readonly readyState = 1;
    constructor() {
      super();
      const first = ++tries <= 300;
      if (!first) moments.push(Date.now() - start);
      queueMicrotask(() =>
        this.dispatchEvent(
          Object.assign(new Event('close'), first ? { code: 1012, reason: '' } : { code: 4401, reason: '' }),
        ),
      );
    }
    send() {}
    close() {}
  }
  const webSocket: WebSocketClass = Restarting;
  const start = Date.now();
  for (let at = 0; at < 300; at++)
    createPresenceClient({ url: 'http://presence.test', token: 'x', webSocket, transport: 'websocket' }).connect();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(moments).toHaveLength(300);
  const tenths = Array.from(
    { length: 10 },
    (_, tenth) => moments.filter((at) => Math.floor(at / 100) === tenth).length,
  );
  expect(Math.max(...tenths)).toBeLessThan(60); // thirty each would be even
});
