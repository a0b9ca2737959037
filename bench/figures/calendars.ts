/** What calendars at the limits cost: reading the text, working out 60 days, in time of one processor. */
import { expand } from '../../src/hub/calendar-expand.ts';
import { readCalendar } from '../../src/hub/calendar-text.ts';
import { NOON } from '../../test/calendar/ics.ts';
import { BOMBS, LARGE, millisOf } from '../../test/calendar/large.ts';
import type { Figure, Figures } from './figure.ts';

const TIMES = 8; // of which the quickest counts: the others were disturbed

export const calendars: Figures = async () => [
  worst('the costliest calendar that is allowed', LARGE),
  worst('the costliest that is refused', BOMBS),
];

function worst(what: string, samples: readonly (readonly [string, () => string, ...unknown[]])[]): Figure {
  const costs = samples.map(([name, make]) => {
    const ics = make();
    const taken = Array.from({ length: TIMES }, () => millisOf(() => work(ics)));
    return { name, millis: Math.min(...taken) };
  });
  const [costliest = { name: 'none', millis: 0 }] = costs.sort((a, b) => b.millis - a.millis);
  return { what, value: `${costliest.millis.toFixed(0)} ms`, beside: costliest.name };
}

function work(ics: string): void {
  try {
    const { kept } = readCalendar(ics, { addresses: ['ada'], timeZone: null });
    expand(JSON.parse(JSON.stringify(kept)), NOON);
  } catch {
    // Refused, which is what is measured.
  }
}
