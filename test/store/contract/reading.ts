import { expect, test } from 'vitest';
import { EMPTY_RECORD, stickyPart } from '../../../src/presence/record.ts';
import type { Opened } from '../contract.ts';
import { connected, FULL, gone, named, person } from '../samples.ts';

export function reading(opened: () => Opened): void {
  test('somebody never seen has an empty record', async () => {
    const { store } = opened();
    expect(await store.read([person('nobody')])).toEqual([EMPTY_RECORD]);
  });

  test('asking for nobody answers nobody', async () => {
    expect(await opened().store.read([])).toEqual([]);
  });

  test('answers come in the order of the question, and as often as somebody is in it', async () => {
    const { store } = opened();
    await store.update(person('ada'), named('Ada'));
    await store.update(person('grace'), named('Grace'));
    const records = await store.read(['grace', 'nobody', 'ada', 'grace'].map((user) => person(user)));
    expect(records.map(({ name }) => name?.value)).toEqual(['Grace', undefined, 'Ada', 'Grace']);
  });

  test('a hundred people are read at once, connected and not, seen and unseen', async () => {
    const { store } = opened();
    const people = Array.from({ length: 100 }, (_, at) => person(`user-${at}`));
    await Promise.all(
      people.map(async (each, at) => {
        if (at % 3 !== 0) await store.update(each, named(`Name ${at}`));
        if (at % 3 === 2) await store.update(each, connected('session:1'));
      }),
    );
    const records = await store.read(people);
    expect(records.map(({ name }) => name?.value)).toEqual(people.map((_, at) => (at % 3 ? `Name ${at}` : undefined)));
    expect(records.map(({ sessions }) => sessions.length)).toEqual(people.map((_, at) => (at % 3 === 2 ? 1 : 0)));
  });

  test('every member of a record comes back as it was written, while the person is connected and afterwards', async () => {
    const { store } = opened();
    const ada = person('ada');
    const { version } = await store.update(ada, (record) => ({ ...FULL, version: record.version }));
    expect(await store.read([ada])).toEqual([{ ...FULL, version }]);
    const left = await store.update(ada, stickyPart);
    expect(left).toEqual({ ...stickyPart(FULL), version: left.version });
    expect(await store.read([ada])).toEqual([left]);
  });

  test('a large record comes back whole, and small again when it shrinks', async () => {
    const { store } = opened();
    const [claim] = FULL.claims;
    if (claim === undefined) throw new Error('The sample has no claim.');
    const claims = Array.from({ length: 500 }, (_, at) => ({ ...claim, key: `${at}`, text: '👩‍👩‍👧‍👦'.repeat(100) }));
    await store.update(person('ada'), (record) => ({ ...record, claims }));
    expect((await store.read([person('ada')]))[0]?.claims).toEqual(claims);
    await store.update(person('ada'), (record) => ({ ...record, claims: [claim] }));
    expect((await store.read([person('ada')]))[0]?.claims).toEqual([claim]);
  });

  test('an update that resolved is seen by whoever reads then', async () => {
    const { store } = opened();
    for (let round = 0; round < 50; round++) {
      const who = person(`user-${round % 3}`);
      for (const change of [named(`${round}`), connected('session:1'), gone('session:1')]) {
        expect([await store.update(who, change)]).toEqual(await store.read([who]));
      }
    }
  });

  test.each([
    ['colons between site and user', ['a:b', 'c'], ['a', 'b:c']],
    ['quotes and commas', ['a","b', 'c'], ['a', 'b","c']],
    ['a backslash before a quote', ['a\\', '"b'], ['a\\"', 'b']],
    ['braces', ['{a}', 'b'], ['a', '{b}']],
    ['zero bytes', ['a\0b', 'c'], ['a', 'b\0c']],
    ['letter case', ['a', 'Ada'], ['a', 'ada']],
    ['how an accent is written', ['a', 'Zo\u00eb'], ['a', 'Zoe\u0308']],
    ['an invisible character', ['a', 'ada'], ['a', 'ada\u200d']],
    ['nothing but the site', ['__proto__', 'constructor'], ['constructor', '__proto__']],
    ['a space at the end', ['a', 'b '], ['a', 'b']],
    ['what looks like a number', ['1', '01'], ['1', '1']],
  ] as const)('ids are told apart by %s', async (_, one, two) => {
    const { store } = opened();
    const [first, second] = [person(one[1], one[0]), person(two[1], two[0])];
    await store.update(first, named('first'));
    expect(await store.read([second])).toEqual([EMPTY_RECORD]);
    await store.update(second, named('second'));
    const names = (await store.read([first, second])).map(({ name }) => name?.value);
    expect(names).toEqual(['first', 'second']);
  });

  test('ids of any script, and as long as ids may be, are ids', async () => {
    const { store } = opened();
    const users = ['👩🏽‍🚀'.repeat(32), '"'.repeat(128), '𝒜'.repeat(128), 'عبد الله', '田中'];
    const people = users.map((user) => person(user, '\\'.repeat(64)));
    await Promise.all(people.map((each, at) => store.update(each, named(`${at}`))));
    const records = await store.read(people);
    expect(records.map(({ name }) => name?.value)).toEqual(users.map((_, at) => `${at}`));
  });
}
