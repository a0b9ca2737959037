/** How a person's record hears of a calendar, and how time passes over it. */
import { describe, expect, test } from 'vitest';
import {
  type Calendar,
  type CalendarNews,
  calendarDeadline,
  hearCalendar,
  MAX_CALENDARS,
  MAX_STRETCHES,
  passCalendars,
} from '../../src/presence/calendar.ts';
import { asMillis } from '../../src/presence/ids.ts';

const news = (...times: readonly number[]): CalendarNews => ({
  key: 'work',
  busy: times.flatMap((startsAt, at) =>
    at % 2 === 0 ? [{ startsAt: asMillis(startsAt), endsAt: asMillis(times[at + 1] ?? startsAt) }] : [],
  ),
  more: null,
});

/** The one calendar after it was told at each of these moments. */
function tell(...tellings: readonly (readonly [at: number, CalendarNews])[]): Calendar | undefined {
  const all = tellings.reduce<readonly Calendar[]>((calendars, [at, told]) => {
    const now = asMillis(at);
    return hearCalendar(passCalendars(calendars, now), told, now);
  }, []);
  return all[0];
}

describe('a time of being busy that is told of again', () => {
  test.each<[string, Calendar | undefined, readonly number[], boolean]>([
    ['begins when it begins', tell([0, news(10, 20)]), [10, 20], false],
    ['has begun when it is told late', tell([15, news(10, 20)]), [10, 20], true],
    ['goes on with the start it had', tell([15, news(10, 20)], [16, news(12, 30)]), [10, 30], true],
    ['goes on when it is prolonged from its end', tell([15, news(10, 20)], [16, news(16, 30)]), [10, 30], true],
    ['began earlier when it is told so', tell([15, news(10, 20)], [16, news(5, 20)]), [5, 20], true],
    ['is another when there was time between', tell([15, news(10, 12)], [15, news(14, 30)]), [14, 30], true],
    ['is another when it was put off', tell([15, news(10, 20)], [16, news(18, 30)]), [18, 30], false],
    ['goes on when a clock that is behind tells of it', tell([10, news(10, 20)], [9, news(10, 20)]), [10, 20], true],
    ['is left out when it is over', tell([15, news(1, 5, 6, 15, 20, 30)]), [20, 30], false],
    ['is forgotten when there is none', tell([15, news(10, 20)], [16, news()]), [], false],
  ])('%s', (_, calendar, busy, started) => {
    expect(calendar?.busy ?? []).toEqual(busy);
    expect(calendar?.started ?? false).toBe(started);
  });
});

describe('time', () => {
  test('begins and ends them, one after the other, and forgets a calendar that says no more', () => {
    const calendar = tell([0, news(10, 20, 30, 40)]);
    const seen: unknown[] = [];
    let all = calendar === undefined ? [] : [calendar];
    for (let due = 10; due <= 40; due = calendarDeadline(all[0] ?? { key: '', busy: [], started: false, more: null })) {
      all = [...passCalendars(all, asMillis(due))];
      seen.push([due, all[0]?.started, all[0]?.busy.length]);
    }
    expect(seen).toEqual([
      [10, true, 4],
      [20, false, 2],
      [30, true, 2],
      [40, undefined, undefined],
    ]);
  });

  test('says that somebody has to look further, again every day until they have', () => {
    const day = 86_400_000;
    const calendar = tell([0, { ...news(), more: { text: 'a', at: asMillis(day) } }]);
    const all = calendar === undefined ? [] : [calendar];
    expect(passCalendars(all, asMillis(day - 1))).toBe(all);
    expect(passCalendars(all, asMillis(day))).toMatchObject([{ more: { due: true, at: 2 * day } }]);
    expect(passCalendars(all, asMillis(day))).toEqual(passCalendars(passCalendars(all, asMillis(day)), asMillis(day)));
  });
});

test('what would pass a bound changes nothing', () => {
  const many = Array.from({ length: MAX_CALENDARS }, (_, nth) => ({ ...news(10, 20), key: `${nth}` }));
  const full = many.reduce<readonly Calendar[]>((all, told) => hearCalendar(all, told, asMillis(0)), []);
  expect(full).toHaveLength(MAX_CALENDARS);
  expect(hearCalendar(full, { ...news(10, 20), key: 'more' }, asMillis(0))).toBe(full);
  const often = news(...Array.from({ length: 2 * (MAX_STRETCHES - MAX_CALENDARS + 2) }, (_, nth) => 10 + nth));
  expect(hearCalendar(full, { ...often, key: '0' }, asMillis(0))).toBe(full);
  const fits = { ...often, key: '0', busy: often.busy.slice(1) };
  expect(hearCalendar(full, fits, asMillis(0))).not.toBe(full);
});
