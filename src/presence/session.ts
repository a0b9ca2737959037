/** How one session lives: what its device reports, how it ends, and what it says of its person. */
import { after, type Millis, type NodeId, type SessionId } from './ids.ts';
import type { Device, Hold, Session, Transport } from './record.ts';

export const ACTIVITIES = [
  'ACTIVE',
  'IDLE',
  'SCREEN_LOCKED',
  'SCREEN_UNLOCKED',
  'SLEEP',
  'WAKE',
  'BACKGROUND',
  'FOREGROUND',
] as const;
/** What a device reports about the person in front of it. */
export type Activity = (typeof ACTIVITIES)[number];

/** A device that connects, or comes back. */
export interface Arrival {
  /** New, or of a session that is there. One whose session ended is never used again, or generations would repeat. */
  readonly id: SessionId;
  readonly node: NodeId | null;
  readonly transport: Transport;
  readonly device?: Device;
  /** A guest's, which is in rooms alone. */
  readonly roomsOnly?: boolean;
  /** Left out on a resume: the state it last reported. Left out on a new session: ACTIVE. */
  readonly activity?: Activity;
  /** How long it lives without a heartbeat; null for a socket, which lives until it closes. */
  readonly ttl: Millis | null;
}

/** Lengths of time that idleness follows from: `idleTimeout` is the person's own or else the site's default. */
export interface Idling {
  readonly idleTimeout: Millis;
}

export function openSession(arrival: Arrival, idling: Idling, now: Millis): Session {
  const fresh: Session = {
    id: arrival.id,
    generation: 1,
    node: arrival.node,
    transport: arrival.transport,
    device: arrival.device ?? 'OTHER',
    connectedAt: now,
    activeAt: now,
    roomsOnly: arrival.roomsOnly ?? false,
    idle: false,
    holds: [],
    lost: false,
    idleAt: null,
    awayAt: null,
    endsAt: arrival.ttl === null ? null : after(now, arrival.ttl),
  };
  return withIdleness(report(fresh, arrival.activity ?? 'ACTIVE', now), idling, now);
}

/**
 * The same session on a new connection. Reconnecting is not activity: one that was active goes on from its last
 * activity, so that a flapping network keeps nobody online.
 */
export function resumeSession(session: Session, arrival: Arrival, idling: Idling, now: Millis): Session {
  const again: Session = {
    ...session,
    generation: session.generation + 1,
    node: arrival.node,
    transport: arrival.transport,
    device: arrival.device ?? session.device,
    lost: false,
    awayAt: null,
    endsAt: arrival.ttl === null ? null : after(now, arrival.ttl),
  };
  const back = withIdleness(again, idling, now);
  const { activity } = arrival;
  const saysNothingNew = activity === undefined || (activity === 'ACTIVE' && !back.idle && back.holds.length === 0);
  return saysNothingNew ? back : reportActivity(back, activity, idling, now);
}

/** Lifting a hold proves that somebody is there, and more the later it comes: who unlocks is awake, who brings the app to the front has unlocked. */
const LIFTS: Readonly<Record<'WAKE' | 'SCREEN_UNLOCKED' | 'FOREGROUND' | 'ACTIVE', readonly Hold[]>> = {
  WAKE: ['ASLEEP'],
  SCREEN_UNLOCKED: ['ASLEEP', 'LOCKED'],
  FOREGROUND: ['ASLEEP', 'LOCKED', 'BACKGROUND'],
  ACTIVE: ['ASLEEP', 'LOCKED', 'BACKGROUND'],
};
const HOLDS: Readonly<Record<'SCREEN_LOCKED' | 'SLEEP' | 'BACKGROUND', Hold>> = {
  SCREEN_LOCKED: 'LOCKED',
  SLEEP: 'ASLEEP',
  BACKGROUND: 'BACKGROUND',
};

/** What a device reports. */
export function reportActivity(session: Session, activity: Activity, idling: Idling, now: Millis): Session {
  return withIdleness(report(session, activity, now), idling, now);
}

function report(session: Session, activity: Activity, now: Millis): Session {
  switch (activity) {
    case 'ACTIVE':
    case 'WAKE':
    case 'SCREEN_UNLOCKED':
    case 'FOREGROUND':
      return {
        ...session,
        activeAt: later(session.activeAt, now),
        idle: false,
        holds: session.holds.filter((hold) => !LIFTS[activity].includes(hold)),
      };
    case 'IDLE':
      return { ...session, idle: true };
    case 'SCREEN_LOCKED':
    case 'SLEEP':
    case 'BACKGROUND': {
      const hold = HOLDS[activity];
      return session.holds.includes(hold) ? session : { ...session, holds: [...session.holds, hold].sort() };
    }
    default:
      return activity satisfies never;
  }
}

/** A heartbeat keeps an HTTP session alive; a socket's life is its connection's, so there it only tells of activity. */
export function beat(session: Session, active: boolean, ttl: Millis, idling: Idling, now: Millis): Session {
  const heard: Session = session.transport === 'HTTP' ? { ...session, endsAt: after(now, ttl) } : session;
  return active ? reportActivity(heard, 'ACTIVE', idling, now) : withIdleness(heard, idling, now);
}

/** HTTP sessions carry the moment at which they turn idle; a socket is timed by its own process. */
export function withIdleness(session: Session, idling: Idling, now: Millis): Session {
  if (session.transport === 'WEBSOCKET' || session.idle) return { ...session, idleAt: null };
  const idleAt = after(session.activeAt, idling.idleTimeout);
  return idleAt <= now ? { ...session, idle: true, idleAt: null } : { ...session, idleAt };
}

/** The moment at which time alone next changes this session; Infinity when never. */
export function sessionDeadline(session: Session): number {
  return Math.min(session.idleAt ?? Infinity, session.awayAt ?? Infinity, session.endsAt ?? Infinity);
}

/** What time alone has made of this session at `at`; null when it is over. */
export function passTime(session: Session, at: Millis): Session | null {
  if (session.endsAt !== null && session.endsAt <= at) return null;
  const lost = session.awayAt !== null && session.awayAt <= at;
  const idle = session.idleAt !== null && session.idleAt <= at;
  if (!lost && !idle) return session;
  return {
    ...session,
    ...(lost ? { lost: true, awayAt: null } : {}),
    ...(idle ? { idle: true, idleAt: null } : {}),
  };
}

/** What one session says of its person. Locked, asleep and in the background count even with auto-away off. */
export function sessionAvailability(session: Session, autoAway: boolean): 'ONLINE' | 'AWAY' {
  return session.lost || session.holds.length > 0 || (session.idle && autoAway) ? 'AWAY' : 'ONLINE';
}

export const later = (a: Millis, b: Millis): Millis => (a >= b ? a : b);
