/** Documents as callers send them: parsed and validated once, whichever wire they come by. */
import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { apiError, documentError } from './errors.ts';
import { MOST_TOKENS, sizeProblem } from './size.ts';

interface Prepared {
  /** null: it does not parse. */
  readonly document: DocumentNode | null;
  /** For the caller; empty when it can be executed. */
  readonly errors: readonly GraphQLError[];
}

/** Never throws. The same text gives the same document, as long as it is remembered. */
export type Prepare = (text: string) => Prepared;

const REMEMBERED = 1_048_576; // characters of documents, of which one costs about 30 bytes once it is parsed
const LONGEST = 65_536; // characters of a document that is remembered

/** The document used longest ago is forgotten first. */
export function createPrepare(schema: GraphQLSchema): Prepare {
  const known = new Map<string, Prepared>();
  let size = 0;

  function remember(text: string, prepared: Prepared): void {
    known.set(text, prepared);
    size += text.length;
    for (const oldest of known.keys()) {
      if (size <= REMEMBERED) return;
      known.delete(oldest);
      size -= oldest.length;
    }
  }

  return (text) => {
    const before = known.get(text);
    if (before !== undefined) {
      known.delete(text);
      known.set(text, before);
      return before;
    }
    const prepared = prepare(schema, text);
    if (text.length <= LONGEST) remember(text, prepared);
    return prepared;
  };
}

function prepare(schema: GraphQLSchema, text: string): Prepared {
  try {
    const document = parse(text, { maxTokens: MOST_TOKENS });
    const problem = sizeProblem(document);
    if (problem !== null) return { document, errors: [apiError('QUERY_TOO_COMPLEX', problem)] };
    const errors = validate(schema, document);
    return { document, errors: errors.map((error) => documentError(error, 'GRAPHQL_VALIDATION_FAILED')) };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { document: null, errors: [documentError(error, 'GRAPHQL_PARSE_FAILED')] };
  }
}
