/** Recurrence rules (RFC 5545, 3.3.10), as ical.js reads them, which checks each part by itself. */
import { malformed, type Property, readStamp } from './calendar-jcal.ts';
import { DAY, type Wall, type Zone } from './calendar-zone.ts';

const FREQUENCIES = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** An empty list: that part is not given. */
export interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  /** How many there are, the start among them; null: no end by number. */
  readonly count: number | null;
  readonly until: Until | null;
  /** 0 is Sunday. */
  readonly weekStart: number;
  readonly months: readonly number[];
  readonly weeks: readonly number[];
  readonly yearDays: readonly number[];
  readonly monthDays: readonly number[];
  readonly weekdays: readonly Weekday[];
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
  readonly positions: readonly number[];
}

export interface Weekday {
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 2: the second of the month or year; -1: the last; null: each. */
  readonly nth: number | null;
}

/** The last moment there may be one; where no zone is given, as the clock on the wall has it. */
interface Until {
  readonly at: number;
  readonly zone: Zone | null;
}

/**
 * @param zone the zone of the start; null for days, which a rule ends by the day
 * @throws Refusal when the rule is malformed, or is of another calendar than the Gregorian
 */
export function readRule(property: Property, zone: Zone | null): Rule {
  const parts = Object(property[3]) as Parts;
  const rule: Rule = {
    frequency: frequencyOf(parts) ?? fail(property, parts),
    interval: Number(parts.interval ?? 1),
    count: parts.count === undefined ? null : Number(parts.count),
    until: parts.until === undefined ? null : readUntil(parts.until, property, zone),
    weekStart: Number(parts.wkst ?? MONDAY) - 1,
    months: numbers(parts.bymonth),
    weeks: numbers(parts.byweekno),
    yearDays: numbers(parts.byyearday),
    monthDays: numbers(parts.bymonthday),
    weekdays: list(parts.byday).map(readWeekday),
    positions: numbers(parts.bysetpos),
    ...(zone === null
      ? { hours: [], minutes: [], seconds: [] } // whole days have none
      : { hours: numbers(parts.byhour), minutes: numbers(parts.byminute), seconds: numbers(parts.bysecond) }),
  };
  return isSound(rule, zone) ? rule : fail(property, parts);
}

type Parts = Readonly<Record<string, unknown>>;

function fail(property: Property, parts: Parts): never {
  const text = Object.entries(parts).map(([name, value]) => `${name}=${value}`.toUpperCase());
  throw malformed(property, text.join(';'));
}

function frequencyOf({ freq, rscale = 'GREGORIAN' }: Parts): Frequency | undefined {
  return String(rscale).toUpperCase() === 'GREGORIAN' ? FREQUENCIES.find((each) => each === freq) : undefined;
}

function isSound({ frequency, interval, count, positions }: Rule, zone: Zone | null): boolean {
  if (!isDaysApart(frequency) && (zone === null || positions.length > 0)) return false;
  return interval >= 1 && (count === null || count >= 1);
}

const MONDAY = 2; // ical.js counts from Sunday, 1

function readUntil(value: unknown, property: Property, zone: Zone | null): Until {
  const { at, isDate, zone: said } = readStamp(value, property);
  if (isDate || zone === null) return { at: Math.floor(at / DAY) * DAY + DAY - 1, zone: null };
  return { at, zone: said === null ? null : zone };
}

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

function readWeekday(value: unknown): Weekday {
  const [, nth = '', day = ''] = /^([+-]?\d*)(..)$/.exec(String(value)) ?? [];
  return { weekday: WEEKDAYS.indexOf(day.toUpperCase()), nth: nth === '' ? null : Number(nth) };
}

/** ical.js gives a single value without a list around it. */
const list = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
const numbers = (value: unknown): readonly number[] =>
  list(value)
    .map(Number)
    .sort((a, b) => a - b);

/** Whether this is after the last there may be. */
export function isPast({ until }: Rule, at: Wall): boolean {
  if (until === null) return false;
  // Zones differ from UTC by less than two days; so most need not be asked.
  return until.zone === null ? at > until.at : at > until.at - 2 * DAY && until.zone.toMoment(at) > until.at;
}

export const isDaysApart = (frequency: Frequency): boolean =>
  FREQUENCIES.indexOf(frequency) >= FREQUENCIES.indexOf('DAILY');
