/** A clock that stands still until it is told otherwise. */
import type { Clock } from '../../src/hub/clock.ts';
import { asMillis, type Millis } from '../../src/presence/ids.ts';

export interface ManualClock extends Clock {
  /** Lets `seconds` pass, every timer on its way firing at its own moment, and what it started coming to rest. */
  pass(seconds: number): Promise<void>;
}

export function manualClock(start = Date.UTC(2026, 5, 1, 12)): ManualClock {
  let time = start;
  const timers = new Set<{ readonly moment: number; readonly run: () => void }>();

  const earliest = (until: number) =>
    [...timers].filter((timer) => timer.moment <= until).sort((a, b) => a.moment - b.moment)[0];

  return {
    now: (): Millis => asMillis(time),
    at(moment, run) {
      const timer = { moment, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async pass(seconds) {
      const until = time + seconds * 1_000;
      await rest();
      for (let next = earliest(until); next !== undefined; next = earliest(until)) {
        time = Math.max(time, next.moment);
        timers.delete(next);
        next.run();
        await rest();
      }
      time = until;
      await rest();
    },
  };
}

/** Lets everything run that does not wait for time or for another process. */
export async function rest(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
}
