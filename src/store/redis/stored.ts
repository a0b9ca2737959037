/**
 * Records as they lie in Redis, `<version>:<from>|<JSON>`, as the commit scripts write them; and what of them is lost.
 *
 * A master that hung and was replaced still carries out, when it wakes, what lies in its sockets: commits that their
 * writers gave up long ago, with versions later than those of its successor. Versions alone would take these for the
 * truth that Redis has lost. The version that a record was made from tells which of two it continues.
 */
import { asMicros, type Micros } from '../../presence/ids.ts';
import type { Versioned } from '../codec.ts';
import type { Client } from './client.ts';
import { answered } from './patience.ts';

export interface StoredOptions<Body> {
  readonly client: Client;
  /** Where the record of this name is. */
  readonly keyOf: (name: string) => string;
  /** Names of one group go in one command; on a cluster they have to be in one slot. */
  readonly groupOf: (name: string) => number;
  readonly decode: Decode<Body>;
  /** What is remembered of a name: the answer, without being read, when it is of the same version and origin. */
  readonly known?: (name: string) => Committed<Body> | undefined;
}

export type Decode<Body> = (json: string, version: string) => Body;

export interface Committed<Body> {
  readonly record: Body;
  /** The version that it was made from. */
  readonly from: Micros;
}

/** What was never written. */
export const unwritten = <Body>(record: Body): Committed<Body> => ({ record, from: asMicros(0) });

/**
 * Whether Redis had `known` once, and lost it: what stands is what it was made from, or older. Something newer than that
 * was committed without knowledge of it, and stays.
 */
export const isLost = (known: Committed<Versioned>, standing: Committed<Versioned>): boolean =>
  standing.record.version < known.record.version && standing.record.version <= known.from;

/** Whether neither continues the other: they were committed by two masters, of which one is deposed. */
export function diverge(one: Committed<Versioned>, other: Committed<Versioned>): boolean {
  const [older, newer] = one.record.version < other.record.version ? [one, other] : [other, one];
  return newer.from < older.record.version && older.record.version < newer.record.version;
}

/** The records of these names, in their order; null for one that is not there. */
export async function readStored<Body extends Versioned>(
  names: readonly string[],
  { client, keyOf, groupOf, decode, known }: StoredOptions<Body>,
): Promise<readonly (Committed<Body> | null)[]> {
  const records: (Committed<Body> | null)[] = [];
  await Promise.all(
    groups(names, groupOf).map(async (places) => {
      const values = await answered(client.mget(places.map((at) => keyOf(names[at] ?? ''))));
      places.forEach((at, index) => {
        const value = values[index] ?? null;
        records[at] = value === null ? null : parseStored(value, decode, known?.(names[at] ?? ''));
      });
    }),
  );
  return records;
}

/** '' is what was never written. `known` is the answer when it is what is stored. */
export function parseStored<Body extends Versioned>(
  value: string,
  decode: Decode<Body>,
  known?: Committed<Body>,
): Committed<Body> {
  const bar = value.indexOf('|');
  return parseStamped({ stamp: value.slice(0, Math.max(bar, 0)), json: value.slice(bar + 1) }, decode, known);
}

/** What was committed, as text; `stamp` is `<version>:<from>`. */
export interface Stamped {
  readonly stamp: string;
  readonly json: string;
}

/** `known` is the answer when it is the same. */
export function parseStamped<Body extends Versioned>(
  { stamp, json }: Stamped,
  decode: Decode<Body>,
  known?: Committed<Body>,
): Committed<Body> {
  if (known !== undefined && stamp === `${known.record.version}:${known.from}`) return known;
  const [version = '', from = ''] = stamp.split(':');
  return { record: decode(json, version), from: asMicros(Number(from)) };
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
