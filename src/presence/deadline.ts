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
  const consider = (at: number | null | undefined) => {
    if (at !== null && at !== undefined && at < next) next = at;
  };
  for (const session of record.sessions) consider(sessionDeadline(session));
  for (const claim of record.claims) {
    if (!claim.started) consider(claim.startsAt);
    consider(claim.expiresAt);
  }
  for (const calendar of record.calendars) consider(calendarDeadline(calendar));
  for (const entry of record.rooms) consider(entry.expiresAt);
  consider(record.pick?.expiresAt);
  consider(record.line?.expiresAt);
  consider(record.planned[0]?.startsAt);
  // While the person is hidden lastActive stands still, so there is nothing to refresh.
  if (!record.invisible && record.pick?.availability !== 'OFFLINE') consider(record.refresh?.at);
  return next === Infinity ? null : asMillis(next);
}
