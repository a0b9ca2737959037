/** Every contender once a round, rounds outermost: whatever disturbs the machine for a while disturbs all of them. */
import type { ContenderName } from './contenders.ts';
import { MEASUREMENTS } from './contents.ts';
import { inLab } from './lab.ts';
import type { Measurement } from './measurement.ts';
import type { Sample } from './results.ts';
import type { Sizes } from './sizes.ts';

const TIME = 570_000; // ms; no round begins that would not end by then

export async function measureRounds(wanted: readonly string[], sizes: Sizes, rounds: number): Promise<Sample[]> {
  const all: Sample[] = [];
  const begun = performance.now();
  for (let round = 0; round < rounds; round++) {
    const spent = performance.now() - begun;
    if (round > 0 && spent + spent / round > TIME) {
      process.stderr.write(
        `That was ${round} of ${rounds} rounds: another would go on past ${TIME / 60_000} minutes.\n`,
      );
      break;
    }
    for (const name of wanted) all.push(...(await measure(name, sizes, round)));
  }
  return all;
}

async function measure(name: string, sizes: Sizes, round: number): Promise<Sample[]> {
  const measurement = MEASUREMENTS.get(name);
  if (measurement === undefined || (measurement.once && round > 0)) return [];
  const each = (contender: ContenderName) =>
    measureOne(`${round + 1} ${name}`, measurement, { contender, sizes, round });
  const made: (Sample | null)[] = [];
  if (measurement.together) made.push(...(await Promise.all(measurement.contenders.map(each))));
  else for (const contender of measurement.contenders) made.push(await each(contender));
  return made.filter((sample) => sample !== null);
}

interface Turn {
  readonly contender: ContenderName;
  readonly sizes: Sizes;
  readonly round: number;
}

/** One that fails is told and left out; the others still tell something. */
async function measureOne(title: string, { measure }: Measurement, { contender, sizes, round }: Turn) {
  const begun = performance.now();
  const head = `${title.padEnd(20)} ${contender.padEnd(10)}`;
  try {
    const samples = await inLab(sizes, (lab) => measure(lab, contender));
    process.stderr.write(`${head} ${((performance.now() - begun) / 1_000).toFixed(1).padStart(6)} s\n`);
    return { contender, round, samples };
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${head} FAILED: ${error}\n`);
    return null;
  }
}
