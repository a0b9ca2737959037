import { expect, test } from 'vitest';
import { asMillis, asSiteId } from '../../../src/presence/ids.ts';
import type { Opened } from '../contract.ts';
import { type Change, connected, gone, named, person } from '../samples.ts';

export function counting(opened: () => Opened): void {
  const ada = person('ada');
  const acme = asSiteId('acme');

  const picked =
    (availability: 'AWAY' | 'BUSY' | 'OFFLINE'): Change =>
    (record) => ({ ...record, pick: { availability, startsAt: asMillis(0), expiresAt: null } });
  const hidden =
    (invisible: boolean): Change =>
    (record) => ({ ...record, invisible });

  test('nobody is online on a site without people', async () => {
    expect(await opened().store.countOnline(acme)).toBe(0);
  });

  test('a person counts once however many devices are connected, and until the last is gone', async () => {
    const { store } = opened();
    const counts: number[] = [];
    for (const change of [named('Ada'), connected('a'), connected('b'), gone('a'), gone('b'), connected('c')]) {
      await store.update(ada, change);
      counts.push(await store.countOnline(acme));
    }
    expect(counts).toEqual([0, 1, 1, 1, 0, 1]);
  });

  test('away and busy people count, those who are hidden do not', async () => {
    const { store } = opened();
    const counts: number[] = [];
    const changes = [
      connected('a'),
      picked('AWAY'),
      picked('BUSY'),
      hidden(true),
      hidden(false),
      picked('OFFLINE'),
      picked('BUSY'),
    ];
    for (const change of changes) {
      await store.update(ada, change);
      counts.push(await store.countOnline(acme));
    }
    expect(counts).toEqual([1, 1, 1, 0, 1, 0, 1]);
  });

  test('every site has a count of its own', async () => {
    const { store } = opened();
    await Promise.all([
      store.update(person('c', 'a:b'), connected('1')),
      store.update(person('d', 'a:b'), connected('2')),
      store.update(person('b:c', 'a'), connected('3')),
      store.update(person('x', '__proto__'), connected('4')),
    ]);
    const sites = ['a:b', 'a', '__proto__', 'b', 'constructor', '*', ''];
    expect(await Promise.all(sites.map((site) => store.countOnline(asSiteId(site))))).toEqual([2, 1, 1, 0, 0, 0, 0]);
  });

  test('the count is right after a thousand people came and half of them left at once', async () => {
    const { store } = opened();
    const people = Array.from({ length: 1_000 }, (_, at) => person(`user-${at}`));
    await Promise.all(people.map((each) => store.update(each, connected('a'))));
    expect(await store.countOnline(acme)).toBe(1_000);
    await Promise.all(people.slice(0, 500).map((each) => store.update(each, gone('a'))));
    expect(await store.countOnline(acme)).toBe(500);
  });

  test('those online are listed once each, page by page, whoever comes and goes meanwhile', async () => {
    const { store } = opened();
    const people = Array.from({ length: 300 }, (_, at) => person(`user-${at}`));
    await Promise.all(people.map((each) => store.update(each, connected('a'))));
    await store.update(person('elsewhere', 'other'), connected('a'));
    const [first, ...more] = [await store.listOnline(acme, null, 50)];
    expect([first?.length, more]).toEqual([50, []]);
    const last = first?.at(-1);
    if (last === undefined) throw new Error('nobody is listed');
    await store.update(person(last), gone('a'));
    await store.update(person('late'), connected('a'));
    const listed = [...(first ?? [])];
    for (let page = await store.listOnline(acme, last, 70); page.length > 0; ) {
      listed.push(...page);
      page = await store.listOnline(acme, page.at(-1) ?? null, 70);
    }
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed.filter((user) => user !== 'late').sort()).toEqual(people.map(({ user }) => user).sort());
    expect(await store.listOnline(asSiteId('nowhere'), null, 50)).toEqual([]);
  });
}
