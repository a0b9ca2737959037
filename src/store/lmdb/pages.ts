/**
 * Reads an LMDB file page by page, without LMDB. LMDB trusts the pages that it maps: a damaged file ends the process
 * (SIGBUS, SIGSEGV) or quietly gives wrong answers, and by then it may have been written to. So everything that can
 * be reached is read here first. What the values say is for their owner to judge.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { Damage } from '../damage.ts';
import { read, readSnapshot, type Snapshot } from './snapshot.ts';
import { type PageFile, u64, type Visit, walkTree } from './tree.ts';

/**
 * Calls `visit` with every entry, in the order of the keys.
 * @throws Damage at the first thing that is not as LMDB leaves it; and whatever `visit` throws.
 */
export function readPages(path: string, visit: Visit): void {
  const fd = openSync(path, 'r');
  try {
    const snapshot = readSnapshot(fd);
    const file = openPages(fd, snapshot);
    walkTree(file, snapshot.main, Buffer.compare, visit);
    const free: Run[] = [];
    walkTree(file, snapshot.free, byNumber, (_, list) => {
      for (const run of readRuns(list)) free.push(run);
    });
    file.checkFree(free);
  } finally {
    closeSync(fd);
  }
}

interface Pages extends PageFile {
  /** @throws Damage when something lies on a page that is said to be free, or a page is missing that is not. */
  checkFree(runs: readonly Run[]): void;
}

function openPages(fd: number, { pageSize, lastPage, transaction }: Snapshot): Pages {
  const present = Math.ceil(fstatSync(fd).size / pageSize);
  const taken = new Uint8Array(present);
  const exists = (first: number, count: number) => first >= 2 && count >= 1 && first + count - 1 <= lastPage;
  const areTaken = (first: number, count: number) => taken.subarray(first, first + count).includes(1);

  function take(first: number, count: number): Buffer {
    if (!exists(first, count) || areTaken(first, count)) throw new Damage(`has a page in two places (${first})`);
    if (first + count > present) throw new Damage(CUT_OFF);
    const page = read(fd, first * pageSize, count * pageSize);
    if (u64(page, 0) !== first || u64(page, 8) > transaction) throw new Damage(`has a damaged page (${first})`);
    taken.fill(1, first, first + count);
    return page;
  }

  function checkFree(runs: readonly Run[]): void {
    let missing = lastPage + 1 - present;
    let end = 0;
    for (const [first, count] of runs.toSorted(([a], [b]) => a - b)) {
      // LMDB would write over what lies there, or give a page that is listed twice to two owners.
      if (first < end || !exists(first, count) || areTaken(first, count)) throw new Damage(FREE_PAGES);
      end = first + count;
      missing -= Math.max(0, end - Math.max(first, present));
    }
    // LMDB lets a file end before its last page, when nothing was ever written to the pages at its end.
    if (missing > 0) throw new Damage(CUT_OFF);
  }

  return { take, checkFree };
}

const CUT_OFF = 'is shorter than it should be: it was cut off';
const FREE_PAGES = 'has a damaged list of free pages';

type Run = readonly [first: number, count: number];

/** A list is its length, then page numbers; -n before a number means n pages from there on, 0 is a gap. */
function* readRuns(list: Buffer): Generator<Run> {
  const words = Array.from({ length: Math.floor(list.length / 8) }, (_, at) => Number(list.readBigInt64LE(at * 8)));
  const [length = -1, ...rest] = words;
  if (length < 0 || length > rest.length) throw new Damage(FREE_PAGES);
  let count = 0;
  for (const word of rest.slice(0, length)) {
    if (count > 0 && word <= 0) throw new Damage(FREE_PAGES);
    if (word > 0) yield [word, count || 1];
    count = word < 0 ? -word : 0;
  }
}

function byNumber(a: Buffer, b: Buffer): number {
  if (a.length !== 8 || b.length !== 8) throw new Damage(FREE_PAGES);
  return u64(a, 0) - u64(b, 0);
}
