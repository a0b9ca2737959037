/** The file of a store, and whether everything that was put into it is there. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asSiteId } from '../../src/presence/ids.ts';
import { stickyPart } from '../../src/presence/record.ts';
import type { Store } from '../../src/store/store.ts';
import { dataFile, newDataDir, openIn } from './data-dir.ts';
import { FULL, named, person } from './samples.ts';

export const people = Array.from({ length: 200 }, (_, at) => person(`user-${at}`));
export const NAMES = people.map((_, at) => `Name ${at}`);

export const readNames = async (store: Store): Promise<readonly (string | undefined)[]> =>
  (await store.read(people)).map(({ name }) => name?.value);

/** It has pages of every kind: a tree of two levels, large values, and free pages from updates. */
export async function makeSoundFile(): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'presence-store-'));
  const store = await openIn(directory);
  await fill(store);
  await store.close();
  const file = await readFile(dataFile(directory));
  await rm(directory, { recursive: true });
  return file;
}

async function fill(store: Store): Promise<void> {
  for (let round = 0; round < 4; round++) {
    await Promise.all(people.map((each) => store.update(each, (r) => stickyPart({ ...FULL, version: r.version }))));
  }
  const text = 'A long text '.repeat(2_000);
  for (const long of [`${text}, once`, `${text}, the end`]) {
    const line = { text: long, emoji: null, customStatusId: null, expiresAt: null };
    await Promise.all(people.slice(0, 5).map((each) => store.update(each, (record) => ({ ...record, line }))));
  }
  await store.updateSite(asSiteId('acme'), (site) => ({ ...site }));
  await Promise.all(people.map((each, at) => store.update(each, named(`Name ${at}`))));
}

/** A data directory with this file, removed after the test. */
export async function withFile(bytes: Buffer): Promise<string> {
  const directory = await newDataDir();
  await writeFile(dataFile(directory), bytes);
  return directory;
}

export const pageSizeOf = (file: Buffer): number => file.readUInt32LE(48);

/** A copy with something changed. */
export function changed(file: Buffer, change: (copy: Buffer) => unknown): Buffer {
  const copy = Buffer.from(file);
  change(copy);
  return copy;
}
