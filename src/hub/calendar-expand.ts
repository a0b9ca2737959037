/**
 * When a calendar says that somebody is busy: every occurrence of its events in a window, those that overlap or touch
 * joined. Series (RFC 5545, 3.8.4.4 and 3.8.5) are worked out on the clock of their zone, and only then in UTC.
 */

import type { Stretch } from '../presence/calendar.ts';
import { after, asMillis, type Millis } from '../presence/ids.ts';
import { type CalendarEvent, readEvent } from './calendar-event.ts';
import type { Length, Stamp } from './calendar-jcal.ts';
import { occurrences, type Window } from './calendar-occurrences.ts';
import type { KeptCalendar } from './calendar-text.ts';
import { createWork, type Work } from './calendar-work.ts';
import { asWall, DAY, UTC, type Wall, type Zone } from './calendar-zone.ts';
import { createZones, type Zones } from './calendar-zones.ts';

export interface Expansion {
  /** What is not over and begins within 60 days; ascending, none touches the next. */
  readonly busy: readonly Stretch[];
  /** Whether there may be more after that. */
  readonly more: boolean;
}

const LOOK_AHEAD = asMillis(60 * DAY);
const LOOK_BACK = asMillis(DAY); // so that a meeting that goes on is joined with those it follows

/** @throws Refusal when a time, rule or zone cannot be understood, or a bound is passed */
export function expand(calendar: KeptCalendar, now: Millis): Expansion {
  const work = createWork();
  const zones = createZones(calendar.zones, work);
  const { timeZone } = calendar;
  // Looked up when it is needed, for nobody else cares whether it is known.
  const local: Zone =
    timeZone === null
      ? UTC
      : { toMoment: (at) => zones(timeZone).toMoment(at), toWall: (moment) => zones(timeZone).toWall(moment) };
  const [from, to] = [asMillis(now - LOOK_BACK), after(now, LOOK_AHEAD)];
  const found: Stretch[] = [];
  let more = false;
  const add = (stretch: Stretch) => {
    if (stretch.startsAt >= to) more = true;
    else if (stretch.endsAt > Math.max(from, stretch.startsAt)) found.push(stretch);
  };
  const goesOn = () => {
    more = true;
  };
  const events = calendar.events.map((event) => readEvent(event, zones, local));
  for (const series of groupBySeries(events)) expandSeries(series, { from, to, work, zones, add, goesOn });
  return { busy: join(found).filter(({ endsAt }) => endsAt > now), more };
}

/** Stretches that overlap or touch, as one. */
export function join(stretches: readonly Stretch[]): readonly Stretch[] {
  const joined: { startsAt: Millis; endsAt: Millis }[] = [];
  for (const { startsAt, endsAt } of [...stretches].sort((a, b) => a.startsAt - b.startsAt)) {
    const last = joined.at(-1);
    if (last !== undefined && startsAt <= last.endsAt) last.endsAt = asMillis(Math.max(last.endsAt, endsAt));
    else joined.push({ startsAt, endsAt });
  }
  return joined;
}

interface Search {
  readonly from: Millis;
  readonly to: Millis;
  readonly work: Work;
  readonly zones: Zones;
  /** Takes a time of being busy, unless it is outside. */
  readonly add: (stretch: Stretch) => void;
  /** Says that there may be more later. */
  readonly goesOn: () => void;
}

/** The events of one name; each without a name is a series of its own. */
function groupBySeries(events: readonly CalendarEvent[]): readonly (readonly CalendarEvent[])[] {
  const groups = new Map<string | CalendarEvent, CalendarEvent[]>();
  for (const event of events) {
    const group = groups.get(event.uid ?? event);
    if (group === undefined) groups.set(event.uid ?? event, [event]);
    else group.push(event);
  }
  return [...groups.values()];
}

function expandSeries(events: readonly CalendarEvent[], search: Search): void {
  const whole = events.filter(({ replaces }) => replaces === null);
  const newest = Math.max(...whole.map(({ sequence }) => sequence));
  const masters = whole.filter(({ sequence }) => sequence === newest);
  const changes = changesOf(events, masters[0], search);
  for (const master of masters) expandMaster(master, changes, search);
  for (const { event } of changes) addOccurrence(event, event.start, event.length, search);
}

