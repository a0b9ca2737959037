/** What stands behind the types that are about the caller: their record, as they may see it, at one moment. */
import type { Millis, Person } from '../presence/ids.ts';
import type { PresenceRecord } from '../presence/record.ts';
import { type SelfSession, type SelfView, selfView } from '../presence/self.ts';
import type { Context } from './context.ts';

export interface SessionModel extends SelfSession {
  readonly current: boolean;
}

export interface ViewerModel extends Omit<SelfView, 'sessions'> {
  readonly person: Person;
  readonly record: PresenceRecord;
  readonly at: Millis;
  readonly sessions: readonly SessionModel[];
}

/** The person's own view of their record, now. */
export function viewerModel({ hub, sessionId }: Context, person: Person, record: PresenceRecord): ViewerModel {
  const at = hub.now();
  const view = selfView(record, at);
  const sessions = view.sessions.map((session) => ({ ...session, current: session.id === sessionId }));
  return { ...view, person, record, at, sessions };
}

export async function loadViewer(context: Context, person: Person): Promise<ViewerModel> {
  return viewerModel(context, person, await context.hub.self(person));
}
