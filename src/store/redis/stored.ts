/** Records as they lie in Redis: `<version>|<JSON>`, as the commit scripts write them. */
import type { Client } from './client.ts';
import { answered } from './patience.ts';

export interface StoredOptions<Body> {
  readonly client: Client;
  /** Where the record of this name is. */
  readonly keyOf: (name: string) => string;
  /** Names of one group go in one command; on a cluster they have to be in one slot. */
  readonly groupOf: (name: string) => number;
  readonly decode: (json: string, version: string) => Body;
}

/** The records of these names, in their order; null for one that is not there. */
export async function readStored<Body>(
  names: readonly string[],
  { client, keyOf, groupOf, decode }: StoredOptions<Body>,
): Promise<readonly (Body | null)[]> {
  const records: (Body | null)[] = [];
  await Promise.all(
    groups(names, groupOf).map(async (places) => {
      const values = await answered(client.mget(places.map((at) => keyOf(names[at] ?? ''))));
      places.forEach((at, index) => {
        records[at] = parseStored(values[index] ?? null, decode);
      });
    }),
  );
  return records;
}

function parseStored<Body>(value: string | null, decode: (json: string, version: string) => Body): Body | null {
  if (value === null) return null;
  const bar = value.indexOf('|');
  return decode(value.slice(bar + 1), value.slice(0, bar));
}

/** The places of the names, those of one group together. */
export function groups(names: readonly string[], groupOf: (name: string) => number): readonly (readonly number[])[] {
  const found = new Map<number, number[]>();
  names.forEach((name, at) => {
    const group = groupOf(name);
    const places = found.get(group);
    if (places === undefined) found.set(group, [at]);
    else places.push(at);
  });
  return [...found.values()];
}
