/**
 * The sessions whose sockets this process holds, and since when nobody has been active on each. Activity is only
 * noted here, in memory; the record hears of it when a session turns idle, or comes back from being idle.
 */
import { after, asMillis, type Millis, type Person, type SessionId, type SiteId } from '../presence/ids.ts';
import type { PresenceRecord, Session } from '../presence/record.ts';
import { later } from '../presence/session.ts';
import { createAgenda } from '../store/agenda.ts';
import type { Stop } from '../store/store.ts';
import { ByPerson } from './by-person.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

export interface OwnSession {
  readonly person: Person;
  readonly id: SessionId;
  readonly generation: number;
  /** Whether others may think that it is here: as long as the record, as last seen, has it. Never one of a guest, in rooms only. */
  counted: boolean;
  /** As the record last had it, but held: what others make of it while this process is cut off does not end it. */
  session: Session;
  activeAt: Millis;
  /** Whether the record, as last seen, says that somebody is active on it. */
  active: boolean;
  /** After how long without activity it turns idle. */
  idleTimeout: Millis;
  /** The person's own choice, which a change of the site's default does not touch. */
  chosen: boolean;
  /** Another of theirs. Mostly there is none, and no list for one. */
  sibling: OwnSession | null;
}

export interface OwnSessions {
  /** From now on this process times the session, if the record has it. */
  add(person: Person, id: SessionId, record: PresenceRecord, siteIdleTimeout: Millis): void;
  /** Its socket is gone. Others see its person until `until`, unless it comes back, or its record has ended it before. */
  leave(session: OwnSession, until: Millis): void;
  get(id: SessionId): OwnSession | undefined;
  /** How many of this person's are counted. */
  countOf(person: Person): number;
  /** It must not throw. */
  onCount(counter: SocketCounter): void;
  /** Notes activity; false when the record has to be told, because it says otherwise. */
  noteActive(person: Person, id: SessionId): boolean;
  /** The person's record has changed: what it says of their sessions here. */
  learn(person: Person, record: PresenceRecord, siteIdleTimeout: Millis): void;
  /** The site's default has changed. */
  retimeSite(site: SiteId, idleTimeout: Millis): void;
  all(): Iterable<OwnSession>;
  count(): number;
  close(): void;
}

/** Told of each that is counted, and of each that is no longer. */
interface SocketCounter {
  add(person: Person): void;
  remove(site: SiteId): void;
}

export interface OwnSessionsOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Tells the record; `learn` follows from it. */
  readonly goIdle: (session: OwnSession) => Promise<unknown>;
}

const BATCH = 200; // sessions told of in one turn of the event loop; the rest follow at once
const RETRY = 1_000; // ms after the record could not be told

