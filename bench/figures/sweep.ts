/** 100,000 sessions that end at one moment: how long it takes to work that off, and the longest turn of the event loop meanwhile. */
import { asSiteId, asUserId } from '../../src/presence/ids.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { openRedisStore } from '../../src/store/redis/redis.ts';
import type { Store } from '../../src/store/store.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import { type Figure, type Figures, ms, sleep } from './figure.ts';
import { hubOn } from './hub.ts';

const PEOPLE = 100_000;
const site = asSiteId('default');

export const sweep: Figures = async (redisUrl) => {
  const clock = manualClock(Date.now());
  const embedded = await openEmbeddedStore({ dataDir: 'memory', now: clock.now });
  const redis = await openRedisStore({
    url: redisUrl,
    prefix: 'sweep:',
    wall: Date.now,
    later: (after, run) => {
      const timer = setTimeout(run, after);
      return () => clearTimeout(timer);
    },
  });
  return [...(await endAll('embedded', embedded)), ...(await endAll('Redis', redis))];
};

async function endAll(name: string, store: Store): Promise<readonly Figure[]> {
  const clock = manualClock(Date.now());
  const hub = hubOn(store, clock);
  for (let from = 0; from < PEOPLE; from += 1_000) {
    const batch = Array.from({ length: 1_000 }, (_, at) => ({ site, user: asUserId(`user-${from + at}`) }));
    await Promise.all(batch.map((person) => hub.openSession({ person, name: null, namedAt: null }, {})));
  }
  const turns = watchTurns();
  const started = performance.now();
  const passing = clock.pass(76); // seconds; the sessions live for 75
  while ((await hub.onlineCount(site)) > 0) await sleep(20);
  const took = performance.now() - started;
  const longest = turns.stop();
  await passing;
  await hub.close();
  await store.close();
  const what = `${PEOPLE.toLocaleString('en')} sessions that end at once, ${name}`;
  return [
    { what: `${what}: until all have ended`, value: `${(took / 1_000).toFixed(1)} s` },
    { what: `${what}: longest turn of the event loop, processor time`, value: ms(longest) },
  ];
}

/** Processor time rather than wall clock: another process may have had the core. */
function watchTurns(): { stop(): number } {
  let longest = 0;
  let going = true;
  let before = process.cpuUsage();
  let last = performance.now();
  const turn = () => {
    const { user, system } = process.cpuUsage(before);
    const now = performance.now();
    longest = Math.max(longest, Math.min((user + system) / 1_000, now - last));
    before = process.cpuUsage();
    last = now;
    if (going) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop() {
      going = false;
      return longest;
    },
  };
}
