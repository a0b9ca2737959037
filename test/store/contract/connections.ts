import { expect, test } from 'vitest';
import { asMillis, asNodeId, asSiteId } from '../../../src/presence/ids.ts';
import type { Connections, Store } from '../../../src/store/store.ts';
import type { Opened, OpenedTwice } from '../contract.ts';

const acme = asSiteId('acme');
const LONG = 60_000; // ms

const has = (count: number, lifetime = LONG, node = 'node'): Connections => ({
  node: asNodeId(node),
  count,
  lifetime: asMillis(lifetime),
});

const sum = async (store: Store, mine: Connections, site = acme): Promise<number> =>
  (await store.countConnections(site, mine)).connections;

export function connections(opened: () => Opened): void {
  test('a process that is alone has as many as it says, the newest number counting', async () => {
    const { store } = opened();
    const counts: number[] = [];
    for (const count of [0, 3, 12, 1, 0]) counts.push(await sum(store, has(count)));
    expect(counts).toEqual([0, 3, 12, 1, 0]);
  });

  test('whoever has just said its number was heard of just now', async () => {
    expect(await opened().store.countConnections(acme, has(3))).toEqual({ connections: 3, age: 0 });
  });

  test('every site has a number of its own', async () => {
    const { store } = opened();
    await sum(store, has(3));
    expect(await sum(store, has(0), asSiteId('acme '))).toBe(0);
    expect(await sum(store, has(2), asSiteId('__proto__'))).toBe(2);
    expect(await sum(store, has(3))).toBe(3);
  });
}

export function sharingConnections(opened: () => OpenedTwice): void {
  test('those of all processes are added up, and each takes back only its own', async () => {
    const { store, other } = opened();
    await sum(store, has(3, LONG, 'a'));
    expect(await sum(other, has(4, LONG, 'b'))).toBe(7);
    expect(await sum(store, has(5, LONG, 'a'))).toBe(9);
    expect(await sum(store, has(0, LONG, 'a'))).toBe(4);
    expect(await sum(other, has(0, LONG, 'b'))).toBe(0);
  });

  test('what a process said counts for as long as it said, and no longer', async () => {
    const { store, other } = opened();
    await sum(other, has(4, LONG, 'b'));
    expect(await sum(other, has(3, 400, 'a'))).toBe(7);
    await expect.poll(() => sum(store, has(0, LONG, 'c'))).toBe(4);
    expect(await sum(other, has(3, 400, 'a'))).toBe(7);
  });

  test('says how long ago the process heard of least recently said its number', async () => {
    const { store, other } = opened();
    const age = async () => (await store.countConnections(acme, has(1, LONG, 'a'))).age;
    await sum(other, has(4, LONG, 'b'));
    await expect.poll(age).toBeGreaterThan(200);
    await sum(other, has(4, LONG, 'b'));
    expect(await age()).toBeLessThan(200);
  });
}
