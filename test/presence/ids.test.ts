import { describe, expect, test } from 'vitest';
import { ID_PREFIXES, SITE_ID_LIMIT, siteIdProblem, USER_ID_LIMIT, userIdProblem } from '../../src/presence/ids.ts';

describe('a user id may be', () => {
  test.each<readonly [string, string]>([
    ['one character', 'a'],
    ['128 characters', 'a'.repeat(USER_ID_LIMIT)],
    ['128 emoji', '🌴'.repeat(USER_ID_LIMIT)],
    ['a number', '42'],
    ['a UUID', '7f2c1b9e-6a8e-4c53-9a43-1f0f0c6f2f11'],
    ['an e-mail address', 'ada@example.org'],
    ['a path of an identity provider', 'auth0|5f7c8ec7c33c6c004bbafe82'],
    ['a URN', 'urn:user:7'],
    ['what a glob or a key could trip over', '{*}?[a]:~'],
    ['not Latin', 'אדה'],
    ['the word before another type’s prefix', 'session'],
    ['a prefix in other letters', 'Session:1'],
    ['a prefix further in', 'my-room:1'],
  ])('%s', (_, id) => expect(userIdProblem(id)).toBeNull());
});

describe('a user id may not be', () => {
  test.each<readonly [string, string, RegExp]>([
    ['empty', '', /1 to 128 characters/],
    ['only spaces', '  ', /1 to 128 characters/],
    ['129 characters', 'a'.repeat(USER_ID_LIMIT + 1), /at most 128 characters/],
    ['129 emoji', '🌴'.repeat(USER_ID_LIMIT + 1), /at most 128 characters/],
    ['with a NUL', 'a\u0000b', /control/],
    ['with a line break', 'a\nb', /control/],
    ['with DEL', 'a\u007f', /control/],
    ['with a C1 control', 'a\u0085', /control/],
    ['with a line separator', 'a\u2028', /control/],
    ['with half of a surrogate pair', 'a\ud83c', /well-formed/],
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'].map(
      (name) => [`the object member ${name}`, name, /member/] as const,
    ),
  ])('%s', (_, id, problem) => expect(userIdProblem(id)).toMatch(problem));

  test.each(ID_PREFIXES)('with the prefix %s of another type', (prefix) => {
    expect(userIdProblem(prefix)).toContain(prefix);
    expect(userIdProblem(`${prefix}ada`)).toContain(prefix);
  });

  test('a megabyte, and that is found at once', () => {
    const started = performance.now();
    expect(userIdProblem('a'.repeat(1_000_000))).toMatch(/at most/);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('a site id', () => {
  test.each(['default', 'acme.example', 'a'.repeat(SITE_ID_LIMIT)])('may be %s', (id) =>
    expect(siteIdProblem(id)).toBeNull(),
  );
  test.each(['', ' ', 'a'.repeat(SITE_ID_LIMIT + 1), 'a\u0000b', 'a\ud800'])('may not be %j', (id) =>
    expect(siteIdProblem(id)).not.toBeNull(),
  );
});
