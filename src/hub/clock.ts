/** The one place where time comes from and where timers are set; tests put a manual clock in its place. */
import { asMillis, type Millis } from '../presence/ids.ts';
import { createAgenda } from '../store/agenda.ts';
import type { Stop } from '../store/store.ts';

export interface Clock {
  /** Milliseconds since 1970. Never runs backwards. */
  now(): Millis;
  /** Calls `run` once, at `moment` or as soon after as possible; at once (but never before returning) when it has passed. */
  at(moment: Millis, run: () => void): Stop;
}

/** An object of its own for each call. */
interface Alarm {
  readonly run: () => void;
}

const MOST_AT_ONCE = 1_000; // alarms; the rest is called at once afterwards, when others have had their turn
const LONGEST_TIMER = 2_147_483_647; // ms; setTimeout takes a signed 32 bit number

/**
 * One timer for all: thousands of tokens end at moments of their own.
 * @param offset how far the clock to go by is ahead of this machine's, in ms, where several machines share one
 */
export function systemClock(offset: () => number = () => 0): Clock {
  let last = Date.now() + offset();
  let lastTick = performance.now();

  /** The wall clock may be set back; then this one goes on at half speed until it is caught up with. */
  function now(): Millis {
    const wall = Date.now() + offset();
    const tick = performance.now();
    last = wall >= last ? wall : last + (tick - lastTick) / 2;
    lastTick = tick;
    return asMillis(Math.floor(last));
  }

  const alarms = createAgenda<Alarm>();
  let timer: NodeJS.Timeout | undefined;
  let wakeAt = Infinity;

  function at(moment: Millis, run: () => void): Stop {
    const alarm = { run };
    alarms.set(alarm, moment);
    arm();
    return () => {
      alarms.set(alarm, null);
      // A timer that is for nobody would keep the process alive.
      if (alarms.next() === null) disarm();
    };
  }

  function disarm(): void {
    clearTimeout(timer);
    wakeAt = Infinity;
  }

  function arm(): void {
    const next = alarms.next();
    if (next === null || next >= wakeAt) return;
    disarm();
    wakeAt = next;
    timer = setTimeout(wake, Math.min(Math.max(next - now(), 0), LONGEST_TIMER));
  }

  /** A timer may fire a fraction early; whoever is called relies on the moment having come. */
  function wake(): void {
    wakeAt = Infinity;
    try {
      for (const alarm of alarms.due(now(), MOST_AT_ONCE)) {
        if (!alarms.has(alarm)) continue; // one that was called before has taken it back
        alarms.set(alarm, null);
        alarm.run();
      }
    } finally {
      arm();
    }
  }

  return { now, at };
}
