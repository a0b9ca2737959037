/** Recurrence rules against other ways to work them out: step by step as people would, and as ical.js does. */
import fc from 'fast-check';
import ICAL from 'ical.js';
import { describe, expect, test } from 'vitest';
import { join } from '../../src/hub/calendar-expand.ts';
import type { Stretch } from '../../src/presence/calendar.ts';
import { asMillis } from '../../src/presence/ids.ts';
import { busyOf, calendar, event } from './ics.ts';

const DAY = 86_400_000;
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;

interface Simple {
  readonly frequency: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  readonly interval: number;
  /** When it starts, in days since the first of 2025, and at which hour. */
  readonly day: number;
  readonly hour: number;
  readonly weekdays: readonly number[];
  readonly monthDays: readonly number[];
  readonly count: number | null;
  readonly days: number | null;
}

const simple: fc.Arbitrary<Simple> = fc
  .record({
    frequency: fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
    interval: fc.integer({ min: 1, max: 5 }),
    day: fc.integer({ min: 0, max: 600 }),
    hour: fc.integer({ min: 0, max: 23 }),
    weekdays: fc.subarray([0, 1, 2, 3, 4, 5, 6]),
    monthDays: fc.uniqueArray(fc.integer({ min: 1, max: 31 }), { maxLength: 3 }),
    count: fc.option(fc.integer({ min: 1, max: 60 })),
    days: fc.option(fc.integer({ min: 0, max: 600 })),
  })
  .map((all) => ({ ...all, days: all.count === null ? all.days : null }) as Simple);

const startOf = ({ day, hour }: Simple): number => Date.UTC(2025, 0, 1 + day, hour);
const compact = (moment: number): string => new Date(moment).toISOString().replace(/[-:]|\.000/g, '');

function ruleOf(rule: Simple): string {
  const parts = [`FREQ=${rule.frequency}`, `INTERVAL=${rule.interval}`];
  if (rule.frequency === 'WEEKLY' && rule.weekdays.length > 0)
    parts.push(`BYDAY=${rule.weekdays.map((weekday) => WEEKDAYS[weekday]).join(',')}`);
  if (rule.frequency === 'MONTHLY' && rule.monthDays.length > 0) parts.push(`BYMONTHDAY=${rule.monthDays.join(',')}`);
  if (rule.count !== null) parts.push(`COUNT=${rule.count}`);
  if (rule.days !== null) parts.push(`UNTIL=${compact(startOf(rule) + rule.days * DAY)}`);
  return parts.join(';');
}

/** Every moment that may be one, in order, one interval after the other. */
function stepByStep(rule: Simple): readonly number[] {
  const intervals = Math.ceil(3_000 / rule.interval / DAYS[rule.frequency]); // 8 years
  return Array.from({ length: intervals }, (_, nth) => STEPS[rule.frequency](rule, nth * rule.interval)).flat();
}

const DAYS = { DAILY: 1, WEEKLY: 7, MONTHLY: 28, YEARLY: 365 };

/** The moments of the day, week, month or year that is so many after the first. */
const STEPS: Readonly<Record<Simple['frequency'], (rule: Simple, nth: number) => readonly number[]>> = {
  DAILY: (rule, nth) => [startOf(rule) + nth * DAY],
  WEEKLY: (rule, nth) => {
    const sinceMonday = (weekday: number) => (weekday + 6) % 7;
    const own = new Date(startOf(rule)).getUTCDay();
    const monday = startOf(rule) - sinceMonday(own) * DAY;
    const weekdays = rule.weekdays.length > 0 ? rule.weekdays : [own];
    return weekdays
      .map(sinceMonday)
      .sort()
      .map((since) => monday + (nth * 7 + since) * DAY);
  },
  MONTHLY: (rule, nth) => {
    const start = new Date(startOf(rule));
    const days = rule.monthDays.length > 0 ? rule.monthDays : [start.getUTCDate()];
    const inMonth = (day: number) => existing(start.getUTCFullYear(), start.getUTCMonth() + nth, day, rule.hour);
    return days.toSorted((a, b) => a - b).flatMap(inMonth);
  },
  YEARLY: (rule, nth) => {
    const start = new Date(startOf(rule));
    return existing(start.getUTCFullYear() + nth, start.getUTCMonth(), start.getUTCDate(), rule.hour);
  },
};

function existing(year: number, month: number, day: number, hour: number): readonly number[] {
  const moment = Date.UTC(year, month, day, hour);
  return new Date(moment).getUTCDate() === day ? [moment] : [];
}

function expected(rule: Simple, now: number): readonly number[] {
  const start = startOf(rule);
  const found = [start];
  for (const moment of stepByStep(rule)) {
    if (moment <= start) continue;
    if (found.length === rule.count || moment > now + 60 * DAY) break;
    if (rule.days !== null && moment > start + rule.days * DAY) break;
    found.push(moment);
  }
  return found.filter((moment) => moment + 1_800_000 > now && moment < now + 60 * DAY);
}

const ics = (rule: Simple) =>
  calendar(event(`DTSTART:${compact(startOf(rule))}`, 'DURATION:PT30M', `RRULE:${ruleOf(rule)}`));
const starts = (text: string, now: number) => busyOf(text, { now: asMillis(now) }).map((words) => words.slice(0, 11));
const inWords = (moment: number) => new Date(moment).toISOString().slice(5, 16).replace('T', ' ');
const when = fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2027, 0) });

