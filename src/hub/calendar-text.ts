/**
 * From an iCalendar text (RFC 5545) to what is kept of it: the events that mean busy, with their times and nothing
 * else. What an event is called, where it is and who comes never leaves this file.
 */
import ICAL from 'ical.js';
import { meansBusy } from './calendar-busy.ts';
import { type Component, type Property, parameterOf, textOf } from './calendar-jcal.ts';
import { relevantLines } from './calendar-lines.ts';
import { badInput } from './refusal.ts';

/** What lasts of a calendar; JSON. */
export interface KeptCalendar {
  /** The name of the zone of floating times and whole days; null: UTC. */
  readonly timeZone: string | null;
  readonly zones: readonly Component[];
  readonly events: readonly Component[];
}

export interface ReadCalendar {
  readonly kept: KeptCalendar;
  /** Events that do not mean busy. */
  readonly ignored: number;
}

export interface ReadOptions {
  /** How the person is recognised, in any case. */
  readonly addresses: readonly string[];
  /** Their zone, if it is known; the calendar's otherwise. */
  readonly timeZone: string | null;
}

export const MAX_ICS = 512 * 1024; // bytes in UTF-8
export const MAX_EVENTS = 3_000;

/** @throws Refusal when it is no iCalendar text, or passes a bound */
export function readCalendar(ics: string, { addresses, timeZone }: ReadOptions): ReadCalendar {
  const calendars = parse(ics);
  const events = calendars.flatMap(([, , parts]) => parts.filter(([name]) => name === 'vevent'));
  if (events.length > MAX_EVENTS) {
    throw badInput('ics', `may have at most ${MAX_EVENTS} events; this has ${events.length}`);
  }
  const names = calendars.map((calendar) => textOf(calendar, 'x-wr-calname') ?? '');
  const known = new Set(
    [...addresses, ...names.filter((name) => name.includes('@'))].map((each) => each.toLowerCase()),
  );
  const busy = new Set(events.filter((event) => meansBusy(event, known)));
  const kept = keep(events, busy);
  const zone = timeZone ?? calendars.map((calendar) => textOf(calendar, 'x-wr-timezone')).find((each) => each !== null);
  const zones = calendars.flatMap(([, , parts]) => parts.filter(([name]) => name === 'vtimezone'));
  return {
    kept: { timeZone: zone ?? null, zones: usedZones(zones, kept, zone), events: kept },
    ignored: events.length - busy.size,
  };
}

function parse(ics: string): readonly Component[] {
  const size = Buffer.byteLength(ics);
  if (size > MAX_ICS) throw badInput('ics', `must have at most ${MAX_ICS} bytes (512 KiB); this has ${size}`);
  if (!ics.isWellFormed()) throw badInput('ics', 'must be well-formed Unicode (it has half of a surrogate pair)');
  const lines = relevantLines(ics);
  try {
    const parsed: Component | readonly Component[] = ICAL.parse(lines.join('\r\n'));
    return isComponent(parsed) ? [parsed] : parsed;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw badInput('ics', `cannot be read: ${why.slice(0, 160)}`);
  }
}

/** A text may have several calendars, one after the other. */
const isComponent = (parsed: Component | readonly Component[]): parsed is Component => typeof parsed[0] === 'string';

/** An event that is not busy matters only to a series that has others which are: as one that leaves a gap. */
function keep(events: readonly Component[], busy: ReadonlySet<Component>): readonly Component[] {
  const series = new Set([...busy].map((event) => textOf(event, 'uid')).filter((uid) => uid !== null));
  return events.flatMap((event): Component[] => {
    const [name, properties] = event;
    const times = properties.filter(([each]) => TIMES.has(each));
    if (busy.has(event)) return [[name, times, []]];
    const uid = textOf(event, 'uid');
    return uid !== null && series.has(uid) ? [[name, [...times, TRANSPARENT], []]] : [];
  });
}

const TIMES: ReadonlySet<string> = new Set([
  'uid',
  'sequence',
  'dtstart',
  'dtend',
  'duration',
  'rrule',
  'rdate',
  'exdate',
  'recurrence-id',
]);
const TRANSPARENT: Property = ['transp', {}, 'text', 'TRANSPARENT'];

function usedZones(
  zones: readonly Component[],
  events: readonly Component[],
  local: string | null | undefined,
): readonly Component[] {
  const names = events.flatMap(([, properties]) => properties.map((property) => parameterOf(property, 'tzid')));
  const used = new Set([...names, local]);
  return zones.filter((zone) => used.has(textOf(zone, 'tzid')));
}
