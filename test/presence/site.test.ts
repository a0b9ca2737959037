import { describe, expect, test } from 'vitest';
import { asCustomStatusId } from '../../src/presence/ids.ts';
import type { Availability } from '../../src/presence/record.ts';
import {
  type CustomStatus,
  EMPTY_SITE,
  findCustomStatus,
  putCustomStatus,
  removeCustomStatus,
  searchCustomStatuses,
} from '../../src/presence/site.ts';

const offered = (id: string, name: string, availability: Availability = 'BUSY'): CustomStatus => ({
  id: asCustomStatusId(id),
  name,
  emoji: null,
  availability,
});
const site = ['On stage', 'Lunch', 'École', 'On the road']
  .map((name, index) => offered(`customStatus:${index}`, name))
  .reduce(putCustomStatus, EMPTY_SITE);
const names = (search: string): readonly string[] => searchCustomStatuses(site, search).map(({ name }) => name);

describe('the statuses that a site offers', () => {
  test('are none at first', () => expect(searchCustomStatuses(EMPTY_SITE, '')).toEqual([]));

  test.each<readonly [string, readonly string[]]>([
    ['', ['École', 'Lunch', 'On stage', 'On the road']],
    ['on', ['On stage', 'On the road']],
    ['  LUNCH ', ['Lunch']],
    ['the r', ['On the road']],
    ['école', ['École']],
    ['.*', []],
  ])('are found by %j, in the order of their names', (search, found) => expect(names(search)).toEqual(found));

  test('are found by their id and by nothing else', () => {
    expect(findCustomStatus(site, 'customStatus:1')?.name).toBe('Lunch');
    expect(findCustomStatus(site, 'Lunch')).toBeNull();
    expect(findCustomStatus(site, '__proto__')).toBeNull();
  });

  test('change in their place', () => {
    const changed = putCustomStatus(site, offered('customStatus:1', 'Late lunch', 'AWAY'));
    expect(changed.customStatuses.map(({ name }) => name)).toEqual(['On stage', 'Late lunch', 'École', 'On the road']);
    expect(findCustomStatus(site, 'customStatus:1')?.name).toBe('Lunch');
  });

  test('can be taken back', () => {
    const left = removeCustomStatus(site, asCustomStatusId('customStatus:1'));
    expect(findCustomStatus(left, 'customStatus:1')).toBeNull();
    expect(left.customStatuses).toHaveLength(3);
  });

  test('stay the same object when nothing changes', () => {
    expect(putCustomStatus(site, offered('customStatus:1', 'Lunch'))).toBe(site);
    expect(removeCustomStatus(site, asCustomStatusId('customStatus:9'))).toBe(site);
  });

  test('of one name are told apart by their ids, whatever order they were made in', () => {
    const twice = [offered('customStatus:b', 'Same'), offered('customStatus:a', 'Same')];
    for (const order of [twice, twice.toReversed()]) {
      const found = searchCustomStatuses(order.reduce(putCustomStatus, EMPTY_SITE), 'same');
      expect(found.map(({ id }) => id)).toEqual(['customStatus:a', 'customStatus:b']);
    }
  });
});
