/** What a mutation is asked to answer, looked at before it is carried out: once it is, a refusal would be a lie. */
import {
  type GraphQLResolveInfo,
  getArgumentValues,
  getNamedType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** Under this name a field's extensions have what throws when its arguments are not allowed. */
export const CHECK = 'check';

/** Checks the arguments of every field below, as far as they are right or wrong whatever the mutation does. */
export function checkPayload({ fieldNodes, fragments, schema, returnType, variableValues }: GraphQLResolveInfo): void {
  const looked = new Set<string>();
  const types = new TypeInfo(schema, getNamedType(returnType));
  const visitor = visitWithTypeInfo(types, {
    Field(node) {
      const field = types.getFieldDef();
      const check: unknown = field?.extensions[CHECK];
      if (field != null && typeof check === 'function') check(getArgumentValues(field, node, variableValues));
    },
    FragmentSpread({ name: { value: name } }) {
      const fragment = fragments[name];
      if (fragment === undefined || looked.has(name)) return;
      looked.add(name);
      visit(fragment, visitor);
    },
  });
  for (const { selectionSet } of fieldNodes)
    if (selectionSet?.kind === Kind.SELECTION_SET) visit(selectionSet, visitor);
}
