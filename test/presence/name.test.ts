import { describe, expect, test } from 'vitest';
import { asMillis } from '../../src/presence/ids.ts';
import { nameProblem } from '../../src/presence/name.ts';
import { type Deed, live } from './story.ts';

describe('a name may be', () => {
  test.each([
    'Ada',
    'Ada Lovelace',
    'María José',
    '山田 太郎',
    'אדה',
    '🌴',
    'a'.repeat(256),
    '🌴'.repeat(256),
    '__proto__',
  ])('%s', (name) => expect(nameProblem(name)).toBeNull());
});

describe('a name may not be', () => {
  test.each<readonly [string, string]>([
    ['empty', ''],
    ['only spaces', ' \u00a0'],
    ['only zero-width characters', '\u200b\u200d'],
    ['257 characters', 'a'.repeat(257)],
    ['257 emoji', '🌴'.repeat(257)],
    ['with a line break', 'Ada\nGrace'],
    ['with a NUL', 'Ada\u0000'],
    ['with a bidirectional override', '\u202eadA'],
    ['with half of a surrogate pair', 'Ada\ud83c'],
  ])('%s', (_, name) => expect(nameProblem(name)).not.toBeNull());
});

describe('the name that others see', () => {
  const named =
    (value: string, since: number): Deed =>
    () => ({ type: 'name', value, since: asMillis(since) });
  const nameAfter = (...deeds: readonly Deed[]) => live([0, ...deeds]).name?.value ?? null;

  test('is none until one is given', () => expect(nameAfter()).toBeNull());
  test('is the one that was issued last', () => expect(nameAfter(named('Ada', 1), named('Grace', 2))).toBe('Grace'));
  test('is not taken back by an older token', () =>
    expect(nameAfter(named('Grace', 2), named('Ada', 1))).toBe('Grace'));
  test('of one moment is the one told last', () => expect(nameAfter(named('Ada', 1), named('Grace', 1))).toBe('Grace'));
});
