/** What is to begin or end at a moment does so within 50 ms of it, as the watcher's own clock sees it. */
import { beforeAll, expect, test } from 'vitest';
import { type ServerProcess, startProcess } from '../support/server-process.ts';
import { connect, openSession, setStatus, type Watcher, watch } from './people.ts';

const AHEAD = 400; // ms
const PROMISED = 50; // ms, on an idle machine; measured: 1 to 6, on two cores beside other tests
const ROUNDS = 3; // the best one counts: this machine may be busy

let server: ServerProcess;
beforeAll(async () => {
  server = await startProcess({ LOG_LEVEL: 'warn' });
});

/** Milliseconds between the moment and its arrival at the watcher. */
type Late = number;

async function bestOf(round: () => Promise<Late>): Promise<void> {
  const late: Late[] = [];
  for (let rounds = 0; rounds < ROUNDS; rounds++) late.push(await round());
  const best = Math.min(...late);
  expect(best, `the least of ${late} ms: early`).toBeGreaterThanOrEqual(0);
  expect(best, `the least of ${late} ms: late`).toBeLessThanOrEqual(PROMISED);
}

/** Somebody ONLINE is BUSY until a moment. */
async function pickThatEnds(user: string, watcher: Watcher): Promise<Late> {
  const deadline = Date.now() + AHEAD;
  await setStatus(server, user, {
    availability: 'BUSY',
    text: 'In a moment',
    expiresAt: new Date(deadline).toISOString(),
  });
  expect(await watcher.next()).toMatchObject({ availability: 'BUSY', text: 'In a moment' });
  const { at, availability, text } = await watcher.next();
  expect({ availability, text }).toEqual({ availability: 'ONLINE', text: null });
  return at - deadline;
}

test('a status ends for those who watch, at its moment', async () => {
  const watcher = await watch(server, 'ada');
  await connect(server, 'ada');
  await watcher.next();
  await bestOf(() => pickThatEnds('ada', watcher));
});

test('also when its wearer has no connection, only an HTTP session', async () => {
  const watcher = await watch(server, 'bob');
  await openSession(server, 'bob');
  await watcher.next();
  await bestOf(() => pickThatEnds('bob', watcher));
});

test('also when its wearer is not there at all, for themselves', async () => {
  const device = await connect(server, 'cleo', { session: false });
  const changes = device.subscribe<{ viewerChanged: unknown }>(
    'subscription { viewerChanged { availability manual status { text } sessions { id } } }',
  );
  await device.ask('{ onlineCount }'); // by now the subscription is live
  await bestOf(async () => {
    const deadline = Date.now() + AHEAD;
    await setStatus(server, 'cleo', {
      availability: 'AWAY',
      text: 'At sea',
      expiresAt: new Date(deadline).toISOString(),
    });
    const away = { availability: 'OFFLINE', manual: 'AWAY', status: { text: 'At sea' }, sessions: [] };
    expect((await changes.take()).data?.viewerChanged).toEqual(away);
    const ended = (await changes.take()).data?.viewerChanged;
    const late = Date.now() - deadline;
    expect(ended).toEqual({ availability: 'OFFLINE', manual: null, status: null, sessions: [] });
    return late;
  });
});

test('a planned status begins and ends at its moments', async () => {
  const watcher = await watch(server, 'dan');
  await connect(server, 'dan');
  await watcher.next();
  const plan = async (): Promise<{ readonly begun: Late; readonly over: Late }> => {
    const startsAt = Date.now() + AHEAD;
    const expiresAt = startsAt + AHEAD;
    await setStatus(server, 'dan', {
      text: 'Lunch',
      startsAt: new Date(startsAt).toISOString(),
      expiresAt: new Date(expiresAt).toISOString(),
    });
    const begun = await watcher.next();
    expect(begun).toMatchObject({ availability: 'ONLINE', text: 'Lunch' });
    const over = await watcher.next();
    expect(over).toMatchObject({ availability: 'ONLINE', text: null });
    return { begun: begun.at - startsAt, over: over.at - expiresAt };
  };
  await bestOf(async () => {
    const { begun, over } = await plan();
    expect(begun).toBeGreaterThanOrEqual(0);
    return Math.max(begun, over);
  });
});
