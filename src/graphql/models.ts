/** What stands behind the types that are about the caller: their record, as they may see it, at one moment. */
import type { Millis, Person } from '../presence/ids.ts';
import type { PresenceRecord } from '../presence/record.ts';
import { type SelfSession, type SelfState, selfSessions, selfState } from '../presence/self.ts';
import { settle } from '../presence/settle.ts';
import type { Context } from './context.ts';

export interface SessionModel extends SelfSession {
  readonly current: boolean;
}

/** Without the lists, which are made when they are asked for: most mutations are answered without. */
export interface ViewerModel extends SelfState {
  readonly person: Person;
  /** Settled at `at`. */
  readonly record: PresenceRecord;
  readonly at: Millis;
}

/** The person's own view of their record, now. */
export function viewerModel({ hub }: Context, person: Person, record: PresenceRecord): ViewerModel {
  const at = hub.now();
  const settled = settle(record, at);
  return { ...selfState(settled), person, record: settled, at };
}

/** By when they connected. */
export function sessionModels({ record }: ViewerModel, { sessionId }: Context): readonly SessionModel[] {
  return selfSessions(record).map((session) => ({ ...session, current: session.id === sessionId }));
}

export async function loadViewer(context: Context, person: Person): Promise<ViewerModel> {
  return viewerModel(context, person, await context.hub.self(person));
}