/** An occurrence that was changed, or cancelled; from some on, all that come after it too. */
interface Change {
  readonly event: CalendarEvent;
  /** When the occurrence that it replaces would have been. */
  readonly moment: Millis;
  readonly wall: Wall;
}

/** By the occurrence; the newest word on each. */
function changesOf(
  events: readonly CalendarEvent[],
  master: CalendarEvent | undefined,
  { zones }: Search,
): readonly Change[] {
  const changes = new Map<Millis, Change>();
  for (const event of events) {
    if (event.replaces === null) continue;
    const { zone } = master ?? event;
    const moment = momentOf(event.replaces, zone, zones);
    const known = changes.get(moment);
    if (known !== undefined && known.event.sequence > event.sequence) continue;
    changes.set(moment, { event, moment, wall: zone.toWall(moment) });
  }
  return [...changes.values()].sort((a, b) => a.moment - b.moment);
}

function expandMaster(master: CalendarEvent, changes: readonly Change[], search: Search): void {
  const changed = changes.flatMap(({ event }) => event.replaces ?? []);
  const isLeftOut = leaveOut(master, [...master.except, ...changed], search);
  const shifts = changes.filter(({ event }) => event.thisAndFuture);
  if (![master, ...shifts.map(({ event }) => event)].some(({ busy }) => busy)) return;
  for (const [wall, length] of wallsOf(master, reach(master, shifts, search), search)) {
    search.work.step();
    const moment = master.zone.toMoment(wall);
    if (isLeftOut(wall, moment)) continue;
    const shift = shifts.findLast((each) => each.moment <= moment);
    if (shift === undefined) addOccurrence(master, wall, length, search);
    else addOccurrence(shift.event, asWall(shift.event.start + wall - shift.wall), shift.event.length, search);
  }
}

/** The occurrences that may reach into the window, on the clock of the event's zone. */
function reach(master: CalendarEvent, shifts: readonly Change[], { from, to }: Search): Window {
  const moved = Math.max(0, ...shifts.map(({ event, wall }) => Math.abs(event.start - wall)));
  const longest = Math.max(...[master, ...shifts.map(({ event }) => event)].map(({ length }) => spanOf(length)));
  const slack = 2 * DAY + moved; // zones differ from UTC by less than a day, and from each other by less than two
  return { from: asWall(from - slack - longest), to: asWall(to + slack) };
}

const spanOf = ({ days, millis }: Length): number => days * DAY + millis;

/** Every occurrence that the event has by itself, each once, and how long it is. */
function wallsOf(event: CalendarEvent, window: Window, search: Search): ReadonlyMap<Wall, Length> {
  const walls = new Map<Wall, Length>([[event.start, event.length]]);
  for (const rule of event.rules) {
    const { inside, more } = occurrences(rule, event.start, window, search.work);
    for (const wall of inside) walls.set(wall, event.length);
    if (more) search.goesOn();
  }
  for (const { at, length } of event.extra) {
    search.work.step();
    const wall = at.zone === null ? at.at : event.zone.toWall(momentOf(at, event.zone, search.zones));
    walls.set(wall, length ?? event.length);
  }
  return walls;
}

/** A date leaves out all that begin on that day. */
function leaveOut(
  { zone, isDate }: CalendarEvent,
  stamps: readonly Stamp[],
  { work, zones }: Search,
): (wall: Wall, moment: Millis) => boolean {
  work.step(stamps.length);
  const days = new Set(stamps.filter((stamp) => isDate || stamp.isDate).map(({ at }) => Math.floor(at / DAY)));
  const moments = new Set(stamps.filter((stamp) => !stamp.isDate).map((stamp) => momentOf(stamp, zone, zones)));
  return (wall, moment) => moments.has(moment) || days.has(Math.floor(wall / DAY));
}

/** A floating time is in the zone of its event. */
const momentOf = ({ at, zone }: Stamp, floating: Zone, zones: Zones): Millis =>
  (zone === null ? floating : zones(zone)).toMoment(at);

const LAST = Date.UTC(9999, 11, 31); // years have four digits (RFC 3339)

function addOccurrence({ busy, zone }: CalendarEvent, wall: Wall, { days, millis }: Length, search: Search): void {
  if (!busy) return;
  const startsAt = zone.toMoment(wall);
  const dayAfter = days === 0 ? startsAt : zone.toMoment(asWall(wall + days * DAY));
  search.add({ startsAt, endsAt: asMillis(Math.min(dayAfter + millis, LAST)) });
}
