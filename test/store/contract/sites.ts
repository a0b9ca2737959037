import { expect, test } from 'vitest';
import { asCustomStatusId, asMillis, asSiteId } from '../../../src/presence/ids.ts';
import { EMPTY_RECORD } from '../../../src/presence/record.ts';
import { EMPTY_SITE, putCustomStatus, type SiteRecord } from '../../../src/presence/site.ts';
import type { Opened } from '../contract.ts';
import { listener } from '../listener.ts';
import { named, person, type SiteChange } from '../samples.ts';

export function sites(opened: () => Opened): void {
  const acme = asSiteId('acme');

  const offering =
    (id: string): SiteChange =>
    (site) =>
      putCustomStatus(site, {
        id: asCustomStatusId(`customStatus:${id}`),
        name: `Lunch "${id}" 🍜`,
        emoji: '🍜',
        availability: 'AWAY',
      });
  const idleAfter =
    (seconds: number): SiteChange =>
    (site) => ({ ...site, settings: { ...site.settings, idleTimeout: asMillis(seconds * 1_000) } });

  test('a site that nobody changed has the empty record', async () => {
    expect(await opened().store.readSite(acme)).toEqual(EMPTY_SITE);
  });

  test('an update answers with what stands, and reading does too', async () => {
    const { store } = opened();
    const first = await store.updateSite(acme, offering('1'));
    const second = await store.updateSite(acme, idleAfter(90));
    expect(second.settings.idleTimeout).toBe(90_000);
    expect(second.customStatuses).toEqual(first.customStatuses);
    expect(second.version).toBeGreaterThan(first.version);
    expect(await store.readSite(acme)).toEqual(second);
  });

  test('updates made at once all count', async () => {
    const { store } = opened();
    const ids = Array.from({ length: 100 }, (_, at) => String(at).padStart(3, '0'));
    const updated = await Promise.all(ids.map((id) => store.updateSite(acme, offering(id))));
    const { customStatuses } = await store.readSite(acme);
    expect(customStatuses.map(({ id }) => id).sort()).toEqual(ids.map((id) => `customStatus:${id}`));
    expect(new Set(updated.map(({ version }) => version)).size).toBe(100);
  });

  test('a follower is told every change, once, in order, and nothing after stopping', async () => {
    const { store } = opened();
    const [followed, other] = [listener<SiteRecord>(), listener<SiteRecord>()];
    const stop = await store.followSite(acme, followed.tell);
    const stopOther = await store.followSite(acme, other.tell);
    const updated = [await store.updateSite(acme, idleAfter(60)), await store.updateSite(acme, offering('1'))];
    await followed.until(updated[1]?.version ?? 0);
    stop();
    const last = await store.updateSite(acme, idleAfter(61));
    await other.until(last.version);
    expect(followed.told).toEqual(updated);
    expect(other.told).toEqual([...updated, last]);
    stopOther();
  });

  test('the same object or a throw writes nothing and tells nobody', async () => {
    const { store } = opened();
    const before = await store.updateSite(acme, idleAfter(60));
    const { told, tell, until } = listener<SiteRecord>();
    const stop = await store.followSite(acme, tell);
    expect(await store.updateSite(acme, (site) => site)).toEqual(before);
    const refusal = new Error('Too many statuses.');
    const refused = store.updateSite(acme, () => {
      throw refusal;
    });
    await expect(refused).rejects.toBe(refusal);
    expect(await store.readSite(acme)).toEqual(before);
    const after = await store.updateSite(acme, idleAfter(61));
    await until(after.version);
    expect(told).toEqual([after]);
    stop();
  });

  test('sites know nothing of each other, nor of people with their names', async () => {
    const { store } = opened();
    const { told, tell, until } = listener<SiteRecord>();
    const stop = await store.followSite(acme, tell);
    await store.updateSite(asSiteId('acme '), idleAfter(61));
    await store.updateSite(asSiteId('Acme'), idleAfter(62));
    await store.update(person('acme', 'acme'), named('a person'));
    await store.update(person('', 'acme'), named('a person'));
    expect(await store.readSite(acme)).toEqual(EMPTY_SITE);
    const updated = await store.updateSite(acme, idleAfter(63));
    await until(updated.version);
    expect(told).toEqual([updated]);
    expect((await store.readSite(asSiteId('acme '))).settings.idleTimeout).toBe(61_000);
    expect(await store.read([person('idle', 'Acme')])).toEqual([EMPTY_RECORD]);
    stop();
  });
}
