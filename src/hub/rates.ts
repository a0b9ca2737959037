/**
 * How often something may be done in a while: at most `limit` within ten seconds from the first. Each process counts for
 * itself, so that nothing waits for the store; where several share one, each tells the store of what it counted a tenth
 * of the limit at a time and learns what the others did. So all together may exceed a limit by a tenth of it for each
 * process, and somebody who does little never costs the store anything.
 */
import { after, asMillis, type Millis } from '../presence/ids.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { RATE_WINDOW } from './limits.ts';

export interface Rates {
  /** Counts `points` for whatever the key names; or, when they are too many, counts nothing and says how long to wait. */
  spend(key: string, points: number): Millis | null;
}

export interface RatesOptions {
  readonly clock: Clock;
  /** Within the window; 0: no limit. */
  readonly limit: number;
  /** null: this process is alone, or need not know of the others. */
  readonly share: Store['spend'];
}

/** What was spent since the first of it. */
interface Tally {
  endsAt: Millis;
  /** By all processes, as far as the store said. */
  known: number;
  /** Here, and not told yet. */
  untold: number;
  telling: boolean;
}

const TELLINGS = 10; // in which a limit is told of
const MOST_KEYS = 100_000; // counted at once; beyond that, the longest known are counted anew

export function createRates({ clock, limit, share }: RatesOptions): Rates {
  const tallies = new Map<string, Tally>();
  const portion = Math.ceil(limit / TELLINGS);

  function current(key: string): Tally {
    const now = clock.now();
    const found = tallies.get(key);
    if (found !== undefined && found.endsAt > now) return found;
    tallies.delete(key); // so that it stands last
    const tally: Tally = { endsAt: after(now, WINDOW), known: 0, untold: 0, telling: false };
    tallies.set(key, tally);
    tidy(now);
    return tally;
  }

  /** The oldest come first, and are over first. */
  function tidy(now: Millis): void {
    for (const [key, { endsAt }] of tallies) {
      if (endsAt > now && tallies.size <= MOST_KEYS) return;
      tallies.delete(key);
    }
  }

  async function tell(key: string, tally: Tally): Promise<void> {
    if (share === null) return;
    const points = tally.untold;
    tally.telling = true;
    tally.known += points;
    tally.untold = 0;
    try {
      const { spent, endsIn } = await share(key, points, WINDOW);
      tally.known = spent;
      tally.endsAt = after(clock.now(), endsIn);
    } catch {
      // The store is away, which whoever needs it finds out; what was counted here still counts here.
    }
    tally.telling = false;
  }

  return {
    spend(key, points) {
      if (limit === 0) return null;
      const tally = current(key);
      if (tally.known + tally.untold + points > limit) return asMillis(Math.max(1, tally.endsAt - clock.now()));
      tally.untold += points;
      if (share !== null && tally.untold >= portion && !tally.telling) void tell(key, tally);
      return null;
    },
  };
}

const WINDOW = asMillis(RATE_WINDOW);
