import { expect, test } from 'vitest';
import { asMillis, asNodeId, asSiteId } from '../../../src/presence/ids.ts';
import { StoreUnavailable } from '../../../src/store/store.ts';
import type { Opened } from '../contract.ts';
import { followed } from '../listener.ts';
import { connected, counted, person } from '../samples.ts';

export function closing(opened: () => Opened): void {
  const ada = person('ada');

  test('a store that works says so', async () => {
    await expect(opened().store.check()).resolves.toBeUndefined();
  });

  test('closing waits for what is under way', async () => {
    const { store } = opened();
    const updates = Array.from({ length: 100 }, (_, at) => store.update(person(`user-${at % 10}`), counted));
    await Promise.all([store.close(), ...updates]);
    const records = await Promise.all(updates);
    expect(records.filter(({ name }) => name?.value === '10')).toHaveLength(10);
  });

  test('closing again does no harm, at once and later', async () => {
    const { store } = opened();
    await Promise.all([store.close(), store.close()]);
    await store.close();
  });

  test('stopping to follow after the end does no harm', async () => {
    const { store } = opened();
    const stop = await followed(store, ada, () => {});
    await store.close();
    stop();
  });

  test('a closed store makes nothing up', async () => {
    const { store } = opened();
    await store.update(ada, connected('session:1'));
    await store.close();
    const site = asSiteId('acme');
    const channel = { site, type: 'team', key: '7' };
    const answers = await Promise.allSettled([
      store.read([ada]),
      store.update(ada, counted),
      store.due(asMillis(0), 1),
      followed(store, ada, () => {}),
      store.countOnline(site),
      store.readText(ada, 'a'),
      store.writeText(ada, 'a', 'b'),
      store.readSite(site),
      store.updateSite(site, (record) => ({ ...record })),
      store.followSite(site, () => {}),
      store.countConnections(site, { node: asNodeId('node'), count: 1, lifetime: asMillis(1_000) }),
      store.readChannel(channel),
      store.updateChannel(channel, (record) => ({ ...record })),
      store.followChannel(channel, () => {}),
      store.channelsOf(ada),
      store.check(),
    ]);
    for (const answer of answers) {
      expect(answer).toEqual({ status: 'rejected', reason: expect.any(StoreUnavailable) });
    }
  });
}
