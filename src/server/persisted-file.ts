/**
 * The file of the only operations there are, in one of the shapes that tools write: documents by hash (GraphQL Code
 * Generator, Relay), or Apollo's manifest.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { bare, type PersistedOperations } from '../graphql/persisted.ts';
import { ConfigError } from './config.ts';

const MANIFEST = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  operations: z.array(z.object({ id: z.string(), body: z.string() })),
});
const BY_HASH = z.record(z.string(), z.string());

const FILE = z
  .union([
    MANIFEST.transform(({ operations }) => operations.map(({ id, body }) => [id, body] as const)),
    BY_HASH.transform((documents) => Object.entries(documents)),
  ])
  .transform((entries): PersistedOperations => new Map(entries.map(([hash, text]) => [bare(hash), text])));

/** null for none. @throws {ConfigError} */
export async function readPersistedOperations(path: string | null): Promise<PersistedOperations | null> {
  if (path === null) return null;
  const refused = (says: string) =>
    new ConfigError([`PRESENCE_PERSISTED_OPERATIONS is ${JSON.stringify(path)}. ${says}`]);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw refused(`It cannot be read (${error.code ?? error.message}).`);
  });
  const { data } = FILE.safeParse(parsed(text));
  if (data === undefined) {
    throw refused('Allowed: a JSON object of documents by their hashes, or a manifest of Apollo.');
  }
  return data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
