/**
 * `npm run bench`: the server beside its peers, every contender once a round, and what came of it as a table. A whole
 * run writes bench/results.json and draws docs/bench.svg from it. `-- deliveries storm` measures only those, `-- --quick`
 * little of everything, to try it. Only loopback, and nothing is left running however it ends.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startRedis } from '../test/support/redis.ts';
import { FIGURES, MEASUREMENTS } from './contents.ts';
import { draw } from './picture.ts';
import { report } from './report.ts';
import { resultsOf } from './results.ts';
import { measureRounds } from './rounds.ts';
import { FULL, QUICK, type Sizes } from './sizes.ts';

const ROOT = join(import.meta.dirname, '..');
const RESULTS = join(ROOT, 'bench', 'results.json');
const PICTURE = join(ROOT, 'docs', 'bench.svg');
const OTHER_FILES = 500; // that a process with so many sockets has open

process.once('SIGINT', () => process.exit(130)); // by way of `exit`, at which every Redis is killed
process.once('SIGTERM', () => process.exit(143));
await main();
process.exit();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { quick: { type: 'boolean' }, rounds: { type: 'string' }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  const wanted = positionals.length > 0 ? positionals : [...MEASUREMENTS.keys()];
  const unknown = wanted.filter((name) => !MEASUREMENTS.has(name) && !FIGURES.has(name));
  if (values.help || unknown.length > 0) return usage(unknown);
  const sizes = values.quick ? QUICK : FULL;
  const rounds = Number(values.rounds ?? sizes.rounds);
  if (!(rounds >= 1)) throw new Error(`--rounds takes a number from 1 on, not ${values.rounds}`);
  checkLimits(sizes);
  installPeers();

  const samples = await measureRounds(wanted, sizes, rounds);
  if (samples.length > 0) {
    const results = resultsOf(samples);
    process.stdout.write(report(results));
    if (values.quick)
      process.stdout.write('\nTried with small numbers: not those of the sentences, and nothing to quote.\n');
    // Else the figures that are quoted could be of several machines.
    if (!values.quick && positionals.length === 0 && process.exitCode === undefined) {
      writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
      writeFileSync(PICTURE, draw(results));
    }
  }
  for (const name of wanted) await printFigures(name);
}

function usage(unknown: readonly string[]): void {
  if (unknown.length > 0) process.exitCode = 1;
  const says = `${unknown.length > 0 ? `Unknown: ${unknown.join(', ')}. ` : ''}npm run bench -- [--quick] [--rounds n] [name ...]`;
  process.stdout.write(`${says}\n  beside peers  ${[...MEASUREMENTS.keys()].join(', ')}\n`);
  process.stdout.write(`  only by name  ${[...FIGURES.keys()].join(', ')}\n`);
}

async function printFigures(name: string): Promise<void> {
  const measure = FIGURES.get(name);
  if (measure === undefined) return;
  const redis = await startRedis();
  try {
    for (const { what, value, beside } of await measure(redis.url)) {
      const note = beside === undefined ? '' : `  (${beside})`;
      process.stdout.write(`${name.padEnd(14)} ${what.padEnd(80)} ${value.padStart(12)}${note}\n`);
    }
  } finally {
    await redis.stop();
  }
}

function installPeers(): void {
  if (existsSync(join(ROOT, 'bench', 'node_modules'))) return;
  process.stderr.write('installing what the server is compared with\n');
  execFileSync('npm', ['ci', '--prefix', 'bench', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function checkLimits({ many }: Sizes): void {
  const [, limit] = /^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  if (limit === undefined || Number(limit) >= many + OTHER_FILES) return; // node raises its own to the hard limit
  throw new Error(
    `A process may open ${limit} files here, and this takes ${many + OTHER_FILES}: ulimit -Hn, or --quick`,
  );
}
