/** Sleeps until the next deadline of any record, then has everything settled that is due, and sleeps again. */
import { asMillis, type Millis, type Person } from '../presence/ids.ts';
import type { Due } from '../store/store.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { HubCounts } from './stats.ts';

export interface Sweeper {
  /** Some record has this deadline now; an earlier one than the sweeper sleeps for wakes it then. */
  expect(deadline: Millis | null): void;
  /** For how long the earliest deadline that is not settled yet has been due. */
  behind(): Millis;
  close(): Promise<void>;
}

export interface SweeperOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly due: (now: Millis, limit: number) => Promise<Due>;
  readonly settle: (person: Person) => Promise<unknown>;
  readonly counts: Pick<HubCounts, 'sweeps' | 'sweepLag'>;
}

const BATCH = 200; // people settled at once; between two batches everybody else has a turn
const RETRY = 250; // ms after a failure

export function createSweeper({ clock, log, due, settle, counts }: SweeperOptions): Sweeper {
  let wakeAt: number = Infinity;
  let dueSince: number = Infinity; // the earliest deadline that it woke for, until all is settled
  let cancel = () => {};
  let sweeping: Promise<void> | null = null;
  let again = false;
  let closed = false;

  function expect(deadline: Millis | null): void {
    if (closed || deadline === null || deadline >= wakeAt) return;
    cancel();
    wakeAt = deadline;
    cancel = clock.at(deadline, wake);
  }

  function wake(): void {
    dueSince = Math.min(dueSince, wakeAt);
    wakeAt = Infinity;
    if (sweeping !== null) {
      // The sweep under way may have looked before this deadline was written.
      again = true;
      return;
    }
    sweeping = sweep()
      .catch((error: unknown) => {
        log.error({ error }, 'the sweep of due records failed and is tried again');
        expect(asMillis(clock.now() + RETRY));
      })
      .finally(() => {
        sweeping = null;
        const missed = again;
        again = false;
        if (missed && !closed) wake();
      });
  }

  async function sweep(): Promise<void> {
    for (;;) {
      const { people, next } = await due(clock.now(), BATCH);
      const results = await Promise.allSettled(people.map(settle));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      if (closed) return;
      if (people.length === 0) {
        settled();
        return expect(next);
      }
      // Where nobody waits for a disk or for Redis, one batch would follow the other before anything else is heard.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  function settled(): void {
    counts.sweeps++;
    counts.sweepLag += behind();
    dueSince = Infinity;
  }

  const behind = (): Millis => asMillis(Math.max(0, clock.now() - Math.min(dueSince, wakeAt)));

  // Deadlines written before this process started are due too.
  expect(clock.now());

  return {
    expect,
    behind,
    async close() {
      closed = true;
      cancel();
      await sweeping;
    },
  };
}
