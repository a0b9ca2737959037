/**
 * What the calendars of a person say of the days ahead: stretches of being busy, and where to look up what comes after
 * them. Whoever decides the dot sees the stretch that is going on as a claim like any other.
 */
import { after, asMillis, type Millis } from './ids.ts';
import type { Claim } from './record.ts';

export interface Stretch {
  readonly startsAt: Millis;
  readonly endsAt: Millis;
}

/** What one calendar of the person says. */
export interface Calendar {
  readonly key: string;
  /** Start, end, start, end, … of the stretches that are not over, ascending; none touches the next. */
  readonly busy: readonly Millis[];
  /** Whether the first has begun. */
  readonly started: boolean;
  /** null: nothing comes after these. */
  readonly more: More | null;
}

/** Where the rest is, and when to look further into it. */
interface More {
  /** Names a text in the store. */
  readonly text: string;
  readonly at: Millis;
  /** The moment to look came, and nobody has looked since. */
  readonly due: boolean;
}

/** What a calendar says from now on. No stretches and no more: the calendar is forgotten. */
export interface CalendarNews {
  readonly key: string;
  /** Ascending; none touches the next. */
  readonly busy: readonly Stretch[];
  readonly more: Omit<More, 'due'> | null;
}

export const MAX_CALENDARS = 20; // per person
export const MAX_STRETCHES = 1_000; // per person, all calendars together
const LOOK_AGAIN = asMillis(86_400_000); // a day later, when nobody looked

/** The person's calendars, one of them told anew; the same where that would pass a bound. */
export function hearCalendar(calendars: readonly Calendar[], news: CalendarNews, now: Millis): readonly Calendar[] {
  const known = calendars.find(({ key }) => key === news.key);
  const heard = calendarOf(news, known, now);
  const others = calendars.filter((calendar) => calendar !== known);
  if (isOver(heard)) return others;
  const all = [...others, heard].sort((a, b) => (a.key < b.key ? -1 : 1));
  return all.length > MAX_CALENDARS || countStretches(all) > MAX_STRETCHES ? calendars : all;
}

export function countStretches(calendars: readonly Calendar[]): number {
  return calendars.reduce((sum, { busy }) => sum + busy.length / 2, 0);
}

export function stretchesOf({ busy }: Calendar): readonly Stretch[] {
  return busy.flatMap((startsAt, at) => {
    const endsAt = busy[at + 1];
    return at % 2 === 1 || endsAt === undefined ? [] : [{ startsAt, endsAt }];
  });
}

/**
 * A stretch that goes on is the same one when it is told again, with the start it had: otherwise looking further into a
 * calendar could make a meeting later than a pick that was made during it.
 */
function calendarOf({ key, busy, more }: CalendarNews, known: Calendar | undefined, now: Millis): Calendar {
  const ahead = busy.filter(({ endsAt }) => endsAt > now);
  const [first] = ahead;
  const [wasStart, wasEnd] = known?.started ? known.busy : [];
  const goesOn = first !== undefined && wasStart !== undefined && wasEnd !== undefined && first.startsAt <= wasEnd;
  // A server whose clock is behind tells of it before it begins there.
  const started = first !== undefined && (first.startsAt <= now || (goesOn && first.startsAt <= wasStart));
  const times = ahead.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]);
  if (started && goesOn && wasStart < first.startsAt) times[0] = wasStart;
  return { key, busy: times, started, more: more && { ...more, due: false } };
}

/** When time alone next changes what this calendar says. */
export function calendarDeadline({ busy, started, more }: Calendar): number {
  return Math.min(busy[started ? 1 : 0] ?? Infinity, more?.at ?? Infinity);
}

/** The calendars as they are at `at`; the same object when nothing has changed. */
export function passCalendars(calendars: readonly Calendar[], at: Millis): readonly Calendar[] {
  if (calendars.every((calendar) => calendarDeadline(calendar) > at)) return calendars;
  return calendars.map((calendar) => passTime(calendar, at)).filter((calendar) => !isOver(calendar));
}

function passTime(calendar: Calendar, at: Millis): Calendar {
  const { more } = calendar;
  let gone = 0;
  for (let end = calendar.busy[1]; end !== undefined && end <= at; end = calendar.busy[gone + 1]) gone += 2;
  const busy = gone === 0 ? calendar.busy : calendar.busy.slice(gone);
  const [startsAt] = busy;
  return {
    ...calendar,
    busy,
    started: startsAt !== undefined && (startsAt <= at || (gone === 0 && calendar.started)),
    more: more !== null && more.at <= at ? { ...more, at: after(at, LOOK_AGAIN), due: true } : more,
  };
}

const isOver = ({ busy, more }: Calendar): boolean => busy.length === 0 && more === null;

/** The stretches that are going on. */
export function goingOn(calendars: readonly Calendar[]): readonly Claim[] {
  return calendars.flatMap((calendar) => {
    const [startsAt, endsAt] = calendar.busy;
    const isOn = calendar.started && startsAt !== undefined && endsAt !== undefined;
    return isOn ? [claimOf(calendar.key, { startsAt, endsAt }, true)] : [];
  });
}

/** Every stretch, going on or ahead. */
export function calendarClaims(calendars: readonly Calendar[]): readonly Claim[] {
  return calendars.flatMap((calendar) =>
    stretchesOf(calendar).map((stretch, at) => claimOf(calendar.key, stretch, at === 0 && calendar.started)),
  );
}

/** Its key is the calendar's and its start, so that no two are alike. */
function claimOf(key: string, { startsAt, endsAt }: Stretch, started: boolean): Claim {
  return {
    source: 'CALENDAR',
    key: `${key}:${new Date(startsAt).toISOString()}`,
    availability: 'BUSY',
    text: null,
    emoji: null,
    startsAt,
    expiresAt: endsAt,
    started,
  };
}
