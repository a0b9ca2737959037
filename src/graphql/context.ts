/** What every resolver gets, whichever wire the operation came by. */
import type { ChannelViewer } from '../hub/channel-viewer.ts';
import type { Hub } from '../hub/hub.ts';
import { badInput } from '../hub/refusal.ts';
import type { Account } from '../hub/watch-account.ts';
import { asUserId, type Person, type SessionId, userIdProblem } from '../presence/ids.ts';
import type { Caller } from './caller.ts';
import { apiError } from './errors.ts';

export interface Context {
  readonly hub: Hub;
  /** null: no token came along. */
  readonly caller: Caller | null;
  /** The session of the socket that the operation came by; null over HTTP, and on a socket that does not appear. */
  readonly sessionId: SessionId | null;
  /** A session for a guest, who has none before entering a room: the socket's, or over HTTP one that lives on heartbeats. */
  readonly openRoomSession: () => Promise<SessionId>;
  /** How many people the caller watches, over this connection and over all of theirs. */
  readonly account: () => Account;
}

/** The caller; throws UNAUTHENTICATED when there is none. */
export function callerOf({ caller }: Context): Caller {
  if (caller === null) {
    throw apiError('UNAUTHENTICATED', 'This needs a token. Send one as `Authorization: Bearer <token>`.');
  }
  return caller;
}

/** The caller, as far as channels go by who is asking. */
export function channelViewerOf(context: Context): ChannelViewer {
  const { person, role } = callerOf(context);
  return { person, isBackend: role === 'SERVER' };
}

/** Whom a mutation is about: the caller, or with the SERVER role anybody of the site. */
export function subjectOf(context: Context, userId: string | null | undefined): Person {
  const { person, role } = callerOf(context);
  if (userId == null) return person;
  if (role !== 'SERVER') throw apiError('FORBIDDEN', 'Only a token with the role "server" may name a userId.');
  const problem = userIdProblem(userId);
  if (problem !== null) throw badInput('userId', problem);
  return { site: person.site, user: asUserId(userId) };
}

/** The session that a report is about: the one named, or the socket's own. */
export function sessionOf(context: Context, sessionId: string | null | undefined): string {
  const id = sessionId ?? context.sessionId;
  if (id === null)
    throw badInput('sessionId', 'is needed unless the operation comes over a WebSocket that has a session');
  return id;
}

/** The session that is to be in a room: the one named, the socket's own, or for a guest a new one. */
export async function roomSessionOf(context: Context, sessionId: string | null | undefined): Promise<string> {
  if (callerOf(context).role === 'GUEST' && sessionId == null && context.sessionId === null)
    return context.openRoomSession();
  return sessionOf(context, sessionId);
}
