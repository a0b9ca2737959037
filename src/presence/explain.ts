/** Why a dot is what it is, in words, for the person whose dot it is. */
import { deadline } from './deadline.ts';
import type { Millis } from './ids.ts';
import type { Availability, Claim, PresenceRecord } from './record.ts';
import { type Decision, decide } from './resolve.ts';
import { settle } from './settle.ts';

export const PRESENCE_RULES = [
  'INVISIBLE',
  'NO_SESSION',
  'CALL',
  'MANUAL',
  'CALENDAR',
  'ACTIVE_SESSION',
  'IDLE_SESSION',
  'LOST_SESSION',
] as const;
export type PresenceRule = (typeof PRESENCE_RULES)[number];

export interface Explanation {
  readonly rule: PresenceRule;
  readonly because: string;
  /** When the dot changes if nothing else happens; null: not by itself. */
  readonly nextChangeAt: Millis | null;
}

export function explain(record: PresenceRecord, now: Millis): Explanation {
  const settled = settle(record, now);
  const decision = decide(settled);
  const nextChangeAt = nextChange(settled);
  if (settled.invisible) {
    return { rule: 'INVISIBLE', because: 'Offline to others because you are invisible.', nextChangeAt: null };
  }
  return { rule: decision.rule, because: sentence(settled, decision, now), nextChangeAt };
}

const WORDS: Readonly<Record<Availability, string>> = {
  ONLINE: 'Online',
  AWAY: 'Away',
  BUSY: 'Busy',
  OFFLINE: 'Offline',
};

function sentence(record: PresenceRecord, decision: Decision, now: Millis): string {
  const dot = WORDS[decision.availability];
  switch (decision.rule) {
    case 'NO_SESSION':
      return 'Offline because no device is connected.';
    case 'MANUAL':
      return `${dot}${decision.availability === 'OFFLINE' ? ' to others' : ''} because you picked it${until(decision.pick.expiresAt, now)}.`;
    case 'CALL':
      return `${dot} because of a call${until(decision.claim.expiresAt, now)}${called(decision.claim)}.`;
    case 'CALENDAR':
      return `${dot} because of a meeting${until(decision.claim.expiresAt, now)}${called(decision.claim)}.`;
    case 'ACTIVE_SESSION':
      return record.preferences.autoAway || !decision.session.idle
        ? 'Online because you are active on a connected device.'
        : 'Online because a device is connected and you switched auto-away off.';
    case 'IDLE_SESSION':
      return `Away because ${idleReason(decision.session)}.`;
    case 'LOST_SESSION':
      return `Away because the connection to your device was lost; offline${until(decision.session.endsAt, now).replace(' until', ' at')} unless it comes back.`;
    default:
      return decision satisfies never;
  }
}

function idleReason({ holds }: { readonly holds: readonly string[] }): string {
  if (holds.includes('LOCKED')) return 'your screen is locked';
  if (holds.includes('ASLEEP')) return 'your device is asleep';
  if (holds.includes('BACKGROUND')) return 'the app is in the background';
  return 'you have not been active for a while';
}

const called = ({ text }: Claim): string => (text === null ? '' : ` (${text})`);

/** " until 15:00 UTC"; with the date when it is not today. */
function until(at: Millis | null, now: Millis): string {
  if (at === null) return '';
  const [day = '', time = ''] = new Date(at).toISOString().split('T');
  const today = new Date(now).toISOString().startsWith(day);
  return ` until ${today ? '' : `${day} `}${time.slice(0, 5)} UTC`;
}

/**
 * The first deadline at which the dot others see differs from what it is now. Each step uses up one, and there are few:
 * refreshes of lastActive, of which there are 350,000 until a pick ends in ten years, never change the dot and are left out.
 */
function nextChange(settled: PresenceRecord): Millis | null {
  if (settled.sessions.length === 0) return null; // time connects nobody
  const present = shown(settled);
  const calendars = settled.calendars.map((calendar) => ({ ...calendar, more: null }));
  let at: PresenceRecord = { ...settled, refresh: null, calendars };
  for (let due = deadline(at); due !== null; due = deadline(at)) {
    at = settle(at, due);
    if (shown(at) !== present) return due;
  }
  return null;
}

const shown = (record: PresenceRecord): Availability => decide(record).availability;
