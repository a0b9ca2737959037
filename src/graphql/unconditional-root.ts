/**
 * The one field of a subscription may not be left out by `@skip` or `@include` (GraphQL, September 2025, 5.2.4.1):
 * there would be nothing to subscribe to, for which graphql-js has no answer but a TypeError.
 */
import {
  type DirectiveNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

export const unconditionalRoot: ValidationRule = (context) => ({
  OperationDefinition({ operation, selectionSet }) {
    if (operation !== OperationTypeNode.SUBSCRIPTION) return;
    for (const condition of conditionsIn(selectionSet, context, new Set())) {
      const says = `@${condition.name.value} may not decide whether there is a subscription at all. Use it on fields below.`;
      context.reportError(new GraphQLError(says, { nodes: condition }));
    }
  },
});

/** @param seen fragments, which may lead to each other */
function conditionsIn(
  { selections }: SelectionSetNode,
  context: ValidationContext,
  seen: Set<string>,
): readonly DirectiveNode[] {
  return selections.flatMap((selection) => {
    const own = selection.directives?.filter(({ name }) => name.value === 'skip' || name.value === 'include') ?? [];
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return [...own, ...conditionsIn(selection.selectionSet, context, seen)];
    if (selection.kind !== Kind.FRAGMENT_SPREAD || seen.has(selection.name.value)) return own;
    seen.add(selection.name.value);
    const fragment = context.getFragment(selection.name.value);
    return fragment == null ? own : [...own, ...conditionsIn(fragment.selectionSet, context, seen)];
  });
}
