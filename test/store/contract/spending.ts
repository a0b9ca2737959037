import { expect, test } from 'vitest';
import { asMillis } from '../../../src/presence/ids.ts';
import type { Store } from '../../../src/store/store.ts';
import type { OpenedTwice } from '../contract.ts';

const WINDOW = asMillis(1_000);

function spend(store: Store, key: string, points: number) {
  if (store.spend === null) throw new Error('several processes share this store');
  return store.spend(key, points, WINDOW);
}

export function sharingSpending(opened: () => OpenedTwice): void {
  test('what all processes spent is added up by key, for one window from the first of it', async () => {
    const { store, other } = opened();
    const first = await spend(store, '["acme","ada"]', 3);
    expect(first.spent).toBe(3);
    expect(first.endsIn).toBeGreaterThan(0);
    expect(first.endsIn).toBeLessThanOrEqual(WINDOW);
    const next = await spend(other, '["acme","ada"]', 4);
    expect(next.spent).toBe(7);
    expect(next.endsIn).toBeLessThanOrEqual(first.endsIn);
    expect((await spend(other, '["acme"]', 1)).spent).toBe(1);
    await expect.poll(async () => (await spend(other, '["acme","ada"]', 0)).spent, { timeout: 3_000 }).toBe(0);
    expect((await spend(store, '["acme","ada"]', 2)).spent).toBe(2);
  });
}
