/**
 * Which document a request means. Ordinarily it brings it along. Where the operator lists the only operations there are,
 * it names one by its hash, or brings one along that is listed, character for character, over whichever wire it came.
 */
import { apiError } from './errors.ts';

/** Documents by hash. */
export type PersistedOperations = ReadonlyMap<string, string>;

/** What a request may say of its document. */
interface Asked {
  readonly query?: unknown;
  /** As in GraphQL over HTTP's appendix on persisted documents. */
  readonly documentId?: unknown;
  /** `{ persistedQuery: { sha256Hash } }` is Apollo's way to say the same. */
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

/** The text of the document; throws PERSISTED_OPERATION_ONLY or PERSISTED_OPERATION_NOT_FOUND. */
export type TextOf = (asked: Asked) => string;

/** @param operations null: any */
export function createTextOf(operations: PersistedOperations | null): TextOf {
  if (operations === null) return ({ query }) => (typeof query === 'string' ? query : '');
  const texts = new Set(operations.values());
  return (asked) => {
    const hash = hashIn(asked);
    if (hash === null && typeof asked.query === 'string' && texts.has(asked.query)) return asked.query;
    if (hash === null) {
      const says =
        'Only persisted operations are carried out: name one as `documentId` or `extensions.persistedQuery`.';
      throw apiError('PERSISTED_OPERATION_ONLY', says);
    }
    const text = operations.get(bare(hash));
    if (text === undefined)
      throw apiError('PERSISTED_OPERATION_NOT_FOUND', 'No operation of that hash is persisted here.');
    return text;
  };
}

/** Some write `sha256:` before a hash, and some do not. */
export const bare = (hash: string): string => hash.replace(/^sha256:/, '');

function hashIn({ documentId, extensions }: Asked): string | null {
  if (typeof documentId === 'string' && documentId !== '') return documentId;
  const persisted = extensions?.persistedQuery;
  if (typeof persisted !== 'object' || persisted === null || !('sha256Hash' in persisted)) return null;
  return typeof persisted.sha256Hash === 'string' ? persisted.sha256Hash : null;
}
