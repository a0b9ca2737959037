/** Bytes under keys in one LMDB file, on which a put is answered once it is synced. */
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { open } from 'lmdb';
import type { Disk } from '../disk.ts';
import { StoreUnavailable } from '../store.ts';

/** @param room how many bytes are free on the file's disk */
export function openLmdb(path: string, room = () => freeBytes(dirname(path))): Disk {
  const db = open<Buffer, Buffer>({
    path,
    noSubdir: true,
    encoding: 'binary',
    keyEncoding: 'binary',
    // Otherwise LMDB answers when others can see the transaction, which is before it is on the disk.
    overlappingSync: false,
    // lmdb's own batching makes a promise that nobody gets, whose rejection would end the process.
    eventTurnBatching: false,
  });
  let waiting: Put[] = [];
  let writing: Promise<void> | null = null;
  let broken = false;

  function get(key: string): Buffer | null {
    const name = Buffer.from(key);
    return name.length > LONGEST_KEY ? null : (db.getBinary(name) ?? null);
  }

  function put(key: string, bytes: Buffer | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const name = Buffer.from(key);
      // lmdb would notice in the middle of a transaction, and keep what it has of it.
      if (name.length > LONGEST_KEY)
        throw new RangeError(`A name has ${name.length} bytes; at most ${LONGEST_KEY} fit.`);
      waiting.push({ key: name, bytes, resolve, reject });
      writing ??= write();
    });
  }

  /** One transaction at a time, each with everything that was put meanwhile. Never rejects: those who wait are told. */
  async function write(): Promise<void> {
    while (waiting.length > 0) {
      await endOfTurn();
      const puts = waiting;
      waiting = [];
      const error = await commit(puts);
      for (const { resolve, reject } of puts) error === null ? resolve() : reject(error);
    }
    writing = null;
  }

  async function commit(puts: readonly Put[]): Promise<StoreUnavailable | null> {
    const obstacle = findObstacle(puts);
    if (obstacle !== null) return obstacle;
    try {
      await db.batch(() => {
        // The promise of the batch stands for all of these.
        for (const { key, bytes } of puts) void (bytes === null ? db.remove(key) : db.put(key, bytes));
      });
      return null;
    } catch (cause) {
      broken = true;
      disregardDetails(cause);
      return unavailable(path, 'could not be written', cause);
    }
  }

  /**
   * A write that fails must not get as far as LMDB: it describes it in a buffer that is too small for the description
   * (mdb_page_flush of lmdb 3.5.6), and after some failures it begins no transaction and answers nobody any more. So a
   * full disk is noticed here, and passes; after any other failure nothing is written until the file is opened anew.
   */
  function findObstacle(puts: readonly Put[]): StoreUnavailable | null {
    if (broken)
      return unavailable(path, 'cannot be written since an earlier failure; the server has to be started anew');
    const needed = puts.reduce((sum, { bytes }) => sum + 2 * (bytes?.length ?? 0) + PAGES_OF_A_PUT, LEAST_ROOM);
    try {
      return room() < needed ? unavailable(path, 'cannot be written: its disk is full') : null;
    } catch (cause) {
      return unavailable(path, 'cannot be found any more', cause);
    }
  }

  return {
    get,
    put,
    async check() {
      const obstacle = findObstacle([]);
      if (obstacle !== null) throw obstacle;
    },
    async close() {
      await writing;
      await db.close();
    },
  };
}

const LONGEST_KEY = 1_978; // bytes, of lmdb with pages of 4 kB; ids within their limits take at most 1.2 kB
const LEAST_ROOM = 16 * 2 ** 20; // bytes; with less a disk counts as full
const PAGES_OF_A_PUT = 4 * 4_096; // bytes: a new page on each level of the tree

interface Put {
  readonly key: Buffer;
  /** null: the key goes. */
  readonly bytes: Buffer | null;
  readonly resolve: () => void;
  readonly reject: (error: StoreUnavailable) => void;
}

/** Until everything has run that this turn of the event loop has under way, so that it shares a transaction. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Some file systems that live in memory do not know. */
function freeBytes(directory: string): number {
  const { blocks, bavail, bsize } = statfsSync(directory);
  return blocks === 0 ? Infinity : bavail * bsize;
}

/** lmdb's error carries a promise that rejects with the reason, which it has printed already. */
function disregardDetails(error: unknown): void {
  if (!(error instanceof Error) || !('commitError' in error)) return;
  Promise.resolve(error.commitError).catch(() => undefined);
}

const unavailable = (path: string, what: string, cause?: unknown): StoreUnavailable =>
  new StoreUnavailable(`${path} ${what}.`, { cause });
