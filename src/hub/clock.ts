/** The one place where time comes from and where timers are set; tests put a manual clock in its place. */
import { asMillis, type Millis } from '../presence/ids.ts';
import type { Stop } from '../store/store.ts';

export interface Clock {
  /** Milliseconds since 1970. Never runs backwards. */
  now(): Millis;
  /** Calls `run` once, at `moment` or as soon after as possible; at once (but never before returning) when it has passed. */
  at(moment: Millis, run: () => void): Stop;
}

const LONGEST_TIMER = 2_147_483_647; // ms; setTimeout takes a signed 32 bit number

/** @param offset how far the clock to go by is ahead of this machine's, in ms, where several machines share one */
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

  function at(moment: Millis, run: () => void): Stop {
    let timer: NodeJS.Timeout;
    const wait = () => {
      const left = moment - now();
      timer = setTimeout(left > LONGEST_TIMER ? wait : finish, Math.min(Math.max(left, 0), LONGEST_TIMER));
    };
    // A timer may fire a fraction early; `run` relies on the moment having come.
    const finish = () => (now() < moment ? wait() : run());
    wait();
    return () => clearTimeout(timer);
  }

  return { now, at };
}
