/** Days as numbers since 1970, and what a recurrence rule asks of one. */
import { DAY } from './calendar-zone.ts';

export interface Day {
  readonly number: number;
  readonly year: number;
  /** 1 is January. */
  readonly month: number;
  readonly date: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1 is the first of January. */
  readonly yearDay: number;
  readonly monthLength: number;
  readonly yearLength: number;
}

export function dayOf(number: number): Day {
  const date = new Date(number * DAY);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const newYear = Date.UTC(year, 0) / DAY;
  return {
    number,
    year,
    month: month + 1,
    date: date.getUTCDate(),
    weekday: date.getUTCDay(),
    yearDay: number - newYear + 1,
    monthLength: (Date.UTC(year, month + 1) - Date.UTC(year, month)) / DAY,
    yearLength: Date.UTC(year + 1, 0) / DAY - newYear,
  };
}

export interface Week {
  /** The year that has most of its days. */
  readonly year: number;
  readonly week: number;
  /** Weeks of that year. */
  readonly weeks: number;
}

/** Weeks as in ISO 8601, begun on any day: the first is the one with at least four days in the year. */
export function weekOf(day: Day, weekStart: number, find: (number: number) => Day = dayOf): Week {
  const fourthOf = ({ number, weekday }: Day): Day => find(number - modulo(weekday - weekStart, 7) + 3);
  const count = ({ yearDay }: Day): number => Math.ceil(yearDay / 7);
  const fourth = fourthOf(day);
  const inLastWeek = find(fourth.number - fourth.yearDay + fourth.yearLength - 3); // the 28th of December
  return { year: fourth.year, week: count(fourth), weeks: count(fourthOf(inLastWeek)) };
}

/** Weeks since 1970, begun on `weekStart`. */
export const weekNumber = (day: number, weekStart: number): number => Math.floor((day + 4 - weekStart) / 7);

export const modulo = (number: number, by: number): number => ((number % by) + by) % by;
