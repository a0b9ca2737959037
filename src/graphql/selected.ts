/** The selections of an operation as functions (selection.ts), made once for each answer that its conditions can have. */
import { type DocumentNode, type GraphQLSchema, type OperationDefinitionNode, visit } from 'graphql';
import type { Variables } from './arguments.ts';
import { fragmentsIn } from './fragments.ts';
import type { Complete, Run, Scope } from './selection.ts';

/** What an operation asks for; `variables` are as coerced. The same object as long as its conditions have the same answers. */
export type Selected<Made> = (variables: Variables) => Made;

interface Operation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

const MOST_CONDITIONS = 4; // variables in `@skip` and `@include`, each of which may double what is kept

/** null: it is not to be done in this way. */
export function createSelected<Made>(
  schema: GraphQLSchema,
  { document, operation }: Operation,
  make: (operation: OperationDefinitionNode, scope: Scope) => Made,
): Selected<Made | null> {
  const fragments = fragmentsIn(document);
  const conditions = conditionsIn(document);
  const known = new Map<string, Made | null>();

  return (variables) => {
    if (conditions.length > MOST_CONDITIONS) return null;
    const key = conditions.map((name) => `${variables[name]}`).join();
    let made = known.get(key);
    if (made === undefined) {
      made = attempt(() => make(operation, { schema, fragments, variables }));
      known.set(key, made);
    }
    return made;
  };
}

/** The variables that decide what is selected; all of them are Booleans. */
function conditionsIn(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  const note = { Variable: ({ name }: { readonly name: { readonly value: string } }) => void names.add(name.value) };
  visit(document, { Directive: (directive) => void visit(directive, note) });
  return [...names];
}

/** Whatever is wrong, graphql-js finds it again and says so. */
function attempt<Made>(make: () => Made): Made | null {
  try {
    return make();
  } catch {
    return null;
  }
}

/** The data of a value; null, at once or later: graphql-js is to make it. */
export function complete<Made>(
  make: Complete<Made>,
  value: unknown,
  given: Omit<Run, 'pending'>,
): Made | Promise<Made | null> | null {
  const run: Run = { ...given, pending: [] };
  return attempt(() => {
    const data = make(value, run);
    return run.pending.length === 0 ? data : settled(data, run);
  });
}

async function settled<Made>(data: Made, run: Run): Promise<Made | null> {
  try {
    while (run.pending.length > 0) await Promise.all(run.pending.splice(0));
    return data;
  } catch {
    return null;
  }
}
