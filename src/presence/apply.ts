/**
 * What an event does to a record. Pure; nothing changed returns the same object. An event that names a session which
 * is not there, or would pass a bound, changes nothing: the caller sees it in the result.
 */
import { type CalendarNews, hearCalendar } from './calendar.ts';
import type { LeaveEvent, OpenEvent, PresenceEvent } from './event.ts';
import { after, type Millis, type SessionId } from './ids.ts';
import { anyPresent, firstRefresh, noteAppearance, touch } from './last-active.ts';
import {
  type Claim,
  equal,
  MAX_CLAIMS,
  MAX_ENDED,
  MAX_PLANNED,
  MAX_SESSIONS,
  type PlannedChoice,
  type PresenceRecord,
  revise,
  type Session,
} from './record.ts';
import { enterRoom, leaveRoom, noteReturn, passRooms } from './room.ts';
import { beat, type Idling, later, openSession, reportActivity, resumeSession, withIdleness } from './session.ts';
import { choose, settle } from './settle.ts';

export function apply(before: PresenceRecord, event: PresenceEvent, now: Millis): PresenceRecord {
  const record = settle(before, now);
  const happened = passRooms(happen(record, event, now), now);
  return noteReturn(record, noteAppearance(record, happened, now), now);
}

function happen(record: PresenceRecord, event: PresenceEvent, now: Millis): PresenceRecord {
  switch (event.type) {
    case 'open':
      return open(record, event, now);
    case 'activity':
      return changeSession(record, event.id, (session) =>
        reportActivity(session, event.activity, idling(record, event.siteIdleTimeout), now),
      );
    case 'idle':
      return changeSession(record, event.id, (session) => {
        const quietSince = later(event.activeAt, session.activeAt);
        const over = after(quietSince, idling(record, event.siteIdleTimeout).idleTimeout) <= now;
        return session.generation === event.generation && over
          ? { ...session, activeAt: quietSince, idle: true }
          : session;
      });
    case 'beat':
      return changeSession(record, event.id, (session) =>
        beat(session, event.active, event.ttl, idling(record, event.siteIdleTimeout), now),
      );
    case 'end':
      return end(record, event.id);
    case 'leave':
      return leave(record, event, now);
    case 'hold':
      return hold(record, event, now);
    case 'choose':
      return choose(record, event, now);
    case 'plan':
      return plan(record, event);
    case 'clear':
      return revise(record, { pick: null, line: null, planned: [] });
    case 'hide':
      return revise(record, { invisible: event.invisible });
    case 'prefer':
      return prefer(record, event, now);
    case 'enter':
      return enterRoom(record, event, now);
    case 'exit':
      return leaveRoom(record, event.room, event.sessionId);
    case 'claim':
      return claim(record, event, now);
    case 'unclaim':
      return revise(record, { claims: record.claims.filter((each) => !sameClaim(each, event)) });
    case 'calendar':
      return hear(record, event, now);
    case 'look': {
      const told = record.calendars.find(({ key }) => key === event.key);
      return told?.more?.text === event.text ? hear(record, event, now) : record;
    }
    case 'name':
      return record.name !== null && record.name.since > event.since
        ? record
        : revise(record, { name: { value: event.value, since: event.since } });
    default:
      return event satisfies never;
  }
}

function open(record: PresenceRecord, event: OpenEvent, now: Millis): PresenceRecord {
  const { arrival } = event;
  const idle = idling(record, event.siteIdleTimeout);
  const known = record.sessions.find((session) => session.id === arrival.id);
  if (known === undefined && record.sessions.length >= MAX_SESSIONS) return record;
  const session = known === undefined ? openSession(arrival, idle, now) : resumeSession(known, arrival, idle, now);
  const others = record.sessions.filter((each) => each.id !== arrival.id);
  const opened = revise(record, {
    sessions: [...others, session],
    refresh: session.roomsOnly ? record.refresh : (record.refresh ?? firstRefresh(arrival.id, event.refreshEvery, now)),
    invisible: event.invisible ?? record.invisible,
    line: event.line === undefined ? record.line : { ...event.line, expiresAt: null },
  });
  return known === undefined && !session.roomsOnly ? touch(opened, now) : opened;
}

/** A socket may outlive its session; its process must not take that for a loss and bring the session back. */
function end(record: PresenceRecord, id: SessionId): PresenceRecord {
  const session = record.sessions.find((each) => each.id === id);
  if (session === undefined) return record;
  const ended = withSessions(
    record,
    record.sessions.filter((each) => each.id !== id),
  );
  return session.node === null
    ? ended
    : revise(ended, { ended: [...record.ended, { id, generation: session.generation }].slice(-MAX_ENDED) });
}

