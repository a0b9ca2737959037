/**
 * The lines of an iCalendar text that say when somebody is busy. All others, most of an export, are left out before
 * anything parses them: descriptions, alarms, whatever programs add. What is left is short, flat and properly nested.
 */
import { badInput, type Refusal } from './refusal.ts';

/** @throws Refusal when components are not nested as they should be, or a bound is passed */
export function relevantLines(ics: string): readonly string[] {
  const components = createNesting();
  const kept: string[] = [];
  for (const line of unfold(ics)) {
    const [, boundary, component] = BOUNDARY.exec(line) ?? [];
    const isRelevant =
      boundary === undefined || component === undefined
        ? components.wants(nameOf(line))
        : components.cross(boundary.toUpperCase(), component.toUpperCase());
    if (isRelevant) kept.push(checked(line));
  }
  components.finish();
  if (kept.length === 0) throw noCalendar();
  return kept;
}

/** A line break followed by a blank continues the line. */
function unfold(ics: string): readonly string[] {
  const lines = ics.replace(/^\ufeff/, '').replace(/(?:\r\n|\n|\r)[ \t]/g, '');
  return lines.split(/\r\n|\n|\r/);
}

const BOUNDARY = /^(BEGIN|END):([\w-]+)\s*$/i;

const nameOf = (line: string): string => (/^[\w-]{1,40}/.exec(line)?.[0] ?? '').toUpperCase();

const ONSET = new Set(['DTSTART', 'TZOFFSETFROM', 'TZOFFSETTO', 'RRULE', 'RDATE']);
const TIMES = ['UID', 'SEQUENCE', 'DTSTART', 'DTEND', 'DURATION', 'RRULE', 'RDATE', 'EXDATE', 'RECURRENCE-ID'];
const MANNERS = ['STATUS', 'TRANSP', 'X-MICROSOFT-CDO-BUSYSTATUS', 'ATTENDEE', 'ORGANIZER'];
/** What counts of each component, by where it is. */
const WANTED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['VCALENDAR', new Set(['X-WR-TIMEZONE', 'X-WR-CALNAME'])],
  ['VCALENDAR/VTIMEZONE', new Set(['TZID'])],
  ['VCALENDAR/VTIMEZONE/STANDARD', ONSET],
  ['VCALENDAR/VTIMEZONE/DAYLIGHT', ONSET],
  ['VCALENDAR/VEVENT', new Set([...TIMES, ...MANNERS])],
]);

const MAX_DEPTH = 8; // an alarm in an event in a calendar is three deep

function createNesting() {
  const open: string[] = [];
  let wanted: ReadonlySet<string> | undefined;

  function begin(name: string): void {
    if (open.length === 0 && name !== 'VCALENDAR') throw noCalendar();
    if (open.length >= MAX_DEPTH) throw badInput('ics', `may have components at most ${MAX_DEPTH} deep`);
    open.push(name);
  }

  function end(name: string): void {
    const last = open.pop() ?? 'nothing';
    if (last !== name) throw badInput('ics', `is not properly nested: END:${name} ends ${last}`);
  }

  return {
    /** Whether a property of the component that is open counts. */
    wants: (property: string): boolean => wanted?.has(property) === true,
    /** A component begins or ends; whether it counts. */
    cross(boundary: string, name: string): boolean {
      const inside = wanted;
      if (boundary === 'BEGIN') begin(name);
      else end(name);
      wanted = WANTED.get(open.join('/'));
      return (boundary === 'BEGIN' ? wanted : inside) !== undefined;
    },
    finish(): void {
      const [unclosed] = open;
      if (unclosed !== undefined) throw badInput('ics', `is cut off: ${unclosed} begins and does not end`);
    },
  };
}

const noCalendar = (): Refusal => badInput('ics', 'must be an iCalendar text, which begins with BEGIN:VCALENDAR');

const MAX_LINE = 32 * 1024; // characters, unfolded; room for 1,900 exceptions of a series
const MAX_PARAMETERS = 1_024; // characters before the value; what ical.js does with them grows as their square

function checked(line: string): string {
  if (line.length > MAX_LINE) throw badInput('ics', `may have lines of at most ${MAX_LINE} characters`);
  const value = /^(?:[^":]|"[^"]*")*:/.exec(line)?.[0].length ?? line.length;
  if (value > MAX_PARAMETERS)
    throw badInput('ics', `may have at most ${MAX_PARAMETERS} characters of parameters in a line`);
  // Rules may be in any case, which ical.js does not know.
  return nameOf(line) === 'RRULE' ? line.toUpperCase() : line;
}
