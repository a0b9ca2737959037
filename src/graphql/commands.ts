/** How many commands an operation has, which is what rates are counted in. */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsIn } from './fragments.ts';

/** Reports of state are no commands: they are never refused, and too many of them are merged. */
const REPORTS: ReadonlySet<string> = new Set(['reportActivity', 'heartbeat']);

/** Counted once for each operation, and remembered for as long as its document is. */
export function createCommandCount(): (document: DocumentNode, operation: OperationDefinitionNode) => number {
  const counts = new WeakMap<OperationDefinitionNode, number>();
  return (document, operation) => {
    if (operation.operation !== OperationTypeNode.MUTATION) return 0;
    const known = counts.get(operation);
    if (known !== undefined) return known;
    const count = commandsIn(fragmentsIn(document), operation.selectionSet);
    counts.set(operation, count);
    return count;
  };
}

/** The document is valid, so no fragment spreads itself, and small once fragments are put in. */
function commandsIn(fragments: ReadonlyMap<string, FragmentDefinitionNode>, { selections }: SelectionSetNode): number {
  return selections.reduce((sum, selection) => {
    if (selection.kind === Kind.FIELD) return sum + (REPORTS.has(selection.name.value) ? 0 : 1);
    const part = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return sum + (part === undefined ? 0 : commandsIn(fragments, part.selectionSet));
  }, 0);
}
