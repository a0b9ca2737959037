/** Results as a picture, docs/bench.svg: what a delivery costs and what a connection takes, in bars. */
import type { MetricName } from './metrics.ts';
import { withUnit } from './report.ts';
import type { Figure, Results } from './results.ts';

const CHARTS: readonly (readonly [MetricName, string])[] = [
  ['deliveryMany', 'Server CPU per delivery: one person, 10,000 watchers'],
  ['storm', 'Server CPU per delivery: 4,000 people watch 100 each, 2,000 change at once'],
  ['memory', 'Memory per connection with a session and one watch'],
];

const WIDTH = 760;
const LABEL = 240; // px for the names
const BAR = 380; // px of the longest bar
const ROW = 26;
const GAP = 30;

// Follows the page's colours; without any script.
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600 } .note { font-size: 11px; fill: #59636e }
  rect { fill: #9aa4af } .ours rect { fill: #0969da } .ours text { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .note { fill: #9198a1 } rect { fill: #656c76 } .ours rect { fill: #4493f8 }
  }`;

export function draw({ figures, date, machine, versions }: Results): string {
  let top = 0;
  const charts = CHARTS.map(([metric, title]) => {
    const rows = figures.filter((figure) => figure.metric === metric).sort((a, b) => a.median - b.median);
    const drawn = chart(title, rows, top);
    top += ROW * (rows.length + 1) + GAP;
    return drawn;
  });
  const note = `Shorter is better. Medians of ${figures[0]?.samples.length ?? 0} rounds, ${date.slice(0, 10)}, ${machine.cores} × ${machine.model}, Node ${versions.node}, Redis ${versions.redis}`;
  const size = `viewBox="0 0 ${WIDTH} ${top + 10}" width="${WIDTH}" height="${top + 10}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="What npm run bench measured, in bars">`,
    `<style>${STYLE}\n</style>`,
    ...charts,
    `<text class="note" x="0" y="${top}">${escaped(note)}</text>`,
    '</svg>\n',
  ].join('\n');
}

function chart(title: string, figures: readonly Figure[], top: number): string {
  const longest = Math.max(...figures.map(({ median }) => median));
  const rows = figures.map((figure, at) => {
    const y = top + ROW * (at + 1);
    const width = Math.max(1, Math.round((figure.median / longest) * BAR));
    const value = withUnit(figure.median, figure.unit);
    return [
      `<g${figure.contender === 'ours' ? ' class="ours"' : ''}>`,
      `<text x="${LABEL - 10}" y="${y + 15}" text-anchor="end">${escaped(figure.title)}</text>`,
      `<rect x="${LABEL}" y="${y + 2}" width="${width}" height="${ROW - 8}" rx="2"/>`,
      `<text x="${LABEL + width + 8}" y="${y + 15}">${escaped(value)}</text></g>`,
    ].join('');
  });
  return [`<text class="title" x="0" y="${top + 16}">${escaped(title)}</text>`, ...rows].join('\n');
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
