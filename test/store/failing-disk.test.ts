import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { PubSub } from 'graphql-subscriptions';
import { expect, test } from 'vitest';
import { asMicros, asMillis } from '../../src/presence/ids.ts';
import { EMPTY_RECORD, type PresenceRecord } from '../../src/presence/record.ts';
import { createAgenda } from '../../src/store/agenda.ts';
import { type Disk, memoryDisk } from '../../src/store/disk.ts';
import { createPeople, type People } from '../../src/store/embedded-people.ts';
import { readSnapshot } from '../../src/store/lmdb/snapshot.ts';
import { openLmdb } from '../../src/store/lmdb/transactions.ts';
import { createStoreCounts } from '../../src/store/stats.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { dataFile, newDataDir, openIn } from './data-dir.ts';
import { followed } from './listener.ts';
import { connected, counted, ending, named, person } from './samples.ts';

const ada = person('ada');

test('a change that could not be written is seen by nobody, and is in nobody’s way', async () => {
  const { people, fail } = openPeople();
  const told: PresenceRecord[] = [];
  const before = await people.update(ada, named('Ada'));
  await followed(people, ada, (record) => told.push(record));
  fail(true);
  const lost = await Promise.allSettled([people.update(ada, ending(4e12)), people.update(ada, (record) => record)]);
  // The second saw what the first made, so it may not stand either.
  expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(people.read(ada)).toEqual(before);
  expect(people.due(asMillis(5e12), 10).people).toEqual([]);
  fail(false);
  const after = await people.update(ada, named('Ada L.'));
  expect(told).toEqual([after]);
  expect(after.line).toBeNull();
});

test('who only comes or moves about needs no disk', async () => {
  const { people, fail } = openPeople();
  await people.update(ada, connected('session:1'));
  fail(true);
  await people.update(ada, connected('session:2'));
  await expect(people.update(ada, counted)).rejects.toThrow(StoreUnavailable);
  expect(people.read(ada)).toMatchObject({ name: null, sessions: [{ id: 'session:1' }, { id: 'session:2' }] });
  expect(people.countOnline(ada.site)).toBe(1);
});

test('a full disk is noticed before it is written to, and passes', async () => {
  const path = dataFile(await newDataDir());
  let free = Infinity;
  const disk = openLmdb(path, () => free);
  await disk.put('a', Buffer.from('before'));
  free = 1e6;
  await expect(disk.put('a', Buffer.from('meanwhile'))).rejects.toThrow(StoreUnavailable);
  await expect(disk.check()).rejects.toThrow('its disk is full');
  expect(String(disk.get('a'))).toBe('before');
  free = 1e9;
  await disk.check();
  await disk.put('a', Buffer.from('after'));
  expect(String(disk.get('a'))).toBe('after');
  free = 50e6;
  await expect(disk.put('b', Buffer.alloc(20e6))).rejects.toThrow(StoreUnavailable);
  await disk.close();
});

test('a directory that was removed under a running server is noticed', async () => {
  const directory = await newDataDir();
  const store = await openIn(directory);
  await rm(directory, { recursive: true });
  await expect(store.check()).rejects.toThrow(StoreUnavailable);
  await expect(store.update(ada, counted)).rejects.toThrow(StoreUnavailable);
  expect(await store.read([ada])).toEqual([EMPTY_RECORD]);
  await store.close();
});

test('whatever is put in one turn of the event loop shares one transaction', async () => {
  const path = dataFile(await newDataDir());
  const disk = openLmdb(path);
  await disk.put('first', Buffer.from('value'));
  const before = transactionOf(path);
  await Promise.all(
    Array.from({ length: 1_000 }, async (_, at) => {
      for (let steps = 0; steps < at % 10; steps++) await undefined;
      await disk.put(`key ${at}`, Buffer.from('value'));
    }),
  );
  expect(transactionOf(path)).toBe(before + 1);
  await disk.close();
});

function openPeople(): { readonly people: People; readonly fail: (failing: boolean) => void } {
  let failing = false;
  const memory = memoryDisk();
  const disk: Disk = {
    ...memory,
    put: (key, bytes) => (failing ? Promise.reject(new StoreUnavailable('The disk is full.')) : memory.put(key, bytes)),
  };
  const people = createPeople({
    disk,
    engine: new PubSub(),
    deadlines: createAgenda(),
    now: () => asMillis(Date.now()),
    opened: asMicros(1),
    counts: createStoreCounts(),
  });
  return {
    people,
    fail(now) {
      failing = now;
    },
  };
}

function transactionOf(path: string): number {
  const fd = openSync(path, 'r');
  const { transaction } = readSnapshot(fd);
  closeSync(fd);
  return transaction;
}
