/**
 * When a recurrence rule falls. Each day of a window is asked whether it fits; only a rule that counts is walked along
 * from its start. So a rule of 1970 costs no more than one of today, and one that no day fits ends like any other.
 */
import { type Day, modulo } from './calendar-day.ts';
import { type Frequency, isDaysApart, isPast, type Rule } from './calendar-rule.ts';
import { fits, isInPhase, periodOf } from './calendar-rule-days.ts';
import type { Work } from './calendar-work.ts';
import { asWall, DAY, HOUR, type Wall } from './calendar-zone.ts';

export interface Window {
  readonly from: Wall;
  /** Not included. */
  readonly to: Wall;
}

export interface Occurrences {
  /** Ascending. The start is always an occurrence. */
  readonly inside: readonly Wall[];
  /** Whether there may be more after the window. */
  readonly more: boolean;
}

export function occurrences(given: Rule, start: Wall, { from, to }: Window, work: Work): Occurrences {
  if (start >= to) return { inside: [], more: true };
  const first = work.day(Math.floor(start / DAY));
  const rule = withDefaults(given, start, first);
  const inside: Wall[] = [];
  const add = (at: Wall): void => {
    if (at < from) return;
    work.find();
    inside.push(at);
  };
  add(start);
  let left = (rule.count ?? Infinity) - 1;
  const since = asWall(rule.count === null ? Math.max(from, start) : start);
  for (const at of left === 0 ? [] : candidates({ rule, start, first, work }, { from: since, to })) {
    if (at <= start) continue;
    if (at >= to || isPast(rule, at)) break;
    add(at);
    left--;
    if (left === 0) break;
  }
  return { inside, more: left > 0 && !isPast(rule, to) };
}

/** A rule with all its parts, and what it starts from. */
interface Series {
  readonly rule: Rule;
  readonly start: Wall;
  /** The day of the start. */
  readonly first: Day;
  readonly work: Work;
}

/** What a rule leaves open it takes from its start. */
function withDefaults(rule: Rule, start: Wall, first: Day): Rule {
  const { frequency, hours, minutes, seconds } = rule;
  const time = modulo(start, DAY) / 1_000;
  const or = (list: readonly number[], otherwise: number, isOpen: boolean) =>
    list.length > 0 || isOpen ? list : [otherwise];
  return {
    ...rule,
    ...daysByDefault(rule, first),
    hours: or(hours, Math.floor(time / 3_600), !isDaysApart(frequency)),
    minutes: or(minutes, Math.floor(time / 60) % 60, frequency === 'MINUTELY' || frequency === 'SECONDLY'),
    seconds: or(seconds, Math.floor(time) % 60, frequency === 'SECONDLY'),
  };
}

function daysByDefault(rule: Rule, { weekday, date, month }: Day): Partial<Rule> {
  const { frequency, months, weeks, yearDays, monthDays, weekdays } = rule;
  if (weekdays.length > 0 || monthDays.length > 0 || yearDays.length > 0) return {};
  if (frequency === 'WEEKLY' || (frequency === 'YEARLY' && weeks.length > 0))
    return { weekdays: [{ weekday, nth: null }] };
  if (frequency === 'MONTHLY') return { monthDays: [date] };
  if (frequency === 'YEARLY') return { monthDays: [date], months: months.length > 0 ? months : [month] };
  return {};
}

/** Ascending, some of them before `from`. */
function* candidates(series: Series, { from, to }: Window): Iterable<Wall> {
  const [first, last] = [Math.floor(from / DAY), Math.ceil(to / DAY)];
  if (series.rule.positions.length > 0) {
    yield* positioned(series, first, last);
    return;
  }
  for (let number = first; number < last; number++) {
    if (isOne(series, number)) yield* timesOn(series, number);
  }
}

/** BYSETPOS: of all that fall into one year, month, week or day only those at these positions. */
function* positioned(series: Series, from: number, to: number): Iterable<Wall> {
  const { rule, work } = series;
  let [first, length] = periodOf(rule, work.day(from));
  for (; first < to; [first, length] = periodOf(rule, work.day(first + length))) {
    const all: Wall[] = [];
    for (let number = first; number < first + length; number++) {
      if (isOne(series, number)) for (const at of timesOn(series, number)) all.push(at);
    }
    const chosen = rule.positions.flatMap((position) => all[position > 0 ? position - 1 : all.length + position] ?? []);
    yield* [...new Set(chosen)].sort((a, b) => a - b);
  }
}

/** Whether the rule's parts let this day pass, and its interval comes round to it. */
function isOne({ rule, first, work }: Series, number: number): boolean {
  work.step();
  const day = work.day(number);
  return fits(rule, day, work) && isInPhase(rule, first, day);
}

const UNITS: Readonly<Partial<Record<Frequency, number>>> = { SECONDLY: 1_000, MINUTELY: 60_000, HOURLY: HOUR };

function* timesOn({ rule, start, work }: Series, day: number): Iterable<Wall> {
  const unit = UNITS[rule.frequency];
  const step = unit === undefined ? DAY : unit * rule.interval;
  const first = unit === undefined ? 0 : modulo(Math.floor(start / unit) * unit - day * DAY, step);
  for (let at = first; at < DAY; at += step) {
    work.step();
    for (const time of timesFrom(rule, at)) {
      work.step();
      yield asWall(day * DAY + time);
    }
  }
}

/** What a rule's hours, minutes and seconds make of a unit that begins `at` ms after midnight: it may not pass, and it may become many. */
function* timesFrom({ frequency, hours, minutes, seconds }: Rule, at: number): Iterable<number> {
  const [hour, minute, second] = [Math.floor(at / HOUR), Math.floor(at / 60_000) % 60, Math.floor(at / 1_000) % 60];
  const lists = [
    isDaysApart(frequency) ? hours : only(hours, hour),
    isDaysApart(frequency) || frequency === 'HOURLY' ? minutes : only(minutes, minute),
    frequency === 'SECONDLY' ? only(seconds, second) : seconds,
  ] as const;
  for (const h of lists[0]) for (const m of lists[1]) for (const s of lists[2]) yield h * HOUR + m * 60_000 + s * 1_000;
}

const only = (list: readonly number[], number: number): readonly number[] =>
  list.length === 0 || list.includes(number) ? [number] : [];
