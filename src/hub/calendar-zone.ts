/**
 * Time zones: which moment a clock on a wall means. A local date and time is a `Wall`: the number of milliseconds that
 * it would be if it were in UTC, so that days and hours are arithmetic.
 */
import { asMillis, type Millis } from '../presence/ids.ts';

declare const wall: unique symbol;
export type Wall = number & { readonly [wall]: true };
export const asWall = (value: number): Wall => value as Wall;

export const HOUR = 3_600_000; // ms
export const DAY = 86_400_000; // ms

export interface Zone {
  /** Of two moments at which clocks show this, the first; of none, because clocks are put forward, as if they were not yet (RFC 5545, 3.3.5). */
  toMoment(at: Wall): Millis;
  /** What clocks show at a moment. */
  toWall(moment: Millis): Wall;
}

/** How far clocks are ahead of UTC at a moment, in ms. */
export type OffsetAt = (moment: number) => number;

export const UTC: Zone = { toMoment: (at) => asMillis(at), toWall: (moment) => asWall(moment) };

export function createZone(offsetAt: OffsetAt): Zone {
  const daily = rememberDays(offsetAt);
  return {
    toWall: (moment) => asWall(moment + daily(moment)),
    toMoment(at) {
      const [before, after] = [daily(at - DAY), daily(at + DAY)];
      if (before === after || daily(at - before) === before) return asMillis(at - before);
      return asMillis(daily(at - after) === after ? at - after : at - before);
    },
  };
}

/** A zone of the IANA data that Node brings along; null when it has none of this name. */
export function namedZone(name: string): Zone | null {
  try {
    return createZone(offsetsOf(new Intl.DateTimeFormat('en-US', { ...FIELDS, timeZone: name })));
  } catch {
    return null;
  }
}

const FIELDS = {
  calendar: 'gregory',
  numberingSystem: 'latn',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const;

/** `6/1/2026, 14:00:00`; asking for the parts is three times as slow. */
function offsetsOf(format: Intl.DateTimeFormat): OffsetAt {
  return (moment) => {
    const whole = Math.floor(moment / 1_000) * 1_000;
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = (
      format.format(whole).match(/\d+/g) ?? []
    ).map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
  };
}

/** Clocks are changed on few days: where they show the same at both ends of a day, they do all day. */
function rememberDays(offsetAt: OffsetAt): OffsetAt {
  const known = new Map<number, number>();
  const atDay = (day: number): number => {
    const offset = known.get(day) ?? offsetAt(day * DAY);
    known.set(day, offset);
    return offset;
  };
  return (moment) => {
    const day = Math.floor(moment / DAY);
    const offset = atDay(day);
    return offset === atDay(day + 1) ? offset : offsetAt(moment);
  };
}
