import { type DocumentNode, type FragmentDefinitionNode, Kind } from 'graphql';

/** The fragments that a document defines, by their names, which are unique in a valid one. */
export function fragmentsIn({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions) if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  return fragments;
}
