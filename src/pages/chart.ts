/** A line of how many there were of something, over the last ten minutes that this tab has looked. */
import { draw } from '../client/elements/make.ts';

export interface Chart {
  readonly element: SVGSVGElement;
  add(value: number): void;
}

interface Sample {
  readonly at: number; // ms since 1970
  readonly value: number;
}

const SPAN = 600_000; // 10 min, in ms
const [WIDTH, HEIGHT] = [300, 50];

/** `title` is what it counts, "Connections" for one. */
export function createChart(title: string): Chart {
  const key = `presence-chart-${title}`;
  const element = draw('svg', {
    class: 'chart',
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    role: 'img',
  });
  const area = draw('path', { class: 'area' });
  const line = draw('path', { class: 'line' });
  const base = draw('path', { class: 'base', d: `M0 ${HEIGHT}H${WIDTH}` });
  element.append(area, base, line);
  let samples = kept(key);

  return {
    element,
    add(value) {
      const now = Date.now();
      samples = [...samples, { at: now, value }].filter(({ at }) => at > now - SPAN);
      sessionStorage.setItem(key, JSON.stringify(samples)); // so that a reload loses nothing
      const most = Math.max(1, ...samples.map((sample) => sample.value));
      const points = samples.map((sample) => [
        round(WIDTH * (1 - (now - sample.at) / SPAN)),
        round(HEIGHT - 2 - (HEIGHT - 6) * (sample.value / most)),
      ]);
      const path = points.map(([x, y]) => `${x} ${y}`).join('L');
      line.setAttribute('d', `M${path}`);
      area.setAttribute('d', `M${points[0]?.[0] ?? 0} ${HEIGHT}L${path}L${WIDTH} ${HEIGHT}Z`);
      element.setAttribute('aria-label', `${title} over the last ten minutes: ${value} now, at most ${most}`);
    },
  };
}

function kept(key: string): readonly Sample[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key) ?? '[]');
    return Array.isArray(value) ? value.filter(isSample) : [];
  } catch {
    return []; // somebody else wrote there
  }
}

function isSample(value: unknown): value is Sample {
  return (
    typeof value === 'object' &&
    value !== null &&
    'at' in value &&
    'value' in value &&
    typeof value.at === 'number' &&
    typeof value.value === 'number'
  );
}

const round = (value: number): number => Math.round(value * 10) / 10;
