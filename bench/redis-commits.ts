/** How many updates one process commits on one connection, beside what redis-benchmark sets of the same size. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { asSiteId, asUserId, type Person } from '../src/presence/ids.ts';
import { openRedisStore } from '../src/store/redis/redis.ts';
import { type Measurement, percentile, perSecond } from './support.ts';

const PEOPLE = 1_000;
const UPDATES = 60_000;
const CONCURRENT = 50; // updates under way, of different people; redis-benchmark has as many clients
const ROUNDS = 3;

export const redisCommits: Measurement = async (url) => {
  const store = await openRedisStore({
    url,
    prefix: 'bench:',
    wall: Date.now,
    later: (ms, run) => clear(setTimeout(run, ms)),
  });
  const people = Array.from(
    { length: PEOPLE },
    (_, at): Person => ({ site: asSiteId('default'), user: asUserId(`user-${at}`) }),
  );
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await updates(store, people));
    theirs.push(await plainSets(url));
  }
  await store.close();
  const [mine, set] = [percentile(ours, 0.5), percentile(theirs, 0.5)];
  return [
    { what: `updates committed, one connection, ${CONCURRENT} under way`, value: perSecond(mine) },
    { what: 'redis-benchmark SET of 200 bytes, -P 1, as many clients', value: perSecond(set) },
    {
      what: 'updates to SETs',
      value: (mine / set).toFixed(2),
      beside: 'goal of a later version: 0.5 from two processes',
    },
  ];
};

async function updates(store: Awaited<ReturnType<typeof openRedisStore>>, people: readonly Person[]): Promise<number> {
  let next = 0;
  const started = performance.now();
  const worker = async () => {
    while (next < UPDATES) {
      const turn = next++;
      const person = people[turn % people.length];
      if (person === undefined) return;
      await store.update(person, (record) => ({
        ...record,
        line: { text: `status ${turn}`, emoji: null, customStatusId: null, expiresAt: null },
      }));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, worker));
  return (UPDATES * 1_000) / (performance.now() - started);
}

async function plainSets(url: string): Promise<number> {
  const { port } = new URL(url);
  const args = [
    '-p',
    port,
    '-t',
    'set',
    '-n',
    String(UPDATES),
    '-c',
    String(CONCURRENT),
    '-d',
    '200',
    '-r',
    String(PEOPLE),
    '--csv',
  ];
  const { stdout } = await promisify(execFile)('redis-benchmark', args);
  return Number(/"SET","([\d.]+)"/.exec(stdout)?.[1]);
}

const clear = (timer: NodeJS.Timeout) => () => clearTimeout(timer);
