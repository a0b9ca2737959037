/** Operations that take more than a message may have: what is said at length is a calendar, or comes from the backend. */
import { type DocumentNode, getOperationAST, Kind } from 'graphql';

const LARGE: ReadonlySet<string> = new Set(['syncCalendar', 'upsertChannel', 'upsertUsers']);

/** Whether everything that the operation does is one of these. */
export function takesMuch(document: DocumentNode, name: string | null | undefined): boolean {
  const selections = getOperationAST(document, name)?.selectionSet.selections ?? [];
  return selections.every((each) => each.kind === Kind.FIELD && LARGE.has(each.name.value));
}
