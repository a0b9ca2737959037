/**
 * When a person was last there, as others are told: set on connecting and on ceasing to hide, refreshed now and then
 * while connected, and standing still while hidden. A refresh is announced to nobody.
 */
import { hash } from './hash.ts';
import { after, asMillis, type Millis, type SessionId } from './ids.ts';
import { type PresenceRecord, type Refresh, revise, type Session } from './record.ts';
import { later } from './session.ts';

/** The first refresh comes up to a ninth early, by the session's id, so that ten thousand who connect at once are not refreshed at once. */
export function firstRefresh(id: SessionId, every: Millis, now: Millis): Refresh {
  return { at: onBeat(now + every * (1 - (hash(id) / 0xffffffff) * 0.1), every), every };
}

/** A device has connected: that sets it, unless others must not notice. */
export function touch(record: PresenceRecord, now: Millis): PresenceRecord {
  return isHidden(record) ? record : revise(record, { lastActive: later(record.lastActive ?? now, now) });
}

/** The refresh that is due at `at`, if one is. */
export function refresh(record: PresenceRecord, at: Millis): PresenceRecord {
  if (record.refresh === null || isHidden(record) || record.refresh.at > at) return record;
  return revise(record, {
    lastActive: later(record.lastActive ?? at, at),
    refresh: { ...record.refresh, at: after(at, record.refresh.every) },
  });
}

/**
 * Appearing, by connecting or by ceasing to hide, sets lastActive: whoever stops hiding looks as if they had just
 * come. Hiding freezes it, because nothing sets it while the person is hidden.
 */
export function noteAppearance(before: PresenceRecord, record: PresenceRecord, at: Millis): PresenceRecord {
  if (appears(before) || !appears(record)) return record;
  const { refresh: next } = record;
  const soonest = next === null ? null : onBeat(at + next.every * 0.9, next.every);
  return revise(record, {
    lastActive: later(record.lastActive ?? at, at),
    refresh: next === null || soonest === null ? null : { ...next, at: later(next.at, soonest) },
  });
}

/** Whether others are to see nothing of this person, however connected they are. */
export function isHidden(record: PresenceRecord): boolean {
  return record.invisible || record.pick?.availability === 'OFFLINE';
}

/** Whether one of these sessions makes its person ONLINE or AWAY; a guest's does not. */
export const anyPresent = (sessions: readonly Session[]): boolean => sessions.some((session) => !session.roomsOnly);

const appears = (record: PresenceRecord): boolean => anyPresent(record.sessions) && !isHidden(record);

const BEATS = 90; // in one interval: every 10 s of 15 min

/** Refreshes fall on common beats, so that those of many people go to the store together. */
function onBeat(at: number, every: Millis): Millis {
  const beat = every / BEATS;
  return asMillis(Math.ceil(Math.floor(at / beat) * beat));
}
