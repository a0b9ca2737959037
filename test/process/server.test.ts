/** Being there and leaving, as others see it: a real process, real sockets, real time. */
import { beforeAll, describe, expect, test } from 'vitest';
import { runNode, type ServerProcess, startProcess } from '../support/server-process.ts';
import {
  closeSession,
  connect,
  heartbeat,
  openSession,
  report,
  type Sight,
  setInvisible,
  setStatus,
  type Watcher,
  watch,
} from './people.ts';

const GRACE = 400; // ms
const OFFLINE_AFTER = 1_000; // ms
const PING = 400; // ms; unanswered, the connection is ended after half as long again
const SLACK = 1_000; // ms for a machine that is busy with other tests

let server: ServerProcess;
beforeAll(async () => {
  server = await startProcess({
    PRESENCE_RECONNECT_GRACE: String(GRACE / 1_000),
    PRESENCE_OFFLINE_AFTER: String(OFFLINE_AFTER / 1_000),
    PRESENCE_PING_INTERVAL: String(PING / 1_000),
    LOG_LEVEL: 'warn',
  });
});

/** The next value, which has to be this one, and how long after `since` it came. */
async function sees(watcher: Watcher, expected: Partial<Sight>, since = 0): Promise<number> {
  const sight = await watcher.next();
  expect(sight).toMatchObject({ initial: false, ...expected });
  return sight.at - since;
}

/** Never sooner, and not much later. */
function expectAbout(took: number, expected: number): void {
  expect(took).toBeGreaterThanOrEqual(expected - 5); // two clocks' rounding
  expect(took).toBeLessThan(expected + SLACK);
}

describe('being there', () => {
  test('two people with three devices see of each other the best of them, once per change', async () => {
    const grace = await connect(server, 'grace');
    const gracesWatch = await watch(server, 'ada');
    const laptop = await connect(server, 'ada', { device: 'WEB' });
    await sees(gracesWatch, { availability: 'ONLINE' });
    const phone = await connect(server, 'ada', { device: 'MOBILE', activity: 'IDLE' });
    const tablet = await openSession(server, 'ada', { device: 'OTHER', activity: 'IDLE' });
    const { data } = await laptop.ask(
      '{ viewer { sessions { device transport current } } user(id: "grace") { presence { availability } } }',
    );
    expect(data).toEqual({
      viewer: {
        sessions: [
          { device: 'WEB', transport: 'WEBSOCKET', current: true },
          { device: 'MOBILE', transport: 'WEBSOCKET', current: false },
          { device: 'OTHER', transport: 'HTTP', current: false },
        ],
      },
      user: { presence: { availability: 'ONLINE' } },
    });
    await report(laptop, 'IDLE');
    await sees(gracesWatch, { availability: 'AWAY' });
    await report(phone, 'ACTIVE');
    await sees(gracesWatch, { availability: 'ONLINE' });
    await report(laptop, 'SCREEN_LOCKED');
    await report(phone, 'SCREEN_LOCKED');
    await sees(gracesWatch, { availability: 'AWAY' });
    await report(phone, 'SCREEN_UNLOCKED');
    await sees(gracesWatch, { availability: 'ONLINE' });
    await closeSession(server, 'ada', phone.sessionId);
    await sees(gracesWatch, { availability: 'AWAY' });
    await closeSession(server, 'ada', tablet);
    await closeSession(server, 'ada', laptop.sessionId);
    await sees(gracesWatch, { availability: 'OFFLINE' });
    expect(grace.socket.readyState).toBe(grace.socket.OPEN);
  });

  test('without activity a device is AWAY after the idle time, and ONLINE again at the next activity', async () => {
    const idling = await startProcess({ PRESENCE_IDLE_TIMEOUT: '0.5', LOG_LEVEL: 'warn' });
    const watcher = await watch(idling, 'ada', 'bob');
    const ada = await connect(idling, 'ada');
    const since = Date.now();
    await sees(watcher, { user: 'ada', availability: 'ONLINE' });
    const took = await sees(watcher, { user: 'ada', availability: 'AWAY' }, since);
    expect(took).toBeGreaterThanOrEqual(400);
    expect(took).toBeLessThan(500 + SLACK);
    await report(ada, 'ACTIVE');
    await sees(watcher, { user: 'ada', availability: 'ONLINE' });
    await sees(watcher, { user: 'ada', availability: 'AWAY' });
    await openSession(idling, 'bob');
    await sees(watcher, { user: 'bob', availability: 'ONLINE' });
    await sees(watcher, { user: 'bob', availability: 'AWAY' });
  });

  test('who hides looks exactly like who left, and what they do meanwhile is silent', async () => {
    await Promise.all([setStatus(server, 'hal', { text: 'Here' }), setStatus(server, 'ivy', { text: 'Here' })]);
    const watcher = await watch(server, 'hal', 'ivy');
    await connect(server, 'hal');
    await sees(watcher, { user: 'hal', availability: 'ONLINE', text: 'Here' });
    const ivy = await connect(server, 'ivy');
    await sees(watcher, { user: 'ivy', availability: 'ONLINE', text: 'Here' });
    await setInvisible(server, 'hal', true);
    const hidden = await watcher.next();
    await closeSession(server, 'ivy', ivy.sessionId);
    const left = await watcher.next();
    const same = { availability: 'OFFLINE', text: null, initial: false, lastActive: expect.any(String) };
    expect([hidden, left]).toMatchObject([
      { ...same, user: 'hal' },
      { ...same, user: 'ivy' },
    ]);
    await setStatus(server, 'hal', { availability: 'BUSY', text: 'Hidden' });
    await connect(server, 'hal');
    await connect(server, 'ivy');
    await sees(watcher, { user: 'ivy', availability: 'ONLINE' });
    await setInvisible(server, 'hal', false);
    await sees(watcher, { user: 'hal', availability: 'BUSY', text: 'Hidden' });
  });

  test('an HTTP session lives as long as it has heartbeats', async () => {
    const TTL = 600; // ms
    const beating = await startProcess({ PRESENCE_HEARTBEAT_TTL: String(TTL / 1_000), LOG_LEVEL: 'warn' });
    const watcher = await watch(beating, 'ada', 'bob');
    const adas = await openSession(beating, 'ada');
    await sees(watcher, { user: 'ada', availability: 'ONLINE' });
    await openSession(beating, 'bob');
    await sees(watcher, { user: 'bob', availability: 'ONLINE' });
    let last = Date.now();
    let beat = Promise.resolve();
    const timer = setInterval(() => {
      last = Date.now();
      beat = heartbeat(beating, 'ada', adas);
    }, TTL / 4);
    await sees(watcher, { user: 'bob', availability: 'OFFLINE' });
    clearInterval(timer);
    await beat;
    expectAbout(await sees(watcher, { user: 'ada', availability: 'OFFLINE' }, last), TTL);
  });
});

