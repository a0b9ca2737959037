/** `npm run bench [-- name ...]`: runs the measurements, each on an empty Redis of its own, and prints their figures. */
import { cpus } from 'node:os';
import { startRedis } from '../test/support/redis.ts';
import { calendars } from './calendars.ts';
import { commands } from './commands.ts';
import { latency } from './latency.ts';
import { redisCommits } from './redis-commits.ts';
import { redisMemory } from './redis-memory.ts';
import { resync } from './resync.ts';
import type { Figure, Measurement } from './support.ts';

const MEASUREMENTS: ReadonlyMap<string, Measurement> = new Map([
  ['redis-commits', redisCommits],
  ['redis-memory', redisMemory],
  ['latency', latency],
  ['resync', resync],
  ['commands', commands],
  ['calendars', calendars],
]);

const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (!MEASUREMENTS.has(name)) throw new Error(`${name} is none of ${[...MEASUREMENTS.keys()].join(', ')}`);
}

process.stdout.write(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}\n`);
for (const [name, measure] of MEASUREMENTS) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const redis = await startRedis();
  try {
    for (const figure of await measure(redis.url)) process.stdout.write(line(name, figure));
  } finally {
    await redis.stop();
  }
}

function line(name: string, { what, value, beside }: Figure): string {
  return `${name.padEnd(14)} ${what.padEnd(80)} ${value.padStart(12)}${beside === undefined ? '' : `  (${beside})`}\n`;
}
