import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asMillis } from '../../../src/presence/ids.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Opened } from '../contract.ts';
import { connected, ending, gone, person } from '../samples.ts';

export function deadlines(opened: () => Opened): void {
  const due = async (store: Store, now: number, limit = 100) => {
    const { people, next } = await store.due(asMillis(now), limit);
    return { users: people.map(({ user }) => user), next };
  };

  test('nobody is due where nobody is', async () => {
    expect(await due(opened().store, 4e12)).toEqual({ users: [], next: null });
  });

  test('who is due comes earliest first, at the very moment and not before', async () => {
    const { store } = opened();
    for (const [user, at] of [
      ['c', 300],
      ['a', 100],
      ['d', 400],
      ['b', 200],
    ] as const) {
      await store.update(person(user), ending(4e12 + at));
    }
    expect(await due(store, 4e12)).toEqual({ users: [], next: 4e12 + 100 });
    expect(await due(store, 4e12 + 99)).toEqual({ users: [], next: 4e12 + 100 });
    expect(await due(store, 4e12 + 100)).toEqual({ users: ['a'], next: 4e12 + 200 });
    expect(await due(store, 4e12 + 399)).toEqual({ users: ['a', 'b', 'c'], next: 4e12 + 400 });
    expect(await due(store, 5e12)).toEqual({ users: ['a', 'b', 'c', 'd'], next: null });
  });

  test('at most as many come as are asked for, the earliest of them; the next deadline is still the one after now', async () => {
    const { store } = opened();
    const users = Array.from({ length: 50 }, (_, at) => `user-${at}`);
    await Promise.all(users.map((user, at) => store.update(person(user), ending(4e12 + at))));
    expect(await due(store, 4e12 + 39, 7)).toEqual({ users: users.slice(0, 7), next: 4e12 + 40 });
    expect(await due(store, 4e12 + 39, 40)).toEqual({ users: users.slice(0, 40), next: 4e12 + 40 });
    expect(await due(store, 4e12 + 49, 1)).toEqual({ users: ['user-0'], next: null });
  });

  test('people of all sites are due together, and come with their site', async () => {
    const { store } = opened();
    await store.update(person('c', 'a:b'), ending(4e12 + 1));
    await store.update(person('b:c', 'a'), ending(4e12 + 2));
    const { people } = await store.due(asMillis(5e12), 10);
    expect(people).toEqual([person('c', 'a:b'), person('b:c', 'a')]);
  });

  test('being asked changes nothing: somebody is due until their record says otherwise', async () => {
    const { store } = opened();
    await store.update(person('ada'), ending(4e12));
    for (let times = 0; times < 3; times++) expect((await due(store, 5e12)).users).toEqual(['ada']);
    await store.update(person('ada'), ending(6e12));
    expect(await due(store, 5e12)).toEqual({ users: [], next: 6e12 });
    await store.update(person('ada'), ending(4e12 + 1));
    expect((await due(store, 5e12)).users).toEqual(['ada']);
    await store.update(person('ada'), (record) => ({ ...record, line: null }));
    expect(await due(store, 5e12)).toEqual({ users: [], next: null });
  });

  test('the earliest of everything in a record counts, sessions too', async () => {
    const { store } = opened();
    await store.update(person('ada'), ending(4e12 + 500));
    await store.update(person('ada'), connected('session:1', { endsAt: asMillis(4e12 + 100) }));
    expect((await due(store, 4e12)).next).toBe(4e12 + 100);
    await store.update(person('ada'), gone('session:1'));
    expect((await due(store, 4e12)).next).toBe(4e12 + 500);
  });

  test('whatever was set and set again, who is due is who should be', async () => {
    const { store } = opened();
    const step = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.option(fc.integer({ min: 0, max: 20 })));
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer({ min: -1, max: 21 }), async (steps, now) => {
        const begin = 4e12 - 1_000 * ++round;
        const expected = new Map<string, number>();
        for (const [user, at] of steps) {
          const clear = { line: null };
          await store.update(person(`user-${user}`), (r) => (at === null ? { ...r, ...clear } : ending(begin + at)(r)));
          if (at === null) expected.delete(`user-${user}`);
          else expected.set(`user-${user}`, begin + at);
        }
        const found = await due(store, begin + now);
        const times = found.users.map((user) => expected.get(user));
        expect(times).toEqual([...times].sort());
        const past = [...expected].filter(([, at]) => at <= begin + now).map(([user]) => user);
        expect([...found.users].sort()).toEqual(past.sort());
        const later = [...expected.values()].filter((at) => at > begin + now);
        expect(found.next).toBe(later.length === 0 ? null : Math.min(...later));
        for (const user of expected.keys()) await store.update(person(user), (r) => ({ ...r, line: null }));
      }),
      { numRuns: 30 },
    );
  });
}
