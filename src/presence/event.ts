/** Everything that can happen to a record. Lengths of time come with the event; the record keeps the moments they lead to. */
import type { CalendarNews } from './calendar.ts';
import type { Millis, SessionId } from './ids.ts';
import type { Choice, Claim, ClaimSource, PlannedChoice, Session, StatusLine } from './record.ts';
import type { Entering } from './room.ts';
import type { Activity, Arrival } from './session.ts';

export type PresenceEvent =
  | OpenEvent
  | { readonly type: 'activity'; readonly id: SessionId; readonly activity: Activity; readonly siteIdleTimeout: Millis }
  /** What the session's own process noticed: nobody did anything since `activeAt`. */
  | {
      readonly type: 'idle';
      readonly id: SessionId;
      readonly generation: number;
      readonly activeAt: Millis;
      readonly siteIdleTimeout: Millis;
    }
  | {
      readonly type: 'beat';
      readonly id: SessionId;
      readonly active: boolean;
      readonly ttl: Millis;
      readonly siteIdleTimeout: Millis;
    }
  /** The person signed out on this device: over at once. */
  | { readonly type: 'end'; readonly id: SessionId }
  | LeaveEvent
  /** The process that holds the socket says that it is there, whatever the record says: it was lost, or given up too early. */
  | { readonly type: 'hold'; readonly session: Session; readonly refreshEvery: Millis }
  | ({ readonly type: 'choose' } & Choice)
  | ({ readonly type: 'plan' } & PlannedChoice)
  | { readonly type: 'clear' }
  | { readonly type: 'hide'; readonly invisible: boolean }
  | {
      readonly type: 'prefer';
      readonly autoAway?: boolean;
      readonly idleTimeout?: Millis;
      readonly siteIdleTimeout: Millis;
    }
  | ({ readonly type: 'enter' } & Entering)
  | { readonly type: 'exit'; readonly room: string; readonly sessionId: SessionId }
  | ({ readonly type: 'claim' } & Omit<Claim, 'started'>)
  | { readonly type: 'unclaim'; readonly source: ClaimSource; readonly key: string }
  /** A calendar was told anew, and replaces what it said before. */
  | ({ readonly type: 'calendar' } & CalendarNews)
  /** Somebody looked further into a calendar, if it is still told by this text. */
  | ({ readonly type: 'look'; readonly text: string } & CalendarNews)
  | { readonly type: 'name'; readonly value: string; readonly since: Millis };

/** A device connects or comes back, and may say at once how it wants to appear. */
export interface OpenEvent {
  readonly type: 'open';
  readonly arrival: Arrival;
  readonly siteIdleTimeout: Millis;
  readonly refreshEvery: Millis;
  readonly invisible?: boolean;
  readonly line?: Omit<StatusLine, 'expiresAt'>;
}

/** A connection is gone: `lostAfter` null leaves the dot as it is until the session is over. */
export interface LeaveEvent {
  readonly type: 'leave';
  readonly id: SessionId;
  /** Only this generation may be ended; a newer one belongs to a newer connection. */
  readonly generation: number;
  /** The last activity its process knows of. */
  readonly activeAt: Millis;
  readonly lostAfter: Millis | null;
  readonly endsAfter: Millis;
}
