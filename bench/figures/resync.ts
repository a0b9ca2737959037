/** How long a process takes to read 10,000 watched people anew after its subscriber connection was cut. */
import { Redis } from 'ioredis';
import { systemClock } from '../../src/hub/clock.ts';
import type { Watch } from '../../src/hub/watch.ts';
import { asMillis, asSiteId, asUserId } from '../../src/presence/ids.ts';
import { openRedisStore } from '../../src/store/redis/redis.ts';
import { type Figures, ms } from './figure.ts';
import { hubOn } from './hub.ts';

const WATCHED = 10_000;
const site = asSiteId('default');

export const resync: Figures = async (url) => {
  const open = () =>
    openRedisStore({ url, prefix: 'bench:', wall: Date.now, later: (after, run) => clear(setTimeout(run, after)) });
  const [store, elsewhere] = await Promise.all([open(), open()]);
  const hub = hubOn(store, systemClock(store.offset));
  const ids = Array.from({ length: WATCHED }, (_, at) => `user-${at}`);
  const watches: Watch[] = [];
  for (let from = 0; from < WATCHED; from += 100)
    watches.push(await hub.watch(site, ids.slice(from, from + 100), { until: null }));
  for (const watch of watches) for (let each = 0; each < 100; each++) await watch.next();

  // The last of them changes while the subscriber is cut off: that change must come by reading.
  const admin = new Redis(url);
  const last = watches.at(-1);
  const told = last?.next();
  const started = performance.now();
  await admin.client('KILL', 'TYPE', 'pubsub');
  const person = { site, user: asUserId(`user-${WATCHED - 1}`) };
  await elsewhere.update(person, (record) => ({ ...record, ...online() }));
  await told;
  const took = performance.now() - started;
  admin.disconnect();
  await hub.close();
  await Promise.all([store.close(), elsewhere.close()]);
  return [
    {
      what: `subscriber cut with ${WATCHED.toLocaleString('en')} people watched: until the missed change is told`,
      value: ms(took),
    },
  ];
};

/** A record that others see as ONLINE. */
function online() {
  const now = asMillis(Date.now());
  return {
    sessions: [
      {
        id: 'session:bench' as never,
        generation: 1,
        node: null,
        transport: 'HTTP' as const,
        device: 'WEB' as const,
        connectedAt: now,
        activeAt: now,
        roomsOnly: false,
        idle: false,
        holds: [],
        lost: false,
        idleAt: null,
        awayAt: null,
        endsAt: asMillis(now + 60_000),
      },
    ],
  };
}

const clear = (timer: NodeJS.Timeout) => () => clearTimeout(timer);
