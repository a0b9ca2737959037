/**
 * What is seen of a record. `decide` is the whole truth, for the person alone; `resolve` is what everybody else is
 * told, and every path on which presence is read goes through it. Nothing else may look at a record for others.
 */
import { goingOn } from './calendar.ts';
import type { Millis } from './ids.ts';
import { isHidden } from './last-active.ts';
import type { Availability, Claim, Pick, PresenceRecord, Session, StatusLine } from './record.ts';
import { sessionAvailability } from './session.ts';
import { settle } from './settle.ts';

/** What one person looks like to anybody else. */
export interface PresenceView {
  readonly availability: Availability;
  readonly status: StatusLine | null;
  readonly lastActive: Millis | null;
}

/** What others see at `now`. Somebody hidden looks, member for member, like somebody who left at the moment of hiding. */
export function resolve(record: PresenceRecord, now: Millis): PresenceView {
  const settled = settle(record, now);
  const decision = decide(settled);
  if (isHidden(settled) || decision.availability === 'OFFLINE') {
    return { availability: 'OFFLINE', status: null, lastActive: settled.lastActive };
  }
  return { availability: decision.availability, status: statusOf(settled, decision), lastActive: settled.lastActive };
}

/** Whether others see this settled record as not OFFLINE. */
export function isVisible(record: PresenceRecord): boolean {
  return !isHidden(record) && decide(record).availability !== 'OFFLINE';
}

/** Whether two views differ in anything that is announced; a refresh of lastActive is silent. */
export function differs(a: PresenceView, b: PresenceView): boolean {
  if (a.availability !== b.availability) return true;
  const [left, right] = [a.status, b.status];
  if (left === null || right === null) return left !== right;
  return (
    left.text !== right.text ||
    left.emoji !== right.emoji ||
    left.expiresAt !== right.expiresAt ||
    left.customStatusId !== right.customStatusId
  );
}

/** Which rule decided, and by what. */
export type Decision =
  | { readonly rule: 'NO_SESSION'; readonly availability: 'OFFLINE' }
  | { readonly rule: 'MANUAL'; readonly availability: Availability; readonly pick: Pick }
  | { readonly rule: 'CALL' | 'CALENDAR'; readonly availability: Availability; readonly claim: Claim }
  | {
      readonly rule: 'ACTIVE_SESSION' | 'IDLE_SESSION' | 'LOST_SESSION';
      readonly availability: 'ONLINE' | 'AWAY';
      readonly session: Session;
    };

/** The dot of a settled record, as it is or would be if the person were not invisible. The first rule that applies wins. */
export function decide(record: PresenceRecord): Decision {
  const { pick } = record;
  if (pick?.availability === 'OFFLINE') return { rule: 'MANUAL', availability: 'OFFLINE', pick };
  const session = bestSession(record);
  if (session === null) return { rule: 'NO_SESSION', availability: 'OFFLINE' };
  const call = latest(record.claims, 'CALL');
  if (call !== null) return { rule: 'CALL', availability: call.availability, claim: call };
  const meeting = latest([...record.claims, ...goingOn(record.calendars)], 'CALENDAR');
  // On a tie of starts the person's own word counts.
  if (pick !== null && (meeting === null || pick.startsAt >= meeting.startsAt)) {
    return { rule: 'MANUAL', availability: pick.availability, pick };
  }
  if (meeting !== null) return { rule: 'CALENDAR', availability: meeting.availability, claim: meeting };
  return bySession(record, session);
}

/** The person's own words, or else those of the call or meeting that decides the dot. */
export function statusOf(record: PresenceRecord, decision: Decision): StatusLine | null {
  if (record.line !== null) return record.line;
  if (!('claim' in decision)) return null;
  const { text, emoji, expiresAt } = decision.claim;
  return text === null && emoji === null ? null : { text, emoji, customStatusId: null, expiresAt };
}

function bySession(record: PresenceRecord, session: Session): Decision {
  const availability = sessionAvailability(session, record.preferences.autoAway);
  if (availability === 'ONLINE') return { rule: 'ACTIVE_SESSION', availability, session };
  return { rule: session.lost ? 'LOST_SESSION' : 'IDLE_SESSION', availability, session };
}

/** ONLINE before AWAY, in use before idle, connected before lost; among equals the smaller id, so that their order never matters. */
function bestSession(record: PresenceRecord): Session | null {
  const rank = (session: Session) => {
    if (sessionAvailability(session, record.preferences.autoAway) === 'AWAY') return session.lost ? 0 : 1;
    return session.idle ? 2 : 3;
  };
  return record.sessions.reduce<Session | null>((best, session) => {
    if (session.roomsOnly) return best;
    if (best === null) return session;
    const lead = rank(session) - rank(best);
    return lead > 0 || (lead === 0 && session.id < best.id) ? session : best;
  }, null);
}

const BUSYNESS: Readonly<Record<Availability, number>> = { BUSY: 3, AWAY: 2, ONLINE: 1, OFFLINE: 0 };

/** The later-starting of the started claims of one source; of those that began together the busiest. */
function latest(claims: readonly Claim[], source: Claim['source']): Claim | null {
  return claims.reduce<Claim | null>((best, claim) => {
    if (claim.source !== source || !claim.started) return best;
    if (best === null) return claim;
    const lead = claim.startsAt - best.startsAt || BUSYNESS[claim.availability] - BUSYNESS[best.availability];
    return lead > 0 || (lead === 0 && claim.key < best.key) ? claim : best;
  }, null);
}
