/** Being there: sessions that open, come back, report activity and end, over a socket or over HTTP. */

import { randomBytes } from 'node:crypto';
import type { OpenEvent, PresenceEvent } from '../presence/event.ts';
import { after, asSessionId, type Millis, type Person, type SessionId } from '../presence/ids.ts';
import { isHidden } from '../presence/last-active.ts';
import { type Device, MAX_SESSIONS, type PresenceRecord, type Transport } from '../presence/record.ts';
import type { Activity } from '../presence/session.ts';
import { StoreUnavailable } from '../store/store.ts';
import type { Core, Reported, Say } from './core.ts';
import { given, type StatusWords, someStatusLine } from './input.ts';
import type { Limits } from './limits.ts';
import type { OwnSession } from './own-sessions.ts';
import { Refusal } from './refusal.ts';
import { createReports } from './reports.ts';
import { refuseChoice, refuseInvisible } from './settings.ts';

/** Who connects, with the name their token gives them. */
export interface Visitor {
  readonly person: Person;
  readonly name: string | null;
  /** When the name was issued; a newer one replaces it. null: now. */
  readonly namedAt: Millis | null;
}

export interface ArrivalInput {
  readonly device?: Device | null | undefined;
  readonly activity?: Activity | null | undefined;
  readonly invisible?: boolean | null | undefined;
  readonly status?: StatusWords | null | undefined;
  /** A session to come back to. One that is over, somebody else's, or still held by an open socket is left alone: a new one opens. */
  readonly sessionId?: string | null | undefined;
}

export interface Opened {
  readonly id: SessionId;
  readonly record: PresenceRecord;
}

/** How a socket went: CLOSED with a close frame, DROPPED without, DRAINED because this process is going. */
export type Leaving = 'CLOSED' | 'DROPPED' | 'DRAINED';

type Leave = (session: OwnSession, how: Leaving) => Promise<void>;

/** A socket's session. It keeps no record: there is one for each socket, and the record goes on. */
export class Connection {
  readonly id: SessionId;
  readonly #leave: Leave;
  /** null: it was over before it began. */
  readonly #session: OwnSession | null;
  #left: Promise<void> | null = null;

  constructor(id: SessionId, session: OwnSession | null, leave: Leave) {
    this.id = id;
    this.#session = session;
    this.#leave = leave;
  }

  /** Which of the connections that the session has had. */
  get generation(): number {
    return this.#session?.generation ?? 0;
  }

  /** The socket is gone. What happens next is up to the rules; may be called again. */
  leave(how: Leaving): Promise<void> {
    this.#left ??= this.#session === null ? Promise.resolve() : this.#leave(this.#session, how);
    return this.#left;
  }
}

export interface SessionsOptions {
  readonly limits: Pick<Limits, 'reports'>;
  /** Told when the end of a socket could not be written down. */
  readonly doubt: () => void;
}