describe('a rule falls', () => {
  test('where counting along from its start gets to', () => {
    fc.assert(
      fc.property(simple, when, (rule, now) => {
        expect(starts(ics(rule), now)).toEqual(expected(rule, now).map(inWords));
      }),
      { numRuns: 1_000 },
    );
  });

  /** Parts that ical.js works out as RFC 5545 has them; not all of BYWEEKNO, BYSETPOS, BYDAY and BYHOUR does it. */
  const parts = fc.constantFrom(
    'FREQ=MONTHLY;BYDAY=2TU,-1FR',
    'FREQ=MONTHLY;BYDAY=MO,WE;BYMONTHDAY=1,2,3,4,5,6,7',
    'FREQ=MONTHLY;BYMONTHDAY=-1,-15',
    'FREQ=YEARLY;BYMONTH=3,6,9;BYDAY=1MO,-1SU',
    'FREQ=YEARLY;BYMONTH=6,7,8;BYMONTHDAY=3,10',
    'FREQ=YEARLY;BYYEARDAY=100,200,-1',
    'FREQ=DAILY;BYMONTH=5,6,7;BYDAY=MO,TU,SA',
    'FREQ=DAILY;BYHOUR=9,12;BYMINUTE=0,30',
    'FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=8,20',
    'FREQ=HOURLY;INTERVAL=7',
    'FREQ=MINUTELY;INTERVAL=450',
  );

  test('where ical.js has it', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 500 }), (rule, interval, day) => {
        const text = rule.includes('INTERVAL') ? rule : `${rule};INTERVAL=${interval}`;
        const start = Date.UTC(2026, 0, 1 + day, 9);
        const now = Date.UTC(2026, 0, 1 + day + 20, 11);
        const mine = starts(calendar(event(`DTSTART:${compact(start)}`, 'DURATION:PT10M', `RRULE:${text}`)), now);
        expect(mine, text).toEqual(byIcalJs(text, start, now));
      }),
      { numRuns: 500 },
    );
  });

  function byIcalJs(rule: string, start: number, now: number): readonly string[] {
    const iterator = ICAL.Recur.fromString(rule).iterator(
      ICAL.Time.fromDateTimeString(new Date(start).toISOString().slice(0, 19)),
    );
    const found: number[] = [];
    for (let next = iterator.next(); next !== null; next = iterator.next()) {
      const moment = Date.parse(`${next}Z`);
      if (moment >= now + 60 * DAY) break;
      // The start is always one, which ical.js leaves to whoever calls it.
      if (moment > start) found.push(moment);
    }
    return found.filter((moment) => moment + 600_000 > now).map(inWords);
  }

  test.each([
    ['FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2', ['06-01', '06-03', '06-10', '06-17']],
    ['FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1,-1', ['06-01', '06-05', '06-08', '06-12']],
    ['FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3', ['06-01', '06-04', '07-07']],
    ['FREQ=YEARLY;BYDAY=MO;BYSETPOS=-28,25', ['06-01', '06-22']],
    ['FREQ=DAILY;BYHOUR=9,10,11;BYSETPOS=-1', ['06-01', '06-02', '06-03', '06-04']],
    ['FREQ=YEARLY;BYWEEKNO=23,-29', ['06-01', '06-15']],
    ['FREQ=YEARLY;BYWEEKNO=1', ['06-01']],
    ['FREQ=YEARLY;BYDAY=24MO', ['06-01', '06-15']],
    ['FREQ=YEARLY;BYMONTHDAY=10', ['06-01', '06-10', '07-10']],
  ])('%s: as RFC 5545 has it where ical.js does not', (rule, days) => {
    const text = calendar(event('DTSTART:20260601T130000Z', 'DURATION:PT1H', `RRULE:${rule}`));
    const all = busyOf(text).map((words) => words.slice(0, 5));
    expect(all.slice(0, days.length)).toEqual(days);
  });

  test('into the week that begins in the year before', () => {
    const text = calendar(event('DTSTART:20250106T130000Z', 'DURATION:PT1H', 'RRULE:FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO'));
    expect(busyOf(text, { now: new Date('2025-12-01T00:00:00Z') })).toEqual(['12-29 13:00 > 14:00']);
  });
});

describe('times that are joined', () => {
  const stretch = fc
    .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 8 }))
    .map(([start, length]): Stretch => ({ startsAt: asMillis(start), endsAt: asMillis(start + length) }));
  const covers = (all: readonly Stretch[], moment: number) =>
    all.some(({ startsAt, endsAt }) => startsAt <= moment && moment < endsAt);

  test('cover what they covered, and none touches the next', () => {
    fc.assert(
      fc.property(fc.array(stretch), (all) => {
        const joined = join(all);
        for (let moment = 0; moment <= 50; moment++) expect(covers(joined, moment)).toBe(covers(all, moment));
        joined.slice(1).forEach(({ startsAt }, at) => {
          expect(startsAt).toBeGreaterThan(joined[at]?.endsAt ?? Infinity);
        });
      }),
    );
  });

  test('are the same in whatever order, and joined again', () => {
    fc.assert(
      fc.property(fc.array(stretch), (all) => {
        expect(join([...all].reverse())).toEqual(join(all));
        expect(join(join(all))).toEqual(join(all));
      }),
    );
  });
});
