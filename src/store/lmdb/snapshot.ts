/**
 * The beginning of an LMDB file: two pages, written in turn, each of which says where the file of one transaction
 * begins. The layout is that of `MDB_meta` and `MDB_db` in mdb.c of lmdb 3.5: data version 2, 64 bit, little-endian.
 */
import { readSync } from 'node:fs';
import { Damage } from '../damage.ts';
import { HEADER, type Tree, u64 } from './tree.ts';

/** The file as one transaction left it. */
export interface Snapshot {
  readonly pageSize: number;
  readonly transaction: number;
  readonly lastPage: number;
  /** Lists the pages that nothing lies on. */
  readonly free: Tree;
  readonly main: Tree;
}

/** What the last transaction left. @throws Damage when the file does not begin as LMDB has it. */
export function readSnapshot(fd: number): Snapshot {
  const first = readMeta(fd, 0, 0);
  const second = readMeta(fd, first.pageSize, 1);
  const [newer, older] = first.transaction >= second.transaction ? [first, second] : [second, first];
  // With a damaged number LMDB would go on from the last transaction but one. The roots tell who is newer.
  if (newer.pageSize !== older.pageSize || ageOfRoot(fd, newer) < ageOfRoot(fd, older)) throw new Damage(BEGINNING);
  return newer;
}

export function read(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  if (readSync(fd, bytes, 0, length, at) < length) throw new Damage('is shorter than it should be: it was cut off');
  return bytes;
}

const BEGINNING = 'has a damaged beginning';
const META = 8; // page flag
const META_END = 160; // bytes; what follows is of no interest
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;

function readMeta(fd: number, at: number, number: number): Snapshot {
  const page = read(fd, at, META_END);
  if (page.readUInt32LE(HEADER) !== MAGIC) throw new Damage('is not an LMDB file, or has a damaged beginning');
  const version = page.readUInt32LE(28) & 0xffff;
  if (version !== DATA_VERSION) throw new Damage(`is of LMDB's data version ${version}, not ${DATA_VERSION}`);
  const snapshot = {
    pageSize: page.readUInt32LE(48),
    transaction: u64(page, 152),
    lastPage: u64(page, 144),
    free: readTree(page, 48),
    main: readTree(page, 96),
  };
  const isMeta = u64(page, 0) === number && page.readUInt16LE(18) === META;
  const inTurn = snapshot.transaction === 0 || snapshot.transaction % 2 === number;
  if (!isMeta || !inTurn || !isPageSize(snapshot.pageSize) || !isPlain(page)) throw new Damage(BEGINNING);
  return snapshot;
}

const NO_ROOT = 0xffff_ffff_ffff_ffffn;

function readTree(page: Buffer, at: number): Tree {
  return {
    depth: page.readUInt16LE(at + 6),
    branches: u64(page, at + 8),
    leaves: u64(page, at + 16),
    bigPages: u64(page, at + 24),
    entries: u64(page, at + 32),
    root: page.readBigUInt64LE(at + 40) === NO_ROOT ? null : u64(page, at + 40),
  };
}

const isPageSize = (size: number): boolean => size >= 512 && size <= 65_536 && (size & (size - 1)) === 0;

const INTEGER_KEYS = 0x8;
const HARMLESS = 0x5000; // how a file was opened: by its own name, with overlapping syncs

/** Whether keys are ordered as this program has them; the flags of the free pages' tree are also those of the file. */
function isPlain(page: Buffer): boolean {
  const [free, main] = [page.readUInt16LE(52), page.readUInt16LE(100)];
  return (free & ~HARMLESS) === INTEGER_KEYS && main === 0 && page.readUInt32LE(96) === 0;
}

/** The transaction that wrote it. */
function ageOfRoot(fd: number, { main, pageSize }: Snapshot): number {
  return main.root === null ? 0 : u64(read(fd, main.root * pageSize, HEADER), 8);
}
