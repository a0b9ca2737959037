/** Documents as callers send them: parsed and validated once, whichever wire they come by. */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { DEFAULT_LIMITS, type Limits } from '../hub/limits.ts';
import type { Variables } from './arguments.ts';
import { type Cost, costOf, costWith } from './cost.ts';
import { apiError, documentError } from './errors.ts';
import { type SizeLimits, sizeProblem } from './size.ts';
import { unconditionalRoot } from './unconditional-root.ts';

interface Prepared {
  /** null: it does not parse, or costs too much with these variables. */
  readonly document: DocumentNode | null;
  /** For the caller; empty when it can be executed. */
  readonly errors: readonly GraphQLError[];
}

/** Never throws. The same text gives the same document, as long as it is remembered. */
export type Prepare = (text: string, variables?: Variables | null) => Prepared;

export interface DocumentRules {
  readonly limits: SizeLimits & Pick<Limits, 'tokens' | 'cost'>;
  /** Whether the schema may be asked for. */
  readonly introspection: boolean;
}

export const USUAL_RULES: DocumentRules = { limits: DEFAULT_LIMITS, introspection: true };

interface Known extends Prepared {
  readonly cost: Cost;
}

const RULES = [...specifiedRules, unconditionalRoot];
const REMEMBERED = 1_048_576; // characters of documents, of which one costs about 30 bytes once it is parsed
const LONGEST = 65_536; // characters of a document that is remembered

/** The document used longest ago is forgotten first. */
export function createPrepare(schema: GraphQLSchema, rules: DocumentRules = USUAL_RULES): Prepare {
  const known = new LRUCache<string, Known>({
    maxSize: REMEMBERED,
    maxEntrySize: LONGEST,
    sizeCalculation: (_, text) => text.length + 1, // none is of size 0
  });

  function find(text: string): Known {
    const before = known.get(text);
    if (before !== undefined) return before;
    const prepared = prepare(schema, text, rules);
    known.set(text, prepared);
    return prepared;
  }

  return (text, variables) => {
    const found = find(text);
    if (typeof found.cost === 'number') return found;
    const problem = costProblem(costWith(found.cost, variables ?? {}), rules.limits.cost);
    return problem === null ? found : { document: null, errors: [apiError('QUERY_TOO_COMPLEX', problem)] };
  };
}

function prepare(schema: GraphQLSchema, text: string, { limits, introspection }: DocumentRules): Known {
  try {
    const document = parse(text, { maxTokens: limits.tokens });
    const tooLarge = sizeProblem(document, limits);
    if (tooLarge !== null) return tooComplex(document, tooLarge);
    const rules = introspection ? RULES : [...RULES, NoSchemaIntrospectionCustomRule];
    const errors = validate(schema, document, rules, { hideSuggestions: !introspection });
    if (errors.length > 0) {
      return { document, errors: errors.map((error) => documentError(error, 'GRAPHQL_VALIDATION_FAILED')), cost: 0 };
    }
    const cost = costOf(schema, document);
    const tooMuch = typeof cost === 'number' ? costProblem(cost, limits.cost) : null;
    return tooMuch === null ? { document, errors: [], cost } : tooComplex(document, tooMuch);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const tooLong = / contains more tha[nt] \d+ tokens\b/.test(error.message); // graphql says it in no other way
    const says = `A document may have at most ${limits.tokens} words and signs.`;
    const refusal = tooLong ? apiError('QUERY_TOO_COMPLEX', says) : documentError(error, 'GRAPHQL_PARSE_FAILED');
    return { document: null, errors: [refusal], cost: 0 };
  }
}

const tooComplex = (document: DocumentNode, says: string): Known => ({
  document,
  errors: [apiError('QUERY_TOO_COMPLEX', says)],
  cost: 0,
});

function costProblem(cost: number, most: number): string | null {
  if (cost <= most) return null;
  return `An answer may have at most ${most} fields, lists counted as long as they may be; this may have ${cost}. Ask for shorter pages.`;
}