export function createSessions(core: Core, { limits, doubt }: SessionsOptions) {
  const { timings, own } = core;
  const reports = createReports(core, limits.reports);

  async function open(
    visitor: Visitor,
    input: ArrivalInput,
    transport: Transport,
    roomsOnly = false,
  ): Promise<Opened & Reported> {
    const wishes = wishesOf(input);
    const fresh = newSessionId();
    const taker = {};
    let id = fresh;
    try {
      const reported = await core.report(visitor.person, (record, { now, siteIdleTimeout, site }) => {
        if (wishes.invisible === true) refuseInvisible(record, site);
        refuseChoice(record, { line: wishes.line ?? null }, site);
        id = resumable(record, input.sessionId, taker) ?? fresh;
        const arrival = {
          ...given({ device: input.device, activity: input.activity }),
          id,
          transport,
          roomsOnly,
          ...held(transport),
        };
        return [
          ...(hides(record, wishes) ? [] : named(visitor, now)),
          { type: 'open', arrival, siteIdleTimeout, refreshEvery: timings.lastActiveRefresh, ...wishes },
        ];
      });
      if (!has(reported.after, id)) throw tooManySessions();
      if (transport === 'WEBSOCKET') own.add(visitor.person, id, reported.after, reported.siteIdleTimeout);
      return { ...reported, id, record: reported.after };
    } finally {
      if (taking.get(id) === taker) taking.delete(id);
    }
  }

  /** Sessions that are being resumed, and by which call. */
  const taking = new Map<SessionId, object>();

  /** A duplicated tab brings the session of the tab it came from; each needs one of its own. */
  function resumable(record: PresenceRecord, wanted: string | null | undefined, taker: object): SessionId | null {
    const session = record.sessions.find((each) => each.id === wanted);
    if (session === undefined || own.get(session.id) !== undefined || (taking.get(session.id) ?? taker) !== taker)
      return null;
    taking.set(session.id, taker);
    return session.id;
  }

  /** A socket's session lives as long as the socket, which this process holds; any other as long as it is heard of. */
  const held = (transport: Transport) =>
    transport === 'WEBSOCKET' ? { node: core.node, ttl: null } : { node: null, ttl: timings.heartbeatTtl };

  /** A socket's session, timed by this process until it leaves; `roomsOnly`: a guest's, who is in rooms and not ONLINE. */
  async function connect(visitor: Visitor, input: ArrivalInput, roomsOnly = false): Promise<Connection> {
    const { id } = await open(visitor, input, 'WEBSOCKET', roomsOnly);
    return new Connection(id, own.get(id) ?? null, leave);
  }

  async function leave(session: OwnSession, how: Leaving): Promise<void> {
    const { person, id, generation, activeAt } = session;
    const { lostAfter, endsAfter } = lengths(how);
    own.leave(session, after(core.clock.now(), endsAfter));
    try {
      await core.report(person, () => [{ type: 'leave', id, generation, activeAt, lostAfter, endsAfter }]);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      doubt();
    }
  }

  function lengths(how: Leaving): { readonly lostAfter: Millis | null; readonly endsAfter: Millis } {
    switch (how) {
      case 'CLOSED':
        return { lostAfter: null, endsAfter: timings.reconnectGrace };
      case 'DROPPED':
        return { lostAfter: timings.reconnectGrace, endsAfter: timings.offlineAfter };
      case 'DRAINED':
        return { lostAfter: null, endsAfter: timings.offlineAfter };
      default:
        return how satisfies never;
    }
  }

  /** What a device reports. NOT_FOUND when the session is over or somebody else's. */
  async function reportActivity(person: Person, sessionId: string, activity: Activity): Promise<PresenceRecord> {
    const id = asSessionId(sessionId);
    if (activity === 'ACTIVE' && own.noteActive(person, id)) {
      reports.drop(id, 'activity');
      const [record] = await core.store.read([person]);
      if (record !== undefined) return record;
    }
    const say: Say = (_, { siteIdleTimeout }) => [{ type: 'activity', id, activity, siteIdleTimeout }];
    return reports.hear({ person, session: id, kind: 'activity', carryOut: () => onSession(person, id, say) });
  }

  /** Keeps an HTTP session. NOT_FOUND when it is over or somebody else's. */
  function heartbeat(person: Person, sessionId: string, active: boolean): Promise<PresenceRecord> {
    const id = asSessionId(sessionId);
    const say: Say = (_, { siteIdleTimeout }) => [
      { type: 'beat', id, active, ttl: timings.heartbeatTtl, siteIdleTimeout },
    ];
    const kind = active ? 'active beat' : 'beat';
    return reports.hear({ person, session: id, kind, carryOut: () => onSession(person, id, say) });
  }

  /** Ends a session at once. Resolves with the session as it was. NOT_FOUND when it is over or somebody else's. */
  async function closeSession(
    person: Person,
    sessionId: string,
  ): Promise<{ readonly ended: PresenceRecord; readonly record: PresenceRecord }> {
    const id = asSessionId(sessionId);
    const { before, after } = await core.report(person, (record) => {
      if (!has(record, id)) throw noSuchSession();
      return [{ type: 'end', id }];
    });
    return { ended: before, record: after };
  }

  async function onSession(person: Person, id: SessionId, say: Say): Promise<PresenceRecord> {
    const { after } = await core.report(person, (record, at) => {
      if (!has(record, id)) throw noSuchSession();
      return say(record, at);
    });
    return after;
  }

  return {
    openSession: (visitor: Visitor, input: ArrivalInput, roomsOnly = false): Promise<Opened> =>
      // OTHER is what the API fills in, so it says nothing: a session that is taken up again keeps its device.
      open(visitor, { ...input, device: input.device === 'OTHER' ? null : input.device }, 'HTTP', roomsOnly),
    connect,
    reportActivity,
    heartbeat,
    closeSession,
    /** Everybody whose socket is here leaves, because this process does. */
    drain() {
      reports.close();
      return Promise.allSettled([...own.all()].map((session) => leave(session, 'DRAINED')));
    },
  };
}

/** How somebody wants to appear from the start. */
function wishesOf({ status, invisible }: ArrivalInput): Pick<OpenEvent, 'line' | 'invisible'> {
  const line = status == null ? null : someStatusLine(status, 'status');
  return given({ line, invisible });
}

/** A name that a token brings would tell others that somebody hidden has connected. */
const hides = (record: PresenceRecord, { invisible = record.invisible }: Pick<OpenEvent, 'invisible'>): boolean =>
  isHidden({ ...record, invisible });

function named({ name, namedAt }: Visitor, now: Millis): readonly PresenceEvent[] {
  return name === null ? [] : [{ type: 'name', value: name, since: namedAt ?? now }];
}

const tooManySessions = () =>
  new Refusal('SESSION_LIMIT_EXCEEDED', `A person has at most ${MAX_SESSIONS} sessions at once.`, {
    limit: MAX_SESSIONS,
  });
const has = (record: PresenceRecord, id: SessionId): boolean => record.sessions.some((session) => session.id === id);
export const noSuchSession = () =>
  new Refusal('NOT_FOUND', 'This session is over or not yours. Open a new one.', { field: 'sessionId' });
const newSessionId = () => asSessionId(`session:${randomBytes(12).toString('base64url')}`);
