/** What a measurement is, and what it measures. */
import type { ContenderName } from './contenders.ts';
import type { Lab } from './lab.ts';
import type { MetricName } from './metrics.ts';

export interface Measurement {
  readonly contenders: readonly ContenderName[];
  /** All at once instead of one after the other: where they do next to nothing for long. */
  readonly together?: boolean;
  /** In the first round only: where a figure stands by itself, far from what it may be. */
  readonly once?: boolean;
  /** One contender, once. */
  measure(lab: Lab, contender: ContenderName): Promise<Samples>;
}

export type Samples = Readonly<Partial<Record<MetricName, number>>>;

/** The value below which `share` (0 to 1) of them lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);
