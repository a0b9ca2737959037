/** What a setStatus is made of, in this process and without sockets: the store, the hub on top of it, GraphQL on top of that. */
import { createEngine } from '../../src/graphql/engine.ts';
import { systemClock } from '../../src/hub/clock.ts';
import { asSiteId, asUserId } from '../../src/presence/ids.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { openRedisStore } from '../../src/store/redis/redis.ts';
import type { Store } from '../../src/store/store.ts';
import { type Figure, type Figures, SAY } from './figure.ts';
import { hubOn } from './hub.ts';

const PEOPLE = 100; // each with one change under way
const CHANGES = 30_000;

export const parts: Figures = async (redisUrl) => {
  const clock = systemClock();
  const later = (after: number, run: () => void) => {
    const timer = setTimeout(run, after);
    return () => clearTimeout(timer);
  };
  const redis = await openRedisStore({ url: redisUrl, prefix: 'parts:', wall: Date.now, later });
  const embedded = await openEmbeddedStore({ dataDir: 'memory', now: clock.now });
  return [...(await measure('kept nowhere', embedded)), ...(await measure('kept in Redis', redis))];
};

async function measure(name: string, store: Store): Promise<readonly Figure[]> {
  const hub = hubOn(store, systemClock());
  const people = Array.from({ length: PEOPLE }, (_, at) => ({
    site: asSiteId('default'),
    user: asUserId(`user-${at}`),
  }));
  for (const person of people) await hub.connect({ person, name: null, namedAt: null }, {});
  const engine = createEngine((error) => {
    throw error;
  });
  const { document } = engine.prepare(SAY);
  if (document === null) throw new Error('SAY is GraphQL');
  let count = 0;
  const line = () => ({ text: `hello ${count++}`, emoji: null, customStatusId: null, expiresAt: null });
  const alone = await cpuPer((at) => store.update(personAt(at), (record) => ({ ...record, line: line() })));
  const commanded = await cpuPer((at) => hub.setStatus(personAt(at), { text: line().text }));
  const asked = await cpuPer((at) => {
    const caller = { person: personAt(at), role: 'USER', name: null, issuedAt: null, expiresAt: null } as const;
    const openRoomSession = () => Promise.reject(new Error('nobody enters a room here'));
    const context = { hub, caller, sessionId: null, openRoomSession, account: () => hub.accountOf(caller.person) };
    return engine.execute({ document, operationName: null, variables: { text: line().text }, context });
  });
  await hub.close();
  await store.close();
  const us = (value: number) => `${value.toFixed(1)} µs`;
  return [
    { what: `setStatus ${name}, processor time: the store alone`, value: us(alone) },
    { what: `setStatus ${name}, processor time: with the hub and the rules`, value: us(commanded) },
    { what: `setStatus ${name}, processor time: with GraphQL, sockets aside`, value: us(asked) },
  ];

  function personAt(at: number) {
    const person = people[at];
    if (person === undefined) throw new Error('there are as many as workers');
    return person;
  }
}

/** µs of this process for each, after a third as many to warm up. */
async function cpuPer(work: (at: number) => Promise<unknown>): Promise<number> {
  const run = async (times: number) => {
    let left = times;
    const worker = async (at: number) => {
      while (left-- > 0) await work(at);
    };
    await Promise.all(Array.from({ length: PEOPLE }, (_, at) => worker(at)));
  };
  await run(CHANGES / 3);
  const before = process.cpuUsage();
  await run(CHANGES);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CHANGES;
}
