/** What a person sees of themselves: the whole truth, as plain data. Never shown to anybody else. */
import { calendarClaims } from './calendar.ts';
import type { Millis, SessionId } from './ids.ts';
import type {
  Availability,
  ClaimSource,
  Device,
  Preferences,
  PresenceRecord,
  StatusLine,
  Transport,
} from './record.ts';
import { decide, statusOf } from './resolve.ts';
import { sessionAvailability } from './session.ts';
import { settle } from './settle.ts';

export interface SelfView {
  readonly availability: Availability;
  readonly invisible: boolean;
  readonly manual: Availability | null;
  readonly status: StatusLine | null;
  readonly preferences: Preferences;
  readonly sessions: readonly SelfSession[];
  readonly claims: readonly SelfClaim[];
}

export interface SelfSession {
  readonly id: SessionId;
  readonly device: Device;
  readonly transport: Transport;
  readonly availability: 'ONLINE' | 'AWAY';
  readonly connectedAt: Millis;
}

/** Everything that speaks for the person now or later: their own picks too. */
export interface SelfClaim {
  readonly source: ClaimSource | 'MANUAL';
  readonly key: string;
  readonly availability: Availability;
  readonly text: string | null;
  readonly emoji: string | null;
  readonly startsAt: Millis;
  readonly expiresAt: Millis | null;
  readonly active: boolean;
}

export function selfView(record: PresenceRecord, now: Millis): SelfView {
  const settled = settle(record, now);
  const decision = decide(settled);
  return {
    availability: decision.availability,
    invisible: settled.invisible,
    manual: manualOf(settled),
    status: statusOf(settled, decision),
    preferences: settled.preferences,
    sessions: selfSessions(settled),
    claims: selfClaims(settled),
  };
}

/** What they picked; null while automatic. */
export const manualOf = ({ pick }: PresenceRecord): Availability | null => pick?.availability ?? null;

/** What they say about themselves, whether or not others see it. */
export const ownStatus = (settled: PresenceRecord): StatusLine | null => statusOf(settled, decide(settled));

/** By when they connected. */
export function selfSessions({ sessions, preferences }: PresenceRecord): readonly SelfSession[] {
  return sessions
    .map((session) => ({
      id: session.id,
      device: session.device,
      transport: session.transport,
      availability: sessionAvailability(session, preferences.autoAway),
      connectedAt: session.connectedAt,
    }))
    .sort((a, b) => a.connectedAt - b.connectedAt || (a.id < b.id ? -1 : 1));
}

/** By when they begin. */
export function selfClaims(record: PresenceRecord): readonly SelfClaim[] {
  const { pick } = record;
  const picked: SelfClaim[] =
    pick === null
      ? []
      : [
          {
            source: 'MANUAL',
            key: 'now',
            availability: pick.availability,
            text: record.line?.text ?? null,
            emoji: record.line?.emoji ?? null,
            startsAt: pick.startsAt,
            expiresAt: pick.expiresAt,
            active: true,
          },
        ];
  const planned = record.planned.flatMap(({ availability, line, startsAt, expiresAt }): SelfClaim[] =>
    availability === undefined
      ? []
      : [
          {
            source: 'MANUAL',
            key: `planned:${startsAt}`,
            availability,
            text: line?.text ?? null,
            emoji: line?.emoji ?? null,
            startsAt,
            expiresAt,
            active: false,
          },
        ],
  );
  const told = [...record.claims, ...calendarClaims(record.calendars)].map(
    ({ started, ...claim }): SelfClaim => ({ ...claim, active: started }),
  );
  return [...picked, ...planned, ...told].sort((a, b) => a.startsAt - b.startsAt);
}
