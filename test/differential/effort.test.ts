/** Reading about somebody who hides costs what reading about somebody who has left costs: the same questions to the store, in as many turns. */
import { expect, it, onTestFinished } from 'vitest';
import { createEngine } from '../../src/graphql/engine.ts';
import { createHub } from '../../src/hub/hub.ts';
import { DEFAULT_LIMITS } from '../../src/hub/limits.ts';
import { asMillis, asSiteId, asUserId, type Person } from '../../src/presence/ids.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import type { Store } from '../../src/store/store.ts';
import { manualClock } from '../support/manual-clock.ts';
import { ARGUMENTS } from './side.ts';
import { SUBJECT } from './story.ts';
import { readsOf } from './sweep.ts';

const site = asSiteId('default');
const subject: Person = { site, user: asUserId(SUBJECT) };

/** A hub whose store writes down what it is asked. */
async function world() {
  const clock = manualClock();
  const store = await openEmbeddedStore({ dataDir: 'memory', now: clock.now });
  const asked: string[] = [];
  const noting = new Proxy(store, {
    get(target, name: keyof Store) {
      const member = target[name];
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        asked.push(`${name} ${JSON.stringify(args)}`);
        return Reflect.apply(member, target, args);
      };
    },
  });
  const second = asMillis(1_000);
  const timings = {
    idleTimeout: second,
    reconnectGrace: second,
    offlineAfter: second,
    heartbeatTtl: second,
    lastActiveRefresh: second,
    nodeLease: second,
    linger: second,
    pingInterval: second,
  };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const hub = createHub({
    store: noting,
    clock,
    log,
    timings,
    limits: DEFAULT_LIMITS,
    defaults: { connectionCap: 0 },
  });
  onTestFinished(async () => {
    await hub.close();
    await store.close();
  });
  const connection = await hub.connect({ person: subject, name: null, namedAt: null }, {});
  await hub.enterRoom(subject, { key: 'lobby' }, async () => connection.id);
  return { hub, clock, asked, connection };
}

it('is asked of the store and takes turns as if they had left', async () => {
  const [hidden, left] = [await world(), await world()];
  await hidden.hub.setInvisible(subject, true);
  await hidden.hub.setStatus(subject, { availability: 'BUSY', text: 'hello' });
  await hidden.hub.enterRoom(subject, { key: 'den' }, async () => hidden.connection.id);
  await left.hub.closeSession(subject, left.connection.id);
  for (const { clock } of [hidden, left]) await clock.pass(100);
  const queries = readsOf(ARGUMENTS);
  expect(queries.length).toBeGreaterThan(15);
  for (const query of queries) expect(await effortOf(query, hidden), query).toEqual(await effortOf(query, left));
});

const engine = createEngine((cause) => expect.unreachable(String(cause)));
const caller = {
  person: { site, user: asUserId('onlooker') },
  role: 'USER',
  name: null,
  issuedAt: null,
  expiresAt: null,
} as const;

async function effortOf(query: string, { hub, asked }: Awaited<ReturnType<typeof world>>) {
  asked.length = 0;
  const { document } = engine.prepare(query);
  if (document === null) throw new Error(`${query} is no query`);
  const context = {
    hub,
    caller,
    sessionId: null,
    openRoomSession: () => Promise.reject(new Error('nobody enters')),
    account: () => hub.accountOf(caller.person),
  };
  let over = false;
  const answer = engine.execute({ document, operationName: null, variables: {}, context }).finally(() => {
    over = true;
  });
  let turns = 0;
  for (; !over; turns++) await Promise.resolve();
  const node = /"node":"[^"]*"/; // each process has a name of its own
  return { answer: await answer, asked: asked.map((each) => each.replace(node, '')), turns };
}
