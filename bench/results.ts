/** What came of a run: every sample, medians, and how they stand beside the goals. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../test/support/program.ts';
import { REDIS_NAMES } from '../test/support/redis.ts';
import { CONTENDERS, type ContenderName } from './contenders.ts';
import { median, type Samples } from './measurement.ts';
import { type Goal, METRICS, type Metric, type MetricName, type Unit } from './metrics.ts';

export interface Results {
  readonly date: string;
  readonly machine: { readonly cores: number; readonly model: string; readonly memory: string; readonly linux: string };
  readonly versions: Readonly<Record<string, string>>;
  readonly figures: readonly Figure[];
  readonly verdicts: readonly Verdict[];
}

export interface Figure {
  readonly metric: MetricName;
  readonly what: string;
  readonly contender: ContenderName;
  readonly title: string;
  readonly unit: Unit;
  readonly median: number;
  /** One of each round. */
  readonly samples: readonly number[];
}

interface Verdict {
  readonly metric: MetricName;
  readonly what: string;
  /** Such as `at most 1.2 × bare ws, one prebuilt frame`. */
  readonly goal: string;
  /** The median of the rounds' ratios where it stands beside another's, else of the figures. */
  readonly value: number;
  readonly met: boolean;
}

/** What one contender's measurement gave in one round. */
export interface Sample {
  readonly contender: ContenderName;
  readonly round: number;
  readonly samples: Samples;
}

export function resultsOf(all: readonly Sample[]): Results {
  return {
    date: new Date().toISOString(),
    machine: {
      cores: cpus().length,
      model: cpus()[0]?.model ?? 'unknown',
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      linux: release(),
    },
    versions: versions(),
    figures: metricNames().flatMap((metric) => figuresOf(metric, all)),
    verdicts: metricNames().flatMap((metric) => verdictsOn(metric, all)),
  };
}

const metricNames = () => Object.keys(METRICS) as MetricName[];

function figuresOf(metric: MetricName, all: readonly Sample[]): Figure[] {
  const { what, unit }: Metric = METRICS[metric];
  const contenders = (Object.keys(CONTENDERS) as ContenderName[]).filter((each) => byRound(metric, each, all).size > 0);
  return contenders.map((contender) => {
    const samples = [...byRound(metric, contender, all).values()];
    const { title } = CONTENDERS[contender];
    return { metric, what, contender, title, unit, median: median(samples), samples };
  });
}

function verdictsOn(metric: MetricName, all: readonly Sample[]): Verdict[] {
  const { what, goals = [] }: Metric = METRICS[metric];
  const own = byRound(metric, 'ours', all);
  return goals.flatMap((goal) => {
    const theirs = goal.beside === undefined ? null : byRound(metric, goal.beside, all);
    const values = [...own].map(([round, value]) =>
      theirs === null ? value : value / (theirs.get(round) ?? Number.NaN),
    );
    const known = values.filter((value) => !Number.isNaN(value));
    if (known.length === 0) return [];
    const value = median(known);
    return [{ metric, what, goal: inWords(goal, METRICS[metric].unit), value, met: isMet(goal, value) }];
  });
}

function byRound(metric: MetricName, contender: ContenderName, all: readonly Sample[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const sample of all) {
    const value = sample.contender === contender ? sample.samples[metric] : undefined;
    if (value !== undefined) found.set(sample.round, value);
  }
  return found;
}

function isMet(
  { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY }: Goal,
  value: number,
): boolean {
  return value <= atMost && value >= atLeast;
}

function inWords({ beside, atMost, atLeast }: Goal, unit: Unit): string {
  const [bound, limit] = atMost === undefined ? ['at least', atLeast ?? 0] : ['at most', atMost];
  if (beside === undefined) return `${bound} ${limit.toLocaleString('en')} ${unit}`.trim();
  const share = limit < 0.2 ? `1/${Math.round(1 / limit)} of` : `${limit} ×`;
  return `${bound} ${share} ${CONTENDERS[beside].title}`;
}

function versions(): Record<string, string> {
  const read = (file: string) => JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'));
  const redis =
    /v=([\d.]+)/.exec(execFileSync(findProgram(REDIS_NAMES) ?? '', ['--version'], { encoding: 'utf8' }))?.[1] ??
    'unknown';
  return {
    node: process.version,
    redis,
    'presence-server': read('../package.json').version,
    ...read('package.json').dependencies,
  };
}
