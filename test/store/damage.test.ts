import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { open } from 'lmdb';
import { beforeAll, describe, expect, test } from 'vitest';
import { personKey } from '../../src/store/key.ts';
import { StoreRefused } from '../../src/store/store.ts';
import { alter, dataFile, fingerprint, forge, newDataDir, openIn } from './data-dir.ts';
import { person } from './samples.ts';
import { changed, makeSoundFile, NAMES, pageSizeOf, readNames, withFile } from './sound-file.ts';

let sound: Buffer;
beforeAll(async () => {
  sound = await makeSoundFile();
});

test('a sound file opens', async () => {
  const directory = await withFile(sound);
  const store = await openIn(directory);
  expect(await readNames(store)).toEqual(NAMES);
  await store.close();
});

test('a sound file is not written to by opening it', async () => {
  const directory = await withFile(sound);
  await (await openIn(directory)).close();
  expect(sound.equals(await readFile(dataFile(directory)))).toBe(true);
});

describe('is refused and left as it is:', () => {
  test.each([
    ['random bytes', () => randomBytes(sound.length)],
    ['a few random bytes', () => randomBytes(10)],
    ['nothing', () => Buffer.alloc(0)],
    ['zeros', () => Buffer.alloc(sound.length)],
    ['text', () => Buffer.from('{"records":[]}\n'.repeat(1_000))],
    ['a file cut in half', () => sound.subarray(0, sound.length / 2)],
    ['a file cut after its first page', () => sound.subarray(0, pageSize())],
    ['a file cut after its first pages', () => sound.subarray(0, 2 * pageSize())],
    ['a file cut in its first page', () => sound.subarray(0, 100)],
    ['a file cut in an odd place', () => sound.subarray(0, sound.length / 2 + 1_234)],
    ['a file without its first page', () => sound.subarray(pageSize())],
    ['a file of another page size', () => altered((file) => file.writeUInt32LE(2 * pageSize(), 48))],
    ['a file of another version of LMDB', () => altered((file) => file.writeUInt32LE(1, 28))],
    [
      'a file that says it is longer',
      () => altered((file) => [0, pageSize()].map((at) => file.writeUInt32LE(9_999, at + 144))),
    ],
    ['a file whose entries are in another order', reordered],
    ['a changed byte in a record', () => replaced('Name 117', 'Name 118')],
    ['a changed byte in a name', () => replaced('user-117', 'user-11x')],
    ['a changed byte in a large record', () => replaced('A long text , the end', 'A long text , the enD')],
  ])('%s', async (_, bytes) => {
    await expectRefused(await withFile(bytes()));
  });

  test('the file of another program', async () => {
    const directory = await newDataDir();
    const db = open<string, string>({ path: dataFile(directory), noSubdir: true });
    await db.put('hello', 'world');
    await db.close();
    await expectRefused(directory, 'another program');
  });

  test('the file of another program, with named databases', async () => {
    const directory = await newDataDir();
    const db = open<string, string>({ path: dataFile(directory), noSubdir: true });
    await db.openDB<string, string>({ name: 'FORMAT' }).put('hello', 'world');
    await db.close();
    await expectRefused(directory);
  });

  test('the file of another program, before it put anything into it', async () => {
    const directory = await newDataDir();
    await open({ path: dataFile(directory), noSubdir: true }).close();
    await expectRefused(directory, 'without the mark');
  });

  test('a file of a newer version of this program', async () => {
    const directory = await withFile(sound);
    await forge(directory, 'FORMAT', '2');
    await expectRefused(directory, 'newer version');
  });

  test('a record under the name of another', async () => {
    const directory = await withFile(sound);
    await alter(directory, async (disk) => {
      const bytes = disk.get(personKey(person('user-1')));
      if (bytes !== null) await disk.put(personKey(person('user-2')), bytes);
    });
    await expectRefused(directory, 'checksum');
  });

  test('a directory in place of the file', async () => {
    const directory = await newDataDir();
    const store = await openIn(dataFile(directory));
    await store.close();
    await expect(openIn(directory)).rejects.toThrow(StoreRefused);
  });
});

async function expectRefused(directory: string, why = ''): Promise<void> {
  const before = await fingerprint(directory);
  const error = await openIn(directory).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreRefused);
  const { message } = error instanceof Error ? error : new Error('It was not refused.');
  expect(message).toContain(dataFile(directory));
  expect(message).toContain(why);
  expect(await fingerprint(directory)).toEqual(before);
}

const pageSize = (): number => pageSizeOf(sound);

function altered(change: (file: Buffer) => unknown): Buffer {
  return changed(sound, change);
}

/** The first two entries of every page of entries in each other's place. */
function reordered(): Buffer {
  return altered((file) => {
    for (let at = 2 * pageSize(); at < file.length; at += pageSize()) {
      if (file.readUInt16LE(at + 18) === 2)
        file
          .subarray(at + 24, at + 28)
          .swap16()
          .reverse();
    }
  });
}

/** Everywhere, as the file also has what was there before. */
function replaced(text: string, by: string): Buffer {
  return altered((file) => {
    for (let at = file.indexOf(text); at >= 0; at = file.indexOf(text, at + 1)) file.write(by, at);
  });
}
