import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Store, StoreRefused } from '../../src/store/store.ts';
import { fingerprint, openIn } from './data-dir.ts';
import { ending } from './samples.ts';
import { changed, makeSoundFile, NAMES, pageSizeOf, people, readNames, withFile } from './sound-file.ts';

test('whatever happens to a file, it is refused, or everything is there and can be changed', {
  timeout: 60_000,
}, async () => {
  const sound = await makeSoundFile();
  let [refused, opened] = [0, 0];
  await fc.assert(
    fc.asyncProperty(harmTo(sound), async ({ bytes }) => {
      const directory = await withFile(bytes());
      const before = await fingerprint(directory);
      const store = await openIn(directory).catch((error: unknown) => {
        expect(error).toBeInstanceOf(StoreRefused);
        return null;
      });
      if (store === null) {
        refused++;
        expect(await fingerprint(directory)).toEqual(before);
      } else {
        opened++;
        await expectToWork(directory, store);
      }
      await rm(directory, { recursive: true });
    }),
    { numRuns: 100 },
  );
  expect(Math.min(refused, opened)).toBeGreaterThan(10);
});

/** One thing that goes wrong with the file, in words and as what is left of it. */
interface Harm {
  readonly says: string;
  readonly bytes: () => Buffer;
}

function harmTo(sound: Buffer): fc.Arbitrary<Harm> {
  const size = pageSizeOf(sound);
  const altered = (change: (file: Buffer) => unknown) => changed(sound, change);
  const place = fc.nat(sound.length - 1);
  const page = fc.nat(sound.length / size - 1);
  const byte = fc.nat(255);
  const set = (at: number, to: number): Harm => ({
    says: `byte ${at % size} of page ${Math.floor(at / size)} is ${to}`,
    bytes: () => altered((file) => file.writeUInt8(to, at)),
  });
  return fc.oneof(
    fc.tuple(place, byte).map(([at, to]) => set(at, to)),
    fc.tuple(page, fc.nat(190), byte).map(([at, more, to]) => set(at * size + more, to)),
    fc.tuple(fc.nat(1), fc.nat(170), byte).map(([at, more, to]) => set(at * size + more, to)),
    fc.tuple(page, page).map(([from, to]) => ({
      says: `page ${from} is also in place of page ${to}`,
      bytes: () => altered((file) => file.copy(file, to * size, from * size, (from + 1) * size)),
    })),
    fc.tuple(page, byte).map(([at, to]) => ({
      says: `page ${at} is full of ${to}`,
      bytes: () => altered((file) => file.fill(to, at * size, (at + 1) * size)),
    })),
    place.map((at) => ({ says: `it ends after ${at} bytes`, bytes: () => sound.subarray(0, at) })),
  );
}

async function expectToWork(directory: string, store: Store): Promise<void> {
  expect(await readNames(store)).toEqual(NAMES);
  await Promise.all(people.map((each) => store.update(each, ending(4e12))));
  await store.close();
  const again = await openIn(directory);
  expect(await readNames(again)).toEqual(NAMES);
  await again.close();
}
