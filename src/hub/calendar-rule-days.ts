/** Which days a recurrence rule lets pass. */
import { type Day, modulo, weekNumber, weekOf } from './calendar-day.ts';
import type { Rule, Weekday } from './calendar-rule.ts';
import type { Work } from './calendar-work.ts';

/** Whether the interval comes round to this day, counted from that of the start. */
export function isInPhase(rule: Rule, start: Day, day: Day): boolean {
  return rule.interval === 1 || distance(rule, start, day) % rule.interval === 0;
}

function distance({ frequency, weekStart, weeks }: Rule, start: Day, day: Day): number {
  switch (frequency) {
    case 'YEARLY':
      return weeks.length > 0 ? weekOf(day, weekStart).year - weekOf(start, weekStart).year : day.year - start.year;
    case 'MONTHLY':
      return (day.year - start.year) * 12 + day.month - start.month;
    case 'WEEKLY':
      return weekNumber(day.number, weekStart) - weekNumber(start.number, weekStart);
    case 'DAILY':
      return day.number - start.number;
    default:
      return 0; // the time of day decides
  }
}

/** Whether all parts of the rule that are about days let this one pass. */
export function fits(rule: Rule, day: Day, work: Work): boolean {
  const { months, monthDays, yearDays, weekdays } = rule;
  return (
    (months.length === 0 || months.includes(day.month)) &&
    isListed(monthDays, day.date, day.monthLength) &&
    isListed(yearDays, day.yearDay, day.yearLength) &&
    (weekdays.length === 0 || weekdays.some((each) => isWeekday(rule, each, day))) &&
    fitsWeek(rule, day, work)
  );
}

/** Numbers below zero count from the end. */
const isListed = (list: readonly number[], number: number, length: number): boolean =>
  list.length === 0 || list.includes(number) || list.includes(number - length - 1);

function fitsWeek({ weeks: listed, weekStart }: Rule, day: Day, work: Work): boolean {
  if (listed.length === 0) return true;
  const { week, weeks } = weekOf(day, weekStart, work.day);
  return isListed(listed, week, weeks);
}

/** Only months and years have a second Tuesday. */
function isWeekday({ frequency, months }: Rule, { weekday, nth }: Weekday, day: Day): boolean {
  if (weekday !== day.weekday) return false;
  if (nth === null || (frequency !== 'MONTHLY' && frequency !== 'YEARLY')) return true;
  const inMonth = frequency === 'MONTHLY' || months.length > 0;
  const [number, length] = inMonth ? [day.date, day.monthLength] : [day.yearDay, day.yearLength];
  return nth === Math.ceil(number / 7) || nth === -Math.ceil((length - number + 1) / 7);
}

/** The year, month, week or day that a day is in, by the days it has. */
export function periodOf({ frequency, weekStart }: Rule, day: Day): [first: number, length: number] {
  switch (frequency) {
    case 'YEARLY':
      return [day.number - day.yearDay + 1, day.yearLength];
    case 'MONTHLY':
      return [day.number - day.date + 1, day.monthLength];
    case 'WEEKLY':
      return [day.number - modulo(day.weekday - weekStart, 7), 7];
    default:
      return [day.number, 1];
  }
}
