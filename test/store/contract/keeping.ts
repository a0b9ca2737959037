import { expect, test } from 'vitest';
import { asMillis, asSiteId } from '../../../src/presence/ids.ts';
import { stickyPart } from '../../../src/presence/record.ts';
import type { OpenedToKeep } from '../contract.ts';
import { counted, ending, FULL, person } from '../samples.ts';

export function keeping(opened: () => OpenedToKeep): void {
  const ada = person('ada');

  test('everything but sessions is there after a restart', async () => {
    const { store, reopen } = opened();
    const { version } = await store.update(ada, (record) => ({ ...FULL, version: record.version }));
    const [read] = await (await reopen()).read([ada]);
    expect(read && { ...stickyPart(read), version }).toEqual({ ...stickyPart(FULL), version });
  });

  test('versions go on growing after a restart', async () => {
    const { store, reopen } = opened();
    let { version } = await store.update(ada, counted);
    let again = store;
    for (let times = 0; times < 3; times++) {
      again = await reopen();
      const [read] = await again.read([ada]);
      expect(read?.version).toBeGreaterThanOrEqual(version);
      const updated = await again.update(ada, counted);
      expect(updated.version).toBeGreaterThan(version);
      version = updated.version;
    }
    expect((await again.read([ada]))[0]?.name?.value).toBe('4');
  });

  test('who was due is due after a restart', async () => {
    const { store, reopen } = opened();
    await store.update(person('b'), ending(4e12 + 2));
    await store.update(person('a'), ending(4e12 + 1));
    await store.update(person('c'), ending(4e12 + 3));
    await store.update(person('c'), (record) => ({ ...record, line: null }));
    const again = await reopen();
    expect(await again.due(asMillis(4e12 + 1), 10)).toEqual({ people: [person('a')], next: 4e12 + 2 });
    expect(await again.due(asMillis(5e12), 10)).toEqual({ people: [person('a'), person('b')], next: null });
  });

  test('settings and custom statuses are there after a restart', async () => {
    const { store, reopen } = opened();
    const site = asSiteId('acme');
    const updated = await store.updateSite(site, (record) => ({
      ...record,
      settings: { allowInvisible: false, allowStatusText: false, idleTimeout: asMillis(90_000), connectionCap: 3 },
      service: { enabled: false, reason: 'Switched off by an administrator.' },
    }));
    expect(await (await reopen()).readSite(site)).toEqual(updated);
  });
}
