/**
 * `npm run soak -- --minutes 20 --sockets 2000`: two servers of this build and a Redis of their own; see soak/soak.ts.
 * Prints a line a minute, and ends with 1 when anybody was ever wrong or something grew. Loopback only.
 */

import { once } from 'node:events';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { launchRedis } from '../test/support/redis-process.ts';
import { startChild } from './child.ts';
import { type NodeFigures, type Round, type SoakReport, soak } from './soak/soak.ts';

const MINUTE = 60_000; // ms
const SLACK = 1.3; // by how much memory may differ between two moments of one process, once it is warm
const WARM = 120; // s

const NODE = {
  LOG_LEVEL: 'error',
  PRESENCE_GRAPHIQL: 'off',
  PRESENCE_RECONNECT_GRACE: '1',
  PRESENCE_OFFLINE_AFTER: '6',
  PRESENCE_NODE_LEASE: '3',
};

process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
await main();
process.exit();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '20' },
      sockets: { type: 'string', default: '2000' },
      rate: { type: 'string', default: '50' }, // deeds a second
      faults: { type: 'string', default: '10' }, // seconds between two, on average
    },
  });
  const redis = await launchRedis();
  const ports = [await freePort(), await freePort()];
  try {
    const report = await soak({
      sockets: Number(values.sockets),
      watched: 20,
      rounds: Number(values.minutes),
      round: MINUTE,
      rate: Number(values.rate),
      faultEvery: Number(values.faults) * 1_000,
      tell: (round) => process.stdout.write(`${lineOf(round)}\n`),
      command: redis.ask,
      async startNode(at) {
        const child = startChild(['--import', './bench/peers/inside.js', 'dist/server/main.js'], {
          ...NODE,
          PORT: String(ports[at]),
          REDIS_URL: redis.url,
        });
        const [, url = ''] = await child.says(/Presence is on (http\S+)\/graphql/);
        return { url, kill: (signal) => child.stop(signal) };
      },
    });
    conclude(report);
  } finally {
    await redis.stop();
  }
}

function lineOf({ number, compared, wrong, stuck, left, nodes, redis }: Round): string {
  const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
  const each = nodes.map(
    ({ up, connections, files, handles, resident, heap }) =>
      `${up} s up, ${connections} sockets, ${files} files, ${handles} handles, ${mib(resident)} MiB (heap ${mib(heap)})`,
  );
  const problems = [
    ...wrong.slice(0, 5).map((one) => `  wrong: ${JSON.stringify(one)}`),
    ...(stuck.length > 0 ? [`  stuck: ${stuck.slice(0, 10).join(', ')}`] : []),
    ...left.map((what) => `  left over: ${what}`),
  ];
  const figures = `${number} min: ${wrong.length} wrong of ${compared}, ${stuck.length} stuck; ${each.join(' | ')}; Redis ${redis.keys} keys, ${mib(redis.bytes)} MiB`;
  return [figures, ...problems].join('\n');
}

function conclude({ rounds, deeds, refused, faults, complaints }: SoakReport): void {
  const listed = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([what, count]) => `${what} ${count}`).join(', ');
  const wrong = rounds.reduce((sum, round) => sum + round.wrong.length + round.stuck.length + round.left.length, 0);
  const grown = growth(rounds);
  process.stdout.write(
    `\n${deeds} deeds; refused: ${listed(refused) || 'none'}; faults: ${listed(faults)}\n` +
      `${wrong} wrong, stuck or left over; ${grown.length === 0 ? 'nothing grew' : grown.join('; ')}\n` +
      complaints
        .slice(0, 20)
        .map((what) => `complaint: ${what}\n`)
        .join(''),
  );
  if (wrong + grown.length + complaints.length > 0) process.exitCode = 1;
}

/** Of a process that lived for long, its memory for each socket when it was warm against that at its end. */
function growth(rounds: readonly Round[]): readonly string[] {
  return [0, 1].flatMap((at) => {
    const figures = rounds.flatMap(({ nodes }) => nodes[at] ?? []);
    const lives = figures.flatMap((each, index) =>
      index > 0 && each.up > (figures[index - 1]?.up ?? 0) ? [] : [index],
    );
    return lives.flatMap((from, index) => grownIn(figures.slice(from, lives[index + 1] ?? figures.length)));
  });
}

function grownIn(life: readonly NodeFigures[]): readonly string[] {
  const warm = life.filter(({ up }) => up >= WARM);
  const [first, last] = [warm[0], warm.at(-1)];
  if (first === undefined || last === undefined || warm.length < 3) return [];
  const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
  const before = Math.max(...warm.slice(0, Math.ceil(warm.length / 2)).map(({ resident }) => resident));
  const says: string[] = [];
  if (last.resident > before * SLACK) says.push(`a server grew from ${mib(before)} to ${mib(last.resident)} MiB`);
  if (last.files - last.connections > first.files - first.connections + 20)
    says.push('a server has ever more files open');
  return says;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}
