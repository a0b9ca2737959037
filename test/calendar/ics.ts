/** iCalendar texts for tests, and what they say. */
import { expand } from '../../src/hub/calendar-expand.ts';
import { readCalendar } from '../../src/hub/calendar-text.ts';
import type { Stretch } from '../../src/presence/calendar.ts';
import { asMillis, type Millis } from '../../src/presence/ids.ts';

/** A calendar of these lines; those of events and zones are given as texts of several. */
export const calendar = (...lines: readonly string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');

export const event = (...lines: readonly string[]): string => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n');

/** A Monday noon, as the manual clock begins. */
export const NOON = asMillis(Date.UTC(2026, 5, 1, 12));

export interface Asking {
  readonly now?: Millis | Date;
  readonly addresses?: readonly string[];
  readonly timeZone?: string | null;
}

export interface Said {
  /** `06-01 13:00 > 14:00`, and the date of the end where it is another; in UTC. */
  readonly busy: readonly string[];
  readonly ignored: number;
  readonly more: boolean;
}

/** What a calendar says, by way of what is kept of it. */
export function said(ics: string, { now = NOON, addresses = [], timeZone = null }: Asking = {}): Said {
  const { kept, ignored } = readCalendar(ics, { addresses, timeZone });
  const { busy, more } = expand(JSON.parse(JSON.stringify(kept)), asMillis(Number(now)));
  return { busy: busy.map(inWords), ignored, more };
}

export const busyOf = (ics: string, asking: Asking = {}): readonly string[] => said(ics, asking).busy;

function inWords({ startsAt, endsAt }: Stretch): string {
  const [start, end] = [startsAt, endsAt].map((at) => new Date(at).toISOString().slice(5, 16).replace('T', ' '));
  if (start === undefined || end === undefined) return '';
  return `${start} > ${end.slice(0, 5) === start.slice(0, 5) ? end.slice(6) : end}`;
}
