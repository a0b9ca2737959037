/** Where WebSockets do not get through. */
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startService } from '../support/service.ts';
import { connected, eavesdrop, openClient, until, words } from './devices.ts';

/** Stands between clients and a server, and lets WebSockets through or not. */
async function proxyTo(url: string) {
  const { hostname, port } = new URL(url);
  const state = { upgrades: false };
  const proxy = createServer((incoming, outgoing) => {
    const { method, headers, url: path } = incoming;
    const onward = request({ hostname, port, method, headers, path }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    outgoing.on('close', () => onward.destroy());
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  proxy.on('upgrade', ({ headers, url: path }, socket) => {
    if (!state.upgrades) {
      socket.destroy();
      return;
    }
    const onward = connect(Number(port), hostname, () => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      onward.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
      onward.pipe(socket).pipe(onward);
    });
    for (const each of [socket, onward]) each.on('error', () => onward.destroy() && socket.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const address = proxy.address();
  return { state, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` };
}

test('one is there, watches and is in rooms over HTTP; and changes to a WebSocket when one gets through, unnoticed', async () => {
  const service = await startService();
  const proxy = await proxyTo(service.url);
  const line = eavesdrop();
  const grace = openClient(service, { token: 'dev:grace' });
  const [byGrace, byAda] = [words(), words()];
  grace.watch(['ada'], byGrace.listen);
  const ada = openClient(proxy, { token: 'dev:ada', webSocket: line.webSocket });
  ada.watch(['grace', 'hal'], byAda.listen);
  await until(() => expect(byAda.told.toSorted()).toEqual(['grace ONLINE', 'hal OFFLINE']));
  expect(ada.connection).toMatchObject({ state: 'connected', transport: 'http', userId: 'ada' });
  const { sessionId } = ada.connection;
  await ada.room('doc').enter({ label: 'reading' });
  grace.room('doc').onChange(() => {});
  await until(() => expect(grace.room('doc').of('ada')?.label).toBe('reading'));
  await expect(ada.me.setStatus({ text: '' })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'text' });
  await grace.me.setStatus({ availability: 'BUSY' });
  await until(() => expect(byAda.told.at(-1)).toBe('grace BUSY'));

  proxy.state.upgrades = true;
  await until(() => expect(ada.connection.transport).toBe('websocket'));
  expect(ada.connection).toMatchObject({ state: 'connected', sessionId });
  await grace.me.setStatus({ availability: 'AWAY' });
  await until(() => expect(byAda.told.at(-1)).toBe('grace AWAY'));
  await service.clock.pass(100); // longer than a session over HTTP is waited for
  expect(byGrace.told.filter((word) => word !== 'ada OFFLINE')).toEqual(['ada ONLINE']);
  expect(byAda.told.filter((word) => word.endsWith('?'))).toEqual([]);
  expect(grace.room('doc').count).toBe(1);
});

test('what is asked for over HTTP is answered, whatever the connection changes over to meanwhile', async () => {
  const service = await startService();
  const proxy = await proxyTo(service.url);
  let answered = () => {};
  const ada = openClient(
    proxy,
    { token: 'dev:ada', webSocket: eavesdrop().webSocket },
    {
      async fetch(input, init) {
        const response = await fetch(input, init);
        if (String(init?.body).includes('clearStatus'))
          await new Promise<void>((resolve, reject) => {
            answered = resolve;
            init?.signal?.addEventListener('abort', reject);
          });
        return response;
      },
    },
  );
  await connected(ada);
  expect(ada.connection.transport).toBe('http');
  const asked = ada.me.clearStatus();
  asked.catch(() => {});
  proxy.state.upgrades = true;
  await until(() => expect(ada.connection.transport).toBe('websocket'));
  answered();
  expect((await asked).userId).toBe('ada');
});

test('a session lives on heartbeats, and one that is over is followed by another', async () => {
  const service = await startService();
  const { told, listen } = words();
  openClient(service, { token: 'dev:hal' }).watch(['ada'], listen);
  const ada = openClient(service, { token: 'dev:ada', transport: 'http' }, { timings: { heartbeat: 30 } });
  await connected(ada);
  const { sessionId } = ada.connection;
  await until(() => expect(told.at(-1)).toBe('ada ONLINE'));
  for (let minute = 0; minute < 3; minute++) {
    await service.clock.pass(60);
    await new Promise((resolve) => setTimeout(resolve, 80));
  }
  expect(told.at(-1)).toBe('ada ONLINE');
  await service.clock.pass(1_000);
  await until(() => expect(ada.connection.sessionId).not.toBe(sessionId));
  await until(() => expect(told.at(-1)).toBe('ada ONLINE'));
});

test('a guest, who has no session, stays in a room', async () => {
  const service = await startService();
  const watcher = openClient(service, { token: 'dev:hal' });
  watcher.room('doc').onChange(() => {});
  for (const transport of ['http', 'websocket'] as const) {
    const guest = openClient(service, { token: 'dev:guest-1:guest', transport }, { timings: { heartbeat: 30 } });
    await guest.room('doc').enter({ metadata: { name: 'Bo' } });
    expect(guest.connection.sessionId).toBeNull();
    await until(() =>
      expect(watcher.room('doc').list()).toMatchObject([{ userId: 'guest-1', metadata: { name: 'Bo' } }]),
    );
    await service.clock.pass(60);
    await new Promise((resolve) => setTimeout(resolve, 80));
    await service.clock.pass(60);
    expect(watcher.room('doc').count).toBe(1);
    await guest.room('doc').leave();
    await until(() => expect(watcher.room('doc').count).toBe(0));
    await guest.close();
  }
});
