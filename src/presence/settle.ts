/**
 * What time does to a record when nobody speaks. `settle` brings a record up to a moment, one deadline after the other
 * and each at its own time, so that it makes no difference how late or how often it is called.
 */
import { passCalendars } from './calendar.ts';
import { deadline } from './deadline.ts';
import type { Millis } from './ids.ts';
import { anyPresent, noteAppearance, refresh } from './last-active.ts';
import {
  type Availability,
  type Choice,
  type PlannedChoice,
  type PresenceRecord,
  revise,
  type StatusLine,
} from './record.ts';
import { noteReturn, passRooms } from './room.ts';
import { passTime } from './session.ts';
import type { Permits } from './site.ts';

const ALL: Permits = { allowInvisible: true, allowStatusText: true };

/**
 * The record as it is at `now`; the same object when nothing has become due. Statuses that were planned happen as if
 * they were set at their moment, so those that the site does not permit any more do not happen.
 */
export function settle(record: PresenceRecord, now: Millis, permits = ALL): PresenceRecord {
  let settled = record;
  for (let due = deadline(settled); due !== null && due <= now; due = deadline(settled))
    settled = step(settled, due, permits);
  return settled;
}

/** Everything that is due at exactly `at`. */
function step(record: PresenceRecord, at: Millis, permits: Permits): PresenceRecord {
  const passed = passRooms(passDeadlines(record, at), at);
  const [next] = passed.planned;
  const chosen =
    next !== undefined && next.startsAt <= at
      ? begin(revise(passed, { planned: passed.planned.slice(1) }), next, permits)
      : passed;
  return noteReturn(record, noteAppearance(record, refresh(chosen, at), at), at);
}

function begin(record: PresenceRecord, planned: PlannedChoice, permits: Permits): PresenceRecord {
  const isPermitted =
    (permits.allowInvisible || !hidesAnew(record, planned.availability)) &&
    (permits.allowStatusText || !speaksAnew(record, planned.line));
  return isPermitted ? choose(record, planned, planned.startsAt) : record;
}

/** Whether picking this dot hides somebody whose pick does not hide them already. */
export function hidesAnew({ pick }: PresenceRecord, dot: Availability | undefined): boolean {
  return dot === 'OFFLINE' && pick?.availability !== 'OFFLINE';
}

/** Whether this line has a text of the person's own that is not there already; that of a custom status is the administrators'. */
export function speaksAnew(record: PresenceRecord, line: Omit<StatusLine, 'expiresAt'> | null): boolean {
  return line !== null && line.text !== null && line.customStatusId === null && line.text !== record.line?.text;
}

function passDeadlines(record: PresenceRecord, at: Millis): PresenceRecord {
  const over = (ends: Millis | null | undefined) => ends !== null && ends !== undefined && ends <= at;
  const sessions = record.sessions.flatMap((session) => passTime(session, at) ?? []);
  return revise(record, {
    sessions,
    refresh: anyPresent(sessions) ? record.refresh : null,
    pick: over(record.pick?.expiresAt) ? null : record.pick,
    line: over(record.line?.expiresAt) ? null : record.line,
    claims: record.claims
      .filter((claim) => !over(claim.expiresAt))
      .map((claim) => (!claim.started && claim.startsAt <= at ? { ...claim, started: true } : claim)),
    calendars: passCalendars(record.calendars, at),
  });
}

/** What the person chose takes effect: picking a dot states the status line too; a status line alone leaves the dot. */
export function choose(record: PresenceRecord, choice: Choice, at: Millis): PresenceRecord {
  const { availability, expiresAt } = choice;
  const line = choice.line === null ? null : { ...choice.line, expiresAt };
  if (availability === undefined) return revise(record, { line });
  return revise(record, {
    line,
    pick: availability === 'ONLINE' ? null : { availability, startsAt: at, expiresAt },
  });
}
