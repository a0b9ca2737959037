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
import type { ContenderName } from './contenders.ts';
import { FIGURES, MEASUREMENTS } from './contents.ts';
import { inLab } from './lab.ts';
import type { Measurement } from './measurement.ts';
import { draw } from './picture.ts';
import { report } from './report.ts';
import { resultsOf, type Sample } from './results.ts';
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
    options: { quick: { type: 'boolean' }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  const wanted = positionals.length > 0 ? positionals : [...MEASUREMENTS.keys()];
  const unknown = wanted.filter((name) => !MEASUREMENTS.has(name) && !FIGURES.has(name));
  if (values.help || unknown.length > 0) return usage(unknown);
  const sizes = values.quick ? QUICK : FULL;
  checkLimits(sizes);
  installPeers();

  const samples = await measureAll(wanted, sizes);
  if (samples.length > 0) {
    const results = resultsOf(samples);
    process.stdout.write(report(results));
    if (values.quick)
      process.stdout.write(
        '\nTried with small numbers and once: not what these sentences say, and nothing to quote.\n',
      );
    // Else the figures that are quoted could be of several machines.
    if (sizes === FULL && positionals.length === 0 && process.exitCode === undefined) {
      writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
      writeFileSync(PICTURE, draw(results));
    }
  }
  for (const name of wanted) await printFigures(name);
}

function usage(unknown: readonly string[]): void {
  if (unknown.length > 0) process.exitCode = 1;
  const says = `${unknown.length > 0 ? `Unknown: ${unknown.join(', ')}. ` : ''}npm run bench -- [--quick] [name ...]`;
  process.stdout.write(`${says}\n  beside peers  ${[...MEASUREMENTS.keys()].join(', ')}\n`);
  process.stdout.write(`  only by name  ${[...FIGURES.keys()].join(', ')}\n`);
}

/** Rounds outermost, so that whatever disturbs the machine for a while disturbs all of them. */
async function measureAll(wanted: readonly string[], sizes: Sizes): Promise<Sample[]> {
  const all: Sample[] = [];
  for (let round = 0; round < sizes.rounds; round++) {
    for (const name of wanted) {
      const measurement = MEASUREMENTS.get(name);
      if (measurement === undefined) continue;
      const { contenders, together = false } = measurement;
      const one = async (contender: ContenderName) => {
        const samples = await measureOne(`${round + 1}/${sizes.rounds} ${name}`, measurement, contender, sizes);
        if (samples !== null) all.push({ contender, round, samples });
      };
      if (together) await Promise.all(contenders.map(one));
      else for (const contender of contenders) await one(contender);
    }
  }
  return all;
}

/** One that fails is told and left out; the others still tell something. */
async function measureOne(title: string, { measure }: Measurement, contender: ContenderName, sizes: Sizes) {
  const begun = performance.now();
  try {
    const samples = await inLab(sizes, (lab) => measure(lab, contender));
    const took = `${((performance.now() - begun) / 1_000).toFixed(1)} s`;
    process.stderr.write(`${title.padEnd(24)} ${contender.padEnd(10)} ${took.padStart(7)}\n`);
    return samples;
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${title.padEnd(24)} ${contender.padEnd(10)} FAILED: ${error}\n`);
    return null;
  }
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