describe('leaving', () => {
  test('a clean close is OFFLINE after the grace, without AWAY in between', async () => {
    const watcher = await watch(server, 'cleo');
    const cleo = await connect(server, 'cleo');
    await sees(watcher, { availability: 'ONLINE' });
    const since = Date.now();
    await cleo.close(1000);
    expectAbout(await sees(watcher, { availability: 'OFFLINE' }, since), GRACE);
  });

  test('a reload within the grace is seen by nobody', async () => {
    const watcher = await watch(server, 'rose', 'noah');
    const rose = await connect(server, 'rose');
    await sees(watcher, { user: 'rose', availability: 'ONLINE' });
    const noah = await connect(server, 'noah');
    await sees(watcher, { user: 'noah', availability: 'ONLINE' });
    await rose.close(1001);
    await noah.close(1001);
    const again = await connect(server, 'rose', rose.sessionId === null ? {} : { sessionId: rose.sessionId });
    expect(again.sessionId).toBe(rose.sessionId);
    // Noah left later, so his grace ends after Rose's: nothing came of hers.
    await sees(watcher, { user: 'noah', availability: 'OFFLINE' });
    await again.close(1001);
    await connect(server, 'rose'); // another tab will do as well
    await connect(server, 'noah');
    await sees(watcher, { user: 'noah', availability: 'ONLINE' });
    await setStatus(server, 'rose', { availability: 'BUSY' });
    await sees(watcher, { user: 'rose', availability: 'BUSY' });
  });

  test('a cut connection is AWAY after the grace and then OFFLINE', async () => {
    const watcher = await watch(server, 'dan');
    const dan = await connect(server, 'dan');
    await sees(watcher, { availability: 'ONLINE' });
    const since = Date.now();
    dan.socket.terminate();
    expectAbout(await sees(watcher, { availability: 'AWAY' }, since), GRACE);
    expectAbout(await sees(watcher, { availability: 'OFFLINE' }, since), OFFLINE_AFTER);
  });

  test('so is a client that is killed', async () => {
    const watcher = await watch(server, 'eve');
    const eve = runNode(['--input-type=module', '--eval', CLIENT], {
      PRESENCE_URL: `${server.url.replace('http', 'ws')}/graphql`,
      PRESENCE_TOKEN: 'dev:eve',
    });
    await eve.says(/connected/);
    await sees(watcher, { availability: 'ONLINE' });
    const since = Date.now();
    await eve.kill('SIGKILL');
    expectAbout(await sees(watcher, { availability: 'AWAY' }, since), GRACE);
    expectAbout(await sees(watcher, { availability: 'OFFLINE' }, since), OFFLINE_AFTER);
  });

  test('a peer that has gone silent is noticed by its unanswered ping; one that only has nothing to say stays', async () => {
    const watcher = await watch(server, 'finn', 'quinn');
    const finn = await connect(server, 'finn');
    await sees(watcher, { user: 'finn', availability: 'ONLINE' });
    const quinn = await connect(server, 'quinn');
    await sees(watcher, { user: 'quinn', availability: 'ONLINE' });
    const since = Date.now();
    finn.socket.pause(); // it reads nothing more, pings included, as behind a dead network
    const away = await sees(watcher, { user: 'finn', availability: 'AWAY' }, since);
    expect(away).toBeGreaterThan(PING / 2 + GRACE);
    expect(away).toBeLessThan(PING * 1.5 + GRACE + SLACK);
    const offline = await sees(watcher, { user: 'finn', availability: 'OFFLINE' }, since);
    expect(offline).toBeGreaterThan(PING / 2 + OFFLINE_AFTER);
    expect(offline).toBeLessThan(PING * 1.5 + OFFLINE_AFTER + SLACK);
    expect(quinn.socket.readyState).toBe(quinn.socket.OPEN);
    await setStatus(server, 'quinn', { availability: 'BUSY' });
    await sees(watcher, { user: 'quinn', availability: 'BUSY' });
  });
});

const CLIENT = `
  import { createClient } from 'graphql-ws';
  import { WebSocket } from 'ws';
  const { PRESENCE_URL: url, PRESENCE_TOKEN: token } = process.env;
  const connected = () => console.log('connected');
  createClient({ url, webSocketImpl: WebSocket, connectionParams: { token }, lazy: false, on: { connected } });
`;
