/**
 * How large a document is once its fragments are put in, which is what it costs: a text of two thousand letters can
 * stand for millions of fields. Looked at before anything else is done with it; what its lists may come to is another
 * question (cost.ts), which takes the schema.
 */
import { type DocumentNode, Kind, type SelectionNode, type SelectionSetNode } from 'graphql';
import type { Limits } from '../hub/limits.ts';
import { fragmentsIn } from './fragments.ts';

export type SizeLimits = Pick<Limits, 'fields' | 'depth' | 'breadth' | 'aliases'>;

interface Size {
  readonly fields: number;
  readonly levels: number;
  readonly aliases: number;
  /** Fields that stand side by side at its top. */
  readonly top: number;
  /** The most that do so anywhere. */
  readonly breadth: number;
}

const NOTHING: Size = { fields: 0, levels: 0, aliases: 0, top: 0, breadth: 0 };

/** Why a document is too large, as a sentence; null when it is not. */
export function sizeProblem(document: DocumentNode, limits: SizeLimits): string | null {
  const sizes = sizesIn(document);
  const most = (of: (size: Size) => number) => Math.max(...sizes.map(of));
  const fields = most((size) => size.fields);
  if (fields > limits.fields)
    return `An operation may ask for at most ${limits.fields} fields; this asks for ${fields}.`;
  const levels = most((size) => size.levels);
  if (levels > limits.depth) return `Fields may be at most ${limits.depth} levels deep; these are ${levels}.`;
  const breadth = most((size) => size.breadth);
  if (breadth > limits.breadth) return `At most ${limits.breadth} fields may stand side by side; here ${breadth} do.`;
  const aliases = most((size) => size.aliases);
  if (aliases > limits.aliases) return `At most ${limits.aliases} fields may go by another name; here ${aliases} do.`;
  return null;
}

/** Of each operation. A fragment is counted once, however often it is spread. */
function sizesIn(document: DocumentNode): readonly Size[] {
  const fragments = fragmentsIn(document);
  const known = new Map<string, Size>();

  function sizeOf({ selections }: SelectionSetNode): Size {
    const size = selections.map(sizeOfSelection).reduce(beside, NOTHING);
    return { ...size, breadth: Math.max(size.breadth, size.top) };
  }

  function sizeOfSelection(selection: SelectionNode): Size {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return sizeOfFragment(selection.name.value);
    const below = selection.selectionSet === undefined ? NOTHING : sizeOf(selection.selectionSet);
    if (selection.kind === Kind.INLINE_FRAGMENT) return below;
    return {
      fields: 1 + below.fields,
      levels: 1 + below.levels,
      aliases: (selection.alias === undefined ? 0 : 1) + below.aliases,
      top: 1,
      breadth: below.breadth,
    };
  }

  function sizeOfFragment(name: string): Size {
    const before = known.get(name);
    if (before !== undefined) return before;
    const fragment = fragments.get(name)?.selectionSet;
    known.set(name, NOTHING); // one that spreads itself is refused by validation
    const size = fragment === undefined ? NOTHING : sizeOf(fragment);
    known.set(name, size);
    return size;
  }

  return document.definitions.flatMap((each) =>
    each.kind === Kind.OPERATION_DEFINITION ? sizeOf(each.selectionSet) : [],
  );
}

const beside = (a: Size, b: Size): Size => ({
  fields: a.fields + b.fields,
  levels: Math.max(a.levels, b.levels),
  aliases: a.aliases + b.aliases,
  top: a.top + b.top,
  breadth: Math.max(a.breadth, b.breadth),
});
