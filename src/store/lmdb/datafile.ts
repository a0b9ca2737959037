/**
 * The data directory: one LMDB file, which one process at a time has open. It comes into being whole, with its mark in
 * it, so a file that is empty, cut off or without the mark is never a new one; whatever cannot be read to the end is
 * refused and left as it is.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { endianness } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Damage } from '../damage.ts';
import type { Disk } from '../disk.ts';
import { seal, unseal } from '../envelope.ts';
import { type Lock, takeLock } from '../lock.ts';
import { StoreRefused } from '../store.ts';
import { readPages } from './pages.ts';
import { openLmdb } from './transactions.ts';

/** Called with everything that was put before; may throw Damage. */
export type Found = (key: string, bytes: Buffer) => void;

/** @throws StoreRefused when the directory cannot be used, is in use, or has a file that is not sound. */
export async function openDataFile(dataDir: string, found: Found): Promise<Disk> {
  const directory = resolve(dataDir);
  try {
    prepare(directory);
    const lock = await takeLock(directory);
    try {
      return await openLocked(directory, lock, found);
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    throw refused(directory, error);
  }
}

const MARK = 'FORMAT'; // before every other key
const FORMAT = '1';

function prepare(directory: string): void {
  // The layout in snapshot.ts and tree.ts is that of machines like this.
  if (endianness() !== 'LE' || ['arm', 'ia32'].includes(process.arch))
    throw new Error('it needs a 64-bit little-endian machine.');
  const made = mkdirSync(directory, { recursive: true, mode: 0o700 });
  accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  if (made === undefined) return;
  for (let each = directory; each.length >= made.length; each = dirname(each)) syncDirectory(dirname(each));
}

async function openLocked(directory: string, lock: Lock, found: Found): Promise<Disk> {
  const path = join(directory, 'presence.mdb');
  if (!existsSync(path)) await create(directory, path);
  accessSync(path, constants.R_OK | constants.W_OK);
  readFile(path, found);
  const disk = openLmdb(path);
  return {
    ...disk,
    async close() {
      try {
        await disk.close();
      } finally {
        await lock.release();
      }
    },
  };
}

async function create(directory: string, path: string): Promise<void> {
  const draft = `${path}.new`;
  for (const left of [draft, `${draft}-lock`]) rmSync(left, { force: true });
  const disk = openLmdb(draft);
  try {
    await disk.put(MARK, seal(MARK, FORMAT));
  } finally {
    await disk.close();
  }
  rmSync(`${draft}-lock`, { force: true });
  renameSync(draft, path);
  syncDirectory(directory);
}

/** A new name is on the disk only once its directory is. */
function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return; // which cannot open one
  const fd = openSync(directory, 'r');
  fsyncSync(fd);
  closeSync(fd);
}

function readFile(path: string, found: Found): void {
  let marked = false;
  try {
    readPages(path, (name, bytes) => {
      const key = name.toString();
      if (marked) return found(key, bytes);
      readMark(key, bytes);
      marked = true;
    });
    if (!marked) throw new Damage('is an LMDB file without the mark of this program');
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    throw new StoreRefused(
      `${path} ${error.message}. It was left as it is: put a sound copy in its place, or choose another data directory.`,
    );
  }
}

function readMark(key: string, bytes: Buffer): void {
  if (key !== MARK) throw new Damage('is the LMDB file of another program');
  const format = unseal(key, bytes);
  if (format !== FORMAT) throw new Damage(`has format ${format}, written by a newer version; this one reads ${FORMAT}`);
}

function refused(directory: string, error: unknown): StoreRefused {
  if (error instanceof StoreRefused) return error;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const why = REASONS.get(code) ?? (error instanceof Error ? error.message : String(error));
  return new StoreRefused(`The data directory ${directory} cannot be used: ${why}`, { cause: error });
}

const NOT_ALLOWED = 'this process may not read and write it.';
const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['EEXIST', 'there is a file of that name, not a directory.'],
  ['ENOTDIR', 'a part of its path is a file, not a directory.'],
  ['EACCES', NOT_ALLOWED],
  ['EPERM', NOT_ALLOWED],
  ['EROFS', 'its file system is read-only.'],
  ['ENOSPC', 'the disk is full.'],
]);
