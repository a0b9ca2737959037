import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY_CHANNEL, isMember, matches, upsertChannel } from '../../src/presence/channel.ts';
import { asMicros, asUserId } from '../../src/presence/ids.ts';
import type { JsonObject } from '../../src/presence/record.ts';
import { EMPTY_SITE, hasPresence, setTypePresence } from '../../src/presence/site.ts';

const users = (...names: readonly string[]) => names.map(asUserId);
const written = (members: readonly string[], custom: JsonObject | null = null) => ({
  version: asMicros(1),
  members: users(...members),
  custom,
});

describe('a channel', () => {
  test('has each member once, in the order they were named', () => {
    const { members } = upsertChannel(EMPTY_CHANNEL, { members: users('c', 'a', 'c', 'b', 'a') });
    expect(members).toEqual(['c', 'a', 'b']);
    expect(isMember(written(['c', 'a']), asUserId('a'))).toBe(true);
    expect(isMember(written(['c', 'a']), asUserId('A'))).toBe(false);
  });

  test('keeps what is not said, and lets members and fields be replaced whole', () => {
    const channel = written(['a', 'b'], { topic: 'x', open: true });
    expect(upsertChannel(channel, { members: users('c') })).toEqual({ ...channel, members: ['c'] });
    expect(upsertChannel(channel, { custom: { topic: 'y' } })).toEqual({ ...channel, custom: { topic: 'y' } });
    expect(upsertChannel(channel, { members: [], custom: {} })).toEqual({ ...channel, members: [], custom: {} });
  });

  test('stays the same object when nothing changes', () => {
    const channel = written(['a', 'b'], { topic: 'x', more: [1, { deep: null }] });
    expect(upsertChannel(channel, {})).toBe(channel);
    expect(upsertChannel(channel, { members: users('a', 'b', 'a') })).toBe(channel);
    expect(upsertChannel(channel, { custom: { more: [1, { deep: null }], topic: 'x' } })).toBe(channel);
    expect(upsertChannel(channel, { members: users('b', 'a') })).not.toBe(channel);
  });

  test('comes into being even when nothing is said of it', () => {
    expect(upsertChannel(EMPTY_CHANNEL, {})).not.toBe(EMPTY_CHANNEL);
  });
});

const CUSTOM: JsonObject = JSON.parse(
  '{ "topic": "x", "open": true, "level": 0, "none": null, "tags": ["a", "b"], "place": { "floor": 2, "room": "2.1" }, "__proto__": 5 }',
);

describe('a filter', () => {
  test.each<readonly [boolean, string]>([
    [true, '{}'],
    [true, '{ "topic": "x" }'],
    [true, '{ "level": 0, "open": true }'],
    [true, '{ "none": null }'],
    [true, '{ "tags": ["a", "b"] }'],
    [true, '{ "place": { "room": "2.1", "floor": 2 } }'],
    [true, '{ "__proto__": 5 }'],
    [false, '{ "topic": "X" }'],
    [false, '{ "topic": "x", "open": false }'],
    [false, '{ "open": "true" }'],
    [false, '{ "level": "0" }'],
    [false, '{ "level": null }'],
    [false, '{ "other": null }'],
    [false, '{ "tags": ["b", "a"] }'],
    [false, '{ "tags": ["a"] }'],
    [false, '{ "tags": "a" }'],
    [false, '{ "place": { "floor": 2 } }'],
    [false, '{ "place": {} }'],
    [false, '{ "constructor": null }'],
    [false, '{ "toString": {} }'],
  ])('finds (%j) by %s', (found, filter) => {
    expect(matches(CUSTOM, JSON.parse(filter))).toBe(found);
  });

  test('finds a channel without fields only when it asks for none', () => {
    expect(matches(null, {})).toBe(true);
    expect(matches(null, { topic: null })).toBe(false);
  });

  test('finds a channel by any of its own fields, and not when one of them is another', () => {
    fc.assert(
      fc.property(fields, fields, fc.func(fc.boolean()), (custom, others, picks) => {
        const some = Object.fromEntries(Object.entries(custom).filter(([name]) => picks(name)));
        const filter: JsonObject = JSON.parse(JSON.stringify(some));
        expect(matches(custom, filter)).toBe(true);
        const wanted = { ...filter, ...others };
        const agrees = Object.keys(others).every(
          (name) => name in custom && sorted(others[name]) === sorted(custom[name]),
        );
        expect(matches(custom, wanted)).toBe(agrees);
      }),
    );
  });
});

/** JSON as it comes out of a message; few names and values, so that they often meet. */
const fields: fc.Arbitrary<JsonObject> = fc
  .dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.oneof(fc.constantFrom(0, 1, '1', null, true), fc.jsonValue({ maxDepth: 2 })),
  )
  .map((value) => JSON.parse(JSON.stringify(value)));

/** The same text for equal values, whatever the order of their fields. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}:${sorted(each)}`)
    .sort()
    .join()}}`;
}

describe('presence of a type of channel', () => {
  test('is on until it is switched off, type by type', () => {
    const site = setTypePresence(EMPTY_SITE, 'team', false);
    expect([hasPresence(EMPTY_SITE, 'team'), hasPresence(site, 'team'), hasPresence(site, 'Team')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(hasPresence(setTypePresence(site, 'team', true), 'team')).toBe(true);
  });

  test('is the same object when nothing changes', () => {
    const site = setTypePresence(EMPTY_SITE, 'team', false);
    expect(setTypePresence(site, 'team', false)).toBe(site);
    expect(setTypePresence(EMPTY_SITE, 'team', true)).toBe(EMPTY_SITE);
  });
});