export function createOwnSessions({ clock, log, goIdle }: OwnSessionsOptions): OwnSessions {
  const sessions = new Map<SessionId, OwnSession>();
  const people = new ByPerson<OwnSession>(); // the first of theirs; those that have just gone too
  const leaving = new Map<OwnSession, Stop>();
  const counters: SocketCounter[] = [];
  const agenda = createAgenda<OwnSession>();
  let cancel: Stop = () => {};
  let wakeAt: number = Infinity;
  let closed = false;

  function time(session: OwnSession): void {
    const held = sessions.get(session.id) === session;
    agenda.set(session, held && session.active ? after(session.activeAt, session.idleTimeout) : null);
    arm();
  }

  function arm(): void {
    const next = agenda.next();
    if (closed || next === null || next >= wakeAt) return;
    cancel();
    wakeAt = next;
    cancel = clock.at(next, wake);
  }

  function wake(): void {
    wakeAt = Infinity;
    const now = clock.now();
    for (const session of agenda.due(now, BATCH)) {
      const idleAt = after(session.activeAt, session.idleTimeout);
      // Activity since was only noted; the agenda catches up here, once an idle time at most.
      if (idleAt > now) {
        agenda.set(session, idleAt);
        continue;
      }
      agenda.set(session, null);
      goIdle(session).catch((error: unknown) => {
        log.error({ error }, 'a session that turned idle could not be written down and is tried again');
        if (sessions.get(session.id) === session) agenda.set(session, after(clock.now(), asMillis(RETRY)));
        arm();
      });
    }
    arm();
  }

  function learnOne(own: OwnSession, record: PresenceRecord, siteIdleTimeout: Millis): void {
    const session = record.sessions.find((each) => each.id === own.id);
    const standing = session?.generation === own.generation ? session : undefined; // it may have come back elsewhere
    count(own, standing?.roomsOnly === false);
    own.chosen = record.preferences.idleTimeout !== null;
    own.idleTimeout = record.preferences.idleTimeout ?? siteIdleTimeout;
    own.active = standing !== undefined && !standing.idle && standing.holds.length === 0;
    if (session !== undefined) own.activeAt = later(own.activeAt, session.activeAt);
    if (standing !== undefined) own.session = asHeld(standing);
    else if (leaving.has(own)) letGo(own);
    time(own);
  }

  /** Of one that has left. */
  function letGo(own: OwnSession): void {
    leaving.get(own)?.();
    leaving.delete(own);
    forget(own);
    count(own, false);
  }

  function* of(person: Person): Iterable<OwnSession> {
    for (let own = people.get(person) ?? null; own !== null; own = own.sibling) yield own;
  }

  function forget(own: OwnSession): void {
    const first = people.get(own.person);
    if (first !== own) for (const each of of(own.person)) if (each.sibling === own) each.sibling = own.sibling;
    if (first === own && own.sibling === null) people.delete(own.person);
    if (first === own && own.sibling !== null) people.set(own.person, own.sibling);
  }

  function count(own: OwnSession, counted: boolean): void {
    if (own.counted === counted) return;
    own.counted = counted;
    for (const counter of counters) {
      if (counted) counter.add(own.person);
      else counter.remove(own.person.site);
    }
  }

  return {
    add(person, id, record, siteIdleTimeout) {
      const session = record.sessions.find((each) => each.id === id);
      if (session === undefined) return;
      const own: OwnSession = {
        person,
        id,
        generation: session.generation,
        counted: false,
        session,
        activeAt: session.activeAt,
        active: true,
        idleTimeout: siteIdleTimeout,
        chosen: false,
        sibling: people.get(person) ?? null,
      };
      sessions.set(id, own);
      people.set(person, own);
      learnOne(own, record, siteIdleTimeout);
    },
    leave(session, until) {
      if (leaving.has(session)) return;
      if (sessions.get(session.id) === session) sessions.delete(session.id);
      agenda.set(session, null);
      if (closed) return letGo(session);
      const cancelEnd = clock.at(until, () => letGo(session));
      leaving.set(session, cancelEnd);
    },
    get: (id) => sessions.get(id),
    countOf(person) {
      let sum = 0;
      for (const { counted } of of(person)) if (counted) sum++;
      return sum;
    },
    onCount: (counter) => void counters.push(counter),
    noteActive(person, id) {
      const session = sessions.get(id);
      if (session === undefined || session.person.user !== person.user || session.person.site !== person.site)
        return false;
      session.activeAt = clock.now();
      return session.active;
    },
    learn(person, record, siteIdleTimeout) {
      for (const own of [...of(person)]) learnOne(own, record, siteIdleTimeout);
    },
    retimeSite(site, idleTimeout) {
      for (const own of sessions.values()) {
        if (own.person.site !== site || own.chosen) continue;
        own.idleTimeout = idleTimeout;
        time(own);
      }
    },
    all: () => sessions.values(),
    count: () => sessions.size,
    close() {
      closed = true;
      cancel();
      for (const stop of leaving.values()) stop();
    },
  };
}

/** The record's own object, as nearly always, or else a copy. */
function asHeld(session: Session): Session {
  const { lost, awayAt, endsAt } = session;
  return lost || awayAt !== null || endsAt !== null ? { ...session, lost: false, awayAt: null, endsAt: null } : session;
}
