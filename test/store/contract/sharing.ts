import { expect, test } from 'vitest';
import { asMillis, asSiteId } from '../../../src/presence/ids.ts';
import type { PresenceRecord } from '../../../src/presence/record.ts';
import type { SiteRecord } from '../../../src/presence/site.ts';
import type { OpenedTwice } from '../contract.ts';
import { followed, listener } from '../listener.ts';
import { connected, counted, ending, gone, named, person } from '../samples.ts';

export function sharing(opened: () => OpenedTwice): void {
  const ada = person('ada');
  const acme = asSiteId('acme');

  test('what one process wrote every other reads', async () => {
    const { store, other } = opened();
    for (const change of [named('Ada'), connected('session:1'), gone('session:1')]) {
      const updated = await store.update(ada, change);
      expect(await other.read([ada])).toEqual([updated]);
    }
  });

  test('updates of one person by two processes at once all count, each once', async () => {
    const { store, other } = opened();
    const both = Array.from({ length: 400 }, (_, at) => (at % 2 === 0 ? store : other));
    const updated = await Promise.all(both.map((each) => each.update(ada, counted)));
    expect((await store.read([ada]))[0]?.name?.value).toBe('400');
    expect(new Set(updated.map(({ version }) => version)).size).toBe(400);
  });

  test('a follower is told what another process commits, in the order of the versions', async () => {
    const { store, other } = opened();
    const { tell, until } = listener<PresenceRecord>();
    const stop = await followed(store, ada, tell);
    const updated = await Promise.all(Array.from({ length: 100 }, () => other.update(ada, counted)));
    const told = await until(Math.max(...updated.map(({ version }) => version)));
    expect(told.map(({ name }) => Number(name?.value))).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    stop();
  });

  test('versions grow whoever writes', async () => {
    const { store, other } = opened();
    let last = 0;
    for (let times = 0; times < 20; times++) {
      const { version } = await (times % 2 === 0 ? store : other).update(ada, counted);
      expect(version).toBeGreaterThan(last);
      last = version;
    }
  });

  test('deadlines, counts and sites are the same for all', async () => {
    const { store, other } = opened();
    const { tell, until } = listener<SiteRecord>();
    const stop = await store.followSite(acme, tell);
    await store.update(ada, connected('session:1'));
    await other.update(person('grace'), ending(4e12));
    const site = await other.updateSite(acme, (record) => ({ ...record }));
    await until(site.version);
    await store.nodes?.adopt(); // as if the other process were gone: until then it settles whom it committed
    expect(await store.due(asMillis(4e12), 10)).toEqual({ people: [person('grace')], next: null });
    expect(await other.countOnline(acme)).toBe(1);
    expect(await store.readSite(acme)).toEqual(site);
    stop();
  });
}
