/** How much is done for one calendar, so that a text of a few bytes cannot ask for hours of work. */
import { type Day, dayOf } from './calendar-day.ts';
import { badInput } from './refusal.ts';

export interface Work {
  /** Counts small things to do, one unless said otherwise; throws when there are too many. */
  step(count?: number): void;
  /** Counts one more time of being busy; throws when that is too many. */
  find(): void;
  /** The day of this number; most are worked out once. */
  day(number: number): Day;
}

const MAX_STEPS = 300_000; // days and times looked at for one calendar; about 50 ms
const MAX_FOUND = 20_000; // events of one calendar in 60 days, before those that touch are joined

const MOST_DAYS = 10_000; // kept

export function createWork(): Work {
  const days = new Map<number, Day>();
  let steps = 0;
  let found = 0;
  return {
    step(count = 1) {
      steps += count;
      if (steps > MAX_STEPS)
        throw badInput('ics', `has recurrence rules that take more than ${MAX_STEPS} steps to work out`);
    },
    find() {
      found++;
      if (found > MAX_FOUND) throw badInput('ics', `may have at most ${MAX_FOUND} events in 60 days`);
    },
    day(number) {
      const known = days.get(number) ?? dayOf(number);
      if (days.size < MOST_DAYS) days.set(number, known);
      return known;
    },
  };
}
