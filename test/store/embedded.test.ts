import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asMillis } from '../../src/presence/ids.ts';
import { EMPTY_RECORD, stickyPart } from '../../src/presence/record.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { personKey } from '../../src/store/key.ts';
import { type OpenedToKeep, storeContract } from './contract.ts';
import { fingerprint, forge, newDataDir, openIn } from './data-dir.ts';
import { connected, counted, FULL, gone, named, person } from './samples.ts';

storeContract('the embedded store in a directory', { open: openInDirectory, openToKeep: openInDirectory });

storeContract('the embedded store in memory', {
  async open() {
    const store = await openIn('memory');
    return { store, close: () => store.close() };
  },
});

async function openInDirectory(): Promise<OpenedToKeep> {
  const directory = await mkdtemp(join(tmpdir(), 'presence-store-'));
  const store = await openIn(directory);
  let last = store;
  return {
    store,
    async reopen() {
      await last.close();
      last = await openIn(directory);
      return last;
    },
    async close() {
      await last.close();
      await rm(directory, { recursive: true });
    },
  };
}

const ada = person('ada');

test('memory keeps nothing and makes no directory of that name', async () => {
  const store = await openIn('memory');
  await store.update(ada, named('Ada'));
  await store.close();
  const again = await openIn('memory');
  expect(await again.read([ada])).toEqual([EMPTY_RECORD]);
  await again.close();
});

test('two stores in memory know nothing of each other', async () => {
  const [one, other] = await Promise.all([openIn('memory'), openIn('memory')]);
  await one.update(ada, named('Ada'));
  expect(await other.read([ada])).toEqual([EMPTY_RECORD]);
  await Promise.all([one.close(), other.close()]);
});

test('a restart ends every session and keeps everything else', async () => {
  const directory = await newDataDir();
  const store = await openIn(directory);
  const before = await store.update(ada, (record) => ({ ...FULL, version: record.version }));
  await store.update(ada, connected('session:3'));
  await store.close();
  const again = await openIn(directory);
  const [after] = await again.read([ada]);
  expect(after).toEqual({ ...stickyPart(before), version: after?.version });
  expect(await again.countOnline(ada.site)).toBe(0);
  await again.close();
});

test('coming, moving about and going on another device write nothing to disk; what must last does', async () => {
  const directory = await newDataDir();
  const store = await openIn(directory);
  await store.update(ada, connected('session:1'));
  const before = await fingerprint(directory);
  for (const change of [connected('session:2'), gone('session:1'), connected('session:3'), gone('session:2')]) {
    await store.update(ada, change);
  }
  await store.update(person('nobody'), (record) => record);
  expect(await fingerprint(directory)).toEqual(before);
  await store.update(ada, named('Ada'));
  expect(await fingerprint(directory)).not.toEqual(before);
  await store.close();
});

test('a record is newer after a restart than whatever was told of it before', async () => {
  const directory = await newDataDir();
  let time = 1_000;
  const open = () => openEmbeddedStore({ dataDir: directory, now: () => asMillis(time) });
  const store = await open();
  await store.update(ada, named('Ada'));
  await store.update(ada, connected('session:1'));
  time += 5;
  const { version } = await store.update(ada, connected('session:2'));
  await store.close();
  time += 1;
  const again = await open();
  expect((await again.read([ada]))[0]?.version).toBeGreaterThan(version);
  await again.close();
});

test('versions grow when the clock stands still or was set back', async () => {
  const directory = await newDataDir();
  let time = 2_000_000;
  const open = () => openEmbeddedStore({ dataDir: directory, now: () => asMillis(time) });
  const store = await open();
  const versions: number[] = [];
  for (let times = 0; times < 3; times++) versions.push((await store.update(ada, counted)).version);
  await store.close();
  time = 1_000_000;
  const again = await open();
  versions.push((await again.update(ada, counted)).version);
  expect(versions).toEqual([2e9, 2e9 + 1, 2e9 + 2, 2e9 + 3]);
  time -= 500_000;
  for (const change of [named('Grace'), connected('session:1'), gone('session:1')]) {
    expect([await again.update(person('grace'), change)]).toEqual(await again.read([person('grace')]));
  }
  await again.close();
});

test('a record from before a member was added to records has that member as an empty one has', async () => {
  const directory = await newDataDir();
  await (await openIn(directory)).close();
  const { version, claims, planned, ...older } = stickyPart(FULL);
  await forge(directory, personKey(ada), `5 ${JSON.stringify(older)}`);
  const store = await openIn(directory);
  const [record] = await store.read([ada]);
  expect(record).toEqual({ ...older, claims: [], planned: [], version: record?.version });
  await store.close();
});

test('ids that no server would let in do no harm: half a character, no character, a thousand', async () => {
  const directory = await newDataDir();
  const store = await openIn(directory);
  const people = ['\ud800', '\udfff', '\ufffd', '', 'x'.repeat(1_000)].map((user) => person(user));
  await Promise.all(people.map((each, at) => store.update(each, named(`${at}`))));
  const tooLong = person('x'.repeat(10_000));
  await expect(store.update(tooLong, named('Ada'))).rejects.toThrow(RangeError);
  await store.update(tooLong, connected('session:1')).catch(() => undefined);
  expect((await store.read(people)).map(({ name }) => name?.value)).toEqual(['0', '1', '2', '3', '4']);
  await store.close();
  const again = await openIn(directory);
  expect((await again.read(people)).map(({ name }) => name?.value)).toEqual(['0', '1', '2', '3', '4']);
  await again.update(ada, gone('session:1'));
  await again.close();
});
