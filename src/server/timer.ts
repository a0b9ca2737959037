import type { Stop } from '../store/store.ts';

/** Calls `run` once, after `ms` of real time. */
export function later(ms: number, run: () => void): Stop {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
