import { calendarDeadline } from './calendar.ts';
import { asMillis, type Millis } from './ids.ts';
import type { PresenceRecord } from './record.ts';
import { sessionDeadline } from './session.ts';

/**
 * When this record next changes if nobody speaks; null: never. The linking law of the rules: what others see of a
 * record is constant from the moment it was settled until its deadline.
 */
export function deadline(record: PresenceRecord): Millis | null {
  let next = Infinity;
  for (const session of record.sessions) next = sooner(next, sessionDeadline(session));
  for (const claim of record.claims) {
    if (!claim.started) next = sooner(next, claim.startsAt);
    next = sooner(next, claim.expiresAt);
  }
  for (const calendar of record.calendars) next = sooner(next, calendarDeadline(calendar));
  for (const entry of record.rooms) next = sooner(next, entry.expiresAt);
  next = sooner(next, record.pick?.expiresAt);
  next = sooner(next, record.line?.expiresAt);
  next = sooner(next, record.planned[0]?.startsAt);
  // While the person is hidden lastActive stands still, so there is nothing to refresh.
  if (!record.invisible && record.pick?.availability !== 'OFFLINE') next = sooner(next, record.refresh?.at);
  return next === Infinity ? null : asMillis(next);
}

const sooner = (next: number, at: number | null | undefined): number =>
  at !== null && at !== undefined && at < next ? at : next;
