import { expect, test } from 'vitest';
import { MAX_CLAIMS } from '../../src/presence/record.ts';
import { resolve } from '../../src/presence/resolve.ts';
import { at, calls, endsMeeting, happen, live, meets, opens } from './story.ts';

test('may have five hundred calls and meetings, and is refused one more', () => {
  const full = live([0, ...Array.from({ length: MAX_CLAIMS }, (_, number) => meets(60, 120, { key: `${number}` }))]);
  expect(full.claims).toHaveLength(500);
  expect(happen(full, meets(60, 120, { key: 'one more' }), 1)).toBe(full);
  expect(happen(full, meets(60, 180, { key: '7' }), 1).claims).toHaveLength(500);
  expect(happen(happen(full, endsMeeting('7'), 1), meets(60, 120, { key: 'one more' }), 1).claims).toHaveLength(500);
  expect(happen(full, meets(200, 300, { key: 'one more' }), 120).claims).toHaveLength(1);
});

test('of calls that began together the same one shows, in whatever order they are kept', () => {
  const record = live([
    0,
    opens('tab'),
    calls(0, null, { key: 'b', text: 'With Grace' }),
    calls(0, null, { key: 'a' }),
  ]);
  const turned = { ...record, claims: record.claims.toReversed() };
  expect(resolve(turned, at(0))).toEqual(resolve(record, at(0)));
});
