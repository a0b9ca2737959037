import { expect, test } from 'vitest';
import { EMPTY_RECORD, type PresenceRecord } from '../../../src/presence/record.ts';
import type { Opened } from '../contract.ts';
import { followed, listener } from '../listener.ts';
import { connected, counted, gone, named, person } from '../samples.ts';

export function updating(opened: () => Opened): void {
  const ada = person('ada');

  test('an update answers with the record that stands then', async () => {
    const { store } = opened();
    const updated = await store.update(ada, named('Ada'));
    expect(updated).toEqual({ ...EMPTY_RECORD, name: { value: 'Ada', since: 0 }, version: updated.version });
    expect(updated.version).toBeGreaterThan(0);
  });

  test('a change is given the record that is read', async () => {
    const { store } = opened();
    const updated = await store.update(ada, named('Ada'));
    const given: PresenceRecord[] = [];
    await store.update(ada, (record) => {
      given.push(record);
      return record;
    });
    expect(given.at(-1)).toEqual(updated);
  });

  test('the version is the store’s own, whatever a change says', async () => {
    const { store } = opened();
    const first = await store.update(ada, named('Ada'));
    const second = await store.update(ada, (record) => ({ ...named('Ada L.')(record), version: EMPTY_RECORD.version }));
    expect(second.version).toBeGreaterThan(first.version);
  });

  test('returning the object it got writes nothing and tells nobody', async () => {
    const { store } = opened();
    const before = await store.update(ada, named('Ada'));
    const { told, tell, until } = listener<PresenceRecord>();
    const stop = await followed(store, ada, tell);
    expect(await store.update(ada, (record) => record)).toEqual(before);
    expect(await store.read([ada])).toEqual([before]);
    const after = await store.update(ada, named('Ada L.'));
    await until(after.version);
    expect(told).toEqual([after]);
    stop();
  });

  test('returning the object it got leaves somebody never seen as such', async () => {
    const { store } = opened();
    expect(await store.update(ada, (record) => record)).toEqual(EMPTY_RECORD);
    expect(await store.read([ada])).toEqual([EMPTY_RECORD]);
  });

  test('a change that throws passes its error on, writes nothing, tells nobody and is in nobody’s way', async () => {
    const { store } = opened();
    const before = await store.update(ada, named('Ada'));
    const { told, tell, until } = listener<PresenceRecord>();
    const stop = await followed(store, ada, tell);
    const refusal = new Error('Too many sessions.');
    const refuse = () => {
      throw refusal;
    };
    await expect(store.update(ada, refuse)).rejects.toBe(refusal);
    expect(await store.read([ada])).toEqual([before]);
    const [one, other, after] = await Promise.allSettled([
      store.update(ada, refuse),
      store.update(person('grace'), named('Grace')),
      store.update(ada, named('Ada L.')),
    ]);
    expect(one).toEqual({ status: 'rejected', reason: refusal });
    expect(other.status).toBe('fulfilled');
    if (after.status === 'rejected') throw after.reason;
    await until(after.value.version);
    expect(told).toEqual([after.value]);
    stop();
  });

  test('five hundred updates of one person at once all count, each once', async () => {
    const { store } = opened();
    const updates = await Promise.all(Array.from({ length: 500 }, () => store.update(ada, counted)));
    expect((await store.read([ada]))[0]?.name?.value).toBe('500');
    expect(new Set(updates.map(({ name }) => name?.value)).size).toBe(500);
    expect(new Set(updates.map(({ version }) => version)).size).toBe(500);
  });

  test('a hundred devices that connect and leave at once lose nobody', async () => {
    const { store } = opened();
    const ids = Array.from({ length: 100 }, (_, at) => `session:${at}`);
    await Promise.all(ids.map((id) => store.update(ada, connected(id))));
    expect((await store.read([ada]))[0]?.sessions.map(({ id }) => id).sort()).toEqual([...ids].sort());
    await Promise.all([...ids.slice(1).map((id) => store.update(ada, gone(id))), store.update(ada, counted)]);
    const [record] = await store.read([ada]);
    expect(record?.sessions.map(({ id }) => id)).toEqual(['session:0']);
    expect(record?.name?.value).toBe('1');
  });

  test('updates of a thousand people at once all stand', async () => {
    const { store } = opened();
    const people = Array.from({ length: 1_000 }, (_, at) => person(`user-${at}`, `site-${at % 7}`));
    const updated = await Promise.all(people.map((each, at) => store.update(each, named(`${at}`))));
    expect(await store.read(people)).toEqual(updated);
  });

  test('versions grow with every update, of whatever kind, and what is read never goes back', async () => {
    const { store } = opened();
    let last = 0;
    for (let round = 0; round < 30; round++) {
      const changes = [connected(`session:${round}`), counted, gone(`session:${round}`), named('Ada')];
      for (const change of changes) {
        const { version } = await store.update(ada, change);
        expect(version).toBeGreaterThan(last);
        const [read] = await store.read([ada]);
        expect(read?.version).toBe(version);
        last = version;
      }
    }
  });
}
