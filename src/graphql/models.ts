/** What stands behind the types that are about the caller: their record, as they may see it, at one moment. */
import type { Millis, Person } from '../presence/ids.ts';
import type { PresenceRecord } from '../presence/record.ts';
import { type SelfSession, selfSessions } from '../presence/self.ts';
import { settle } from '../presence/settle.ts';
import type { Context } from './context.ts';

export interface SessionModel extends SelfSession {
  readonly current: boolean;
}

/** What is seen of the record is made when it is asked for: most mutations are answered with little of it. */
export interface ViewerModel {
  readonly person: Person;
  /** Settled at `at`. */
  readonly record: PresenceRecord;
  readonly at: Millis;
}

/** The person's own view of their record, now. */
export function viewerModel({ hub }: Context, person: Person, record: PresenceRecord): ViewerModel {
  const at = hub.now();
  return { person, record: settle(record, at), at };
}

/** By when they connected. */
export function sessionModels({ record }: ViewerModel, { sessionId }: Context): readonly SessionModel[] {
  return selfSessions(record).map((session) => ({ ...session, current: session.id === sessionId }));
}

export async function loadViewer(context: Context, person: Person): Promise<ViewerModel> {
  return viewerModel(context, person, await context.hub.self(person));
}
