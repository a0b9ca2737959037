/** Results as tables, for a terminal. */

import type { Unit } from './metrics.ts';
import type { Figure, Results } from './results.ts';

export function report({ machine, versions, figures, verdicts }: Results): string {
  const head = `${machine.cores} × ${machine.model}, Node ${versions.node}, Redis ${versions.redis}`;
  const titles = [...new Set(figures.map(({ what }) => what))];
  const parts = titles.map((title) => `${title}\n${lines(figures.filter(({ what }) => what === title))}`);
  const goals = verdicts.map(
    ({ what, goal, value, met }) =>
      `${met ? 'met   ' : 'MISSED'} ${amount(value).padStart(9)}  ${goal.padEnd(52)} ${what}\n`,
  );
  return `\n${head}\n\n${parts.join('\n')}\n${goals.join('')}`;
}

function lines(figures: readonly Figure[]): string {
  const own = figures.find(({ contender }) => contender === 'ours')?.median;
  const line = ({ title, median, unit, samples }: Figure) => {
    const times = !own ? '' : `${(median / own).toFixed(2)} × ours`;
    const range = samples.length > 1 ? `  (${amount(Math.min(...samples))} to ${amount(Math.max(...samples))})` : '';
    return `  ${title.padEnd(34)} ${withUnit(median, unit).padStart(12)} ${times.padStart(14)}${range}\n`;
  };
  return figures.map(line).join('');
}

export function withUnit(value: number, unit: Unit): string {
  if (unit === '' || unit === '/s') return `${amount(value)}${unit}`;
  return `${amount(value)} ${unit}`;
}

/** Three digits that count. */
function amount(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
