/**
 * The calendars of people. What a calendar says of the next 60 days is in the person's record, as stretches of being
 * busy; where it goes on beyond that, it is a text in the store too, which is looked into again every day.
 */
import { randomBytes } from 'node:crypto';
import {
  type Calendar,
  countStretches,
  MAX_CALENDARS,
  MAX_STRETCHES,
  type Stretch,
  stretchesOf,
} from '../presence/calendar.ts';
import { after, type Person } from '../presence/ids.ts';
import type { PresenceRecord } from '../presence/record.ts';
import { expand } from './calendar-expand.ts';
import { createLooks, LOOK_EVERY } from './calendar-look.ts';
import { type KeptCalendar, readCalendar } from './calendar-text.ts';
import { zoneByName } from './calendar-zones.ts';
import { keyOf } from './claim.ts';
import type { Core } from './core.ts';
import { badInput, Refusal } from './refusal.ts';

export interface SyncCalendarInput {
  readonly calendarKey?: string | null | undefined;
  readonly ics: string;
  /** The person's mail addresses. */
  readonly addresses?: readonly string[] | null | undefined;
  readonly timeZone?: string | null | undefined;
}

export interface Synced {
  readonly record: PresenceRecord;
  /** What this calendar says of the next 60 days. */
  readonly busy: readonly Stretch[];
  /** Events that do not mean busy. */
  readonly ignored: number;
}

const MAX_ADDRESSES = 20;

export function createCalendars(core: Core) {
  const { store, clock, log } = core;
  const looks = createLooks({ core, forget });

  /** Replaces what this calendar said before, all of it or nothing. The text lasts before the record names it. */
  async function syncCalendar(person: Person, input: SyncCalendarInput): Promise<Synced> {
    const key = keyOf(input.calendarKey ?? 'default', 'calendarKey');
    const { kept, ignored } = read(person, key, input);
    const { busy, more } = expand(kept, clock.now());
    const text = more ? await keepText(person, kept) : null;
    const { before, after: record } = await core
      .report(person, ({ calendars }, { now }) => {
        refuseTooMany(calendars, key, busy);
        return [{ type: 'calendar', key, busy, more: text === null ? null : { text, at: after(now, LOOK_EVERY) } }];
      })
      .catch(async (error: unknown) => {
        // Otherwise nobody knows whether the record names it.
        if (error instanceof Refusal && text !== null) await forget(person, text);
        throw error;
      });
    const replaced = calendarOf(before, key)?.more?.text;
    if (replaced !== undefined) await forget(person, replaced);
    const calendar = calendarOf(record, key);
    return { record, busy: calendar === undefined ? [] : stretchesOf(calendar), ignored };
  }

  async function keepText(person: Person, kept: KeptCalendar): Promise<string> {
    const name = randomBytes(9).toString('base64url');
    await store.writeText(person, name, JSON.stringify(kept));
    return name;
  }

  /** A text that no record names any more. What cannot be forgotten now is nobody's, and goes by itself. */
  async function forget(person: Person, name: string): Promise<void> {
    await store.writeText(person, name, null).catch((error: unknown) => {
      log.warn({ err: error }, 'the text of a calendar that was replaced could not be removed');
    });
  }

  return { syncCalendar, closeCalendars: looks.close };
}

function read(person: Person, key: string, { ics, addresses, timeZone }: SyncCalendarInput) {
  const given = addresses ?? [];
  if (given.length > MAX_ADDRESSES) throw badInput('addresses', `may name at most ${MAX_ADDRESSES}`);
  if (timeZone != null && zoneByName(timeZone) === null)
    throw badInput('timeZone', 'must be the name of a time zone, such as Europe/Berlin');
  const known = [...given.map((address) => address.trim().replace(/^mailto:/i, '')), person.user, key];
  return readCalendar(ics, { addresses: known, timeZone: timeZone ?? null });
}

const calendarOf = ({ calendars }: PresenceRecord, key: string): Calendar | undefined =>
  calendars.find((calendar) => calendar.key === key);

function refuseTooMany(calendars: readonly Calendar[], key: string, busy: readonly Stretch[]): void {
  const others = calendars.filter((calendar) => calendar.key !== key);
  if (others.length >= MAX_CALENDARS)
    throw badInput('calendarKey', `cannot be added: a person has at most ${MAX_CALENDARS} calendars`);
  const all = countStretches(others) + busy.length;
  if (all > MAX_STRETCHES) {
    const says = `may make a person busy at most ${MAX_STRETCHES} times in 60 days, over all calendars; this would be ${all}`;
    throw badInput('ics', says);
  }
}
