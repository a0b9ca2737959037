/**
 * Counts deliveries. Every change sets a status text of its own, `#` and seven digits; a delivery is a message with such
 * a text in it, found by looking for the bytes. Nothing is parsed: that would cost more than what is measured.
 */
import { within } from '../within.ts';

export interface Tally {
  /** The text of a change that is about to be made, and what will be known when `expected` deliveries have come. */
  begin(expected: number): Change;
  /** Whether the message is a delivery, which is then counted. */
  count(bytes: Buffer, from: number, to: number): boolean;
}

interface Change {
  readonly text: string;
  /** Rejects when they have not all come within `limit` ms. */
  delivered(limit: number): Promise<Delivered>;
}

/** Milliseconds from `begin` to the first and the last delivery. */
export interface Delivered {
  readonly first: number;
  readonly last: number;
}

interface Open {
  readonly expected: number;
  readonly begun: number;
  count: number;
  first: number;
  done: ((delivered: Delivered) => void) | null;
}

const MARK = '#'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
const DIGITS = 7;

export function createTally(): Tally {
  const open = new Map<number, Open>();
  let last = 0;

  return {
    begin(expected) {
      const number = ++last;
      const begun = performance.now();
      const entry: Open = { expected, begun, count: 0, first: 0, done: null };
      const delivered = new Promise<Delivered>((resolve) => {
        entry.done = resolve;
      });
      open.set(number, entry);
      return {
        text: `#${String(number).padStart(DIGITS, '0')}`,
        delivered: (limit) => within(limit, delivered, () => `${entry.count} of ${expected} deliveries came`),
      };
    },
    count(bytes, from, to) {
      const at = bytes.indexOf(MARK, from);
      if (at < 0 || at >= to) return false;
      let number = 0;
      for (let digit = 1; digit <= DIGITS; digit++) number = number * 10 + (bytes[at + digit] ?? 0) - ZERO;
      const entry = open.get(number);
      if (entry === undefined) return true; // of a change that is over, told again to somebody who came later
      if (++entry.count === 1) entry.first = performance.now() - entry.begun;
      if (entry.count < entry.expected) return true;
      open.delete(number);
      entry.done?.({ first: entry.first, last: performance.now() - entry.begun });
      return true;
    },
  };
}