function leave(record: PresenceRecord, event: LeaveEvent, now: Millis): PresenceRecord {
  const { id, generation, activeAt, lostAfter, endsAfter } = event;
  const remembered = record.ended.filter((each) => each.id !== id || each.generation !== generation);
  if (remembered.length < record.ended.length) return revise(record, { ended: remembered });
  return changeSession(record, id, (session) =>
    session.generation !== generation || session.endsAt !== null
      ? session
      : {
          ...session,
          activeAt: later(session.activeAt, activeAt),
          awayAt: lostAfter === null ? null : after(now, lostAfter),
          endsAt: after(now, endsAfter),
        },
  );
}

function hold(record: PresenceRecord, event: PresenceEvent & { type: 'hold' }, now: Millis): PresenceRecord {
  const { session, refreshEvery } = event;
  const known = record.sessions.find((each) => each.id === session.id);
  if (known === undefined) {
    if (record.sessions.length >= MAX_SESSIONS || record.ended.some(({ id }) => id === session.id)) return record;
    const refresh = session.roomsOnly
      ? record.refresh
      : (record.refresh ?? firstRefresh(session.id, refreshEvery, now));
    return revise(record, { sessions: [...record.sessions, session], refresh });
  }
  if (known.generation !== session.generation) return record;
  return changeSession(record, session.id, (each) => ({
    ...each,
    node: session.node,
    lost: false,
    awayAt: null,
    endsAt: null,
  }));
}

function changeSession(record: PresenceRecord, id: SessionId, change: (session: Session) => Session): PresenceRecord {
  const at = record.sessions.findIndex((session) => session.id === id);
  const session = record.sessions[at];
  if (session === undefined) return record;
  const changed = change(session);
  return equal(session, changed) ? record : withSessions(record, record.sessions.with(at, changed));
}

function withSessions(record: PresenceRecord, sessions: readonly Session[]): PresenceRecord {
  return revise(record, { sessions, ...(anyPresent(sessions) ? {} : { refresh: null }) });
}

function plan(
  record: PresenceRecord,
  { type: _, ...choice }: PlannedChoice & { readonly type: 'plan' },
): PresenceRecord {
  const others = record.planned.filter((each) => each.startsAt !== choice.startsAt);
  if (others.length >= MAX_PLANNED) return record;
  return revise(record, { planned: [...others, choice].sort((a, b) => a.startsAt - b.startsAt) });
}

function prefer(record: PresenceRecord, event: PresenceEvent & { type: 'prefer' }, now: Millis): PresenceRecord {
  const preferences = {
    autoAway: event.autoAway ?? record.preferences.autoAway,
    idleTimeout: event.idleTimeout ?? record.preferences.idleTimeout,
  };
  const preferring = revise(record, { preferences });
  const idle = idling(preferring, event.siteIdleTimeout);
  return revise(preferring, { sessions: preferring.sessions.map((session) => withIdleness(session, idle, now)) });
}

function claim(
  record: PresenceRecord,
  { type: _, ...said }: PresenceEvent & { type: 'claim' },
  now: Millis,
): PresenceRecord {
  const others = record.claims.filter((each) => !sameClaim(each, said));
  if (others.length >= MAX_CLAIMS) return record;
  if (said.expiresAt !== null && said.expiresAt <= now) return revise(record, { claims: others });
  const known = record.claims.find((each) => sameClaim(each, said));
  // Told again by a server whose clock is behind, what has begun does not begin a second time.
  const started = said.startsAt <= now || (known?.started === true && said.startsAt <= known.startsAt);
  const claims = [...others, { ...said, started }];
  return revise(record, { claims: claims.sort(byStart) });
}

function hear(record: PresenceRecord, news: CalendarNews, now: Millis): PresenceRecord {
  return revise(record, { calendars: hearCalendar(record.calendars, news, now) });
}

type ClaimName = Pick<Claim, 'source' | 'key'>;
const sameClaim = (a: ClaimName, b: ClaimName): boolean => a.source === b.source && a.key === b.key;

/** One order for one set of claims, whatever order they were told in. */
const byStart = (a: Claim, b: Claim): number =>
  a.startsAt - b.startsAt || compare(a.source, b.source) || compare(a.key, b.key);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function idling(record: PresenceRecord, siteIdleTimeout: Millis): Idling {
  return { idleTimeout: record.preferences.idleTimeout ?? siteIdleTimeout };
}
