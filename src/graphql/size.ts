/**
 * How large a document is once its fragments are put in, which is what it costs: a text of two thousand letters can
 * stand for millions of fields. Looked at before anything else is done with it.
 */
import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';

export const MOST_TOKENS = 25_000; // words and signs of a document; each is an object once it is parsed
const MOST_FIELDS = 5_000; // of one operation, fragments put in
const MOST_LEVELS = 20; // of fields in fields; what GraphiQL asks of the schema has 15

interface Size {
  readonly fields: number;
  readonly levels: number;
}

const NOTHING: Size = { fields: 0, levels: 0 };

/** Why a document is too large, as a sentence; null when it is not. */
export function sizeProblem(document: DocumentNode): string | null {
  const sizes = sizesIn(document);
  const fields = Math.max(...sizes.map((size) => size.fields));
  if (fields > MOST_FIELDS) return `An operation may ask for at most ${MOST_FIELDS} fields; this asks for ${fields}.`;
  const levels = Math.max(...sizes.map((size) => size.levels));
  if (levels > MOST_LEVELS) return `Fields may be at most ${MOST_LEVELS} levels deep; these are ${levels}.`;
  return null;
}

/** Of each operation. A fragment is counted once, however often it is spread. */
function sizesIn({ definitions }: DocumentNode): readonly Size[] {
  const fragments = new Map<string, SelectionSetNode>();
  for (const each of definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each.selectionSet);
  }
  const known = new Map<string, Size>();

  function sizeOf({ selections }: SelectionSetNode): Size {
    let [fields, levels] = [0, 0];
    for (const selection of selections) {
      const own = selection.kind === Kind.FIELD ? 1 : 0;
      const below =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? sizeOfFragment(selection.name.value)
          : selection.selectionSet === undefined
            ? NOTHING
            : sizeOf(selection.selectionSet);
      fields += own + below.fields;
      levels = Math.max(levels, own + below.levels);
    }
    return { fields, levels };
  }

  function sizeOfFragment(name: string): Size {
    const before = known.get(name);
    if (before !== undefined) return before;
    const fragment = fragments.get(name);
    known.set(name, NOTHING); // one that spreads itself is refused by validation
    const size = fragment === undefined ? NOTHING : sizeOf(fragment);
    known.set(name, size);
    return size;
  }

  return definitions.flatMap((each) => (each.kind === Kind.OPERATION_DEFINITION ? sizeOf(each.selectionSet) : []));
}
