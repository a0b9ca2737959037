/** Directories for the data of one test, and the embedded store in them. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { asMillis } from '../../src/presence/ids.ts';
import type { Disk } from '../../src/store/disk.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { seal } from '../../src/store/envelope.ts';
import { openLmdb } from '../../src/store/lmdb/transactions.ts';
import type { Store } from '../../src/store/store.ts';

export const openIn = (dataDir: string): Promise<Store> =>
  openEmbeddedStore({ dataDir, now: () => asMillis(Date.now()) });

/** Removed after the test. */
export async function newDataDir(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'presence-store-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Puts a sealed text into the file of a closed store, as another version of this program would. */
export async function forge(directory: string, key: string, text: string): Promise<void> {
  await alter(directory, (disk) => disk.put(key, seal(key, text)));
}

/** Opens the file of a closed store without a question asked. */
export async function alter(directory: string, change: (disk: Disk) => Promise<void>): Promise<void> {
  const disk = openLmdb(dataFile(directory));
  await change(disk);
  await disk.close();
}

export const dataFile = (directory: string): string => join(directory, 'presence.mdb');

/** Every file of a directory with its contents, by their hash. LMDB's readers are not contents. */
export async function fingerprint(directory: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((each) => each.isFile() && !each.name.endsWith('-lock')).map(({ name }) => name);
  const hashes = names.map(async (name) => [name, hashOf(await readFile(join(directory, name)))] as const);
  return Object.fromEntries(await Promise.all(hashes));
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
