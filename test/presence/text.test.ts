import { describe, expect, test } from 'vitest';
import { checkText, countGraphemes, emojiProblem, TEXT_LIMIT } from '../../src/presence/text.ts';

const FAMILY = '👨‍👩‍👧‍👦';

describe('a status text may be', () => {
  test.each<readonly [string, string]>([
    ['one letter', 'a'],
    ['120 letters', 'a'.repeat(TEXT_LIMIT)],
    ['120 families, each one character to a person', FAMILY.repeat(TEXT_LIMIT)],
    ['120 letters with three accents each', 'e\u0301\u0302\u0303'.repeat(TEXT_LIMIT)],
    ['120 flags', '🇵🇹'.repeat(TEXT_LIMIT)],
    ['right-to-left text', 'בפגישה עד שלוש'],
    ['text with direction marks', 'at\u200e 15:00\u200f'],
    ['text in an isolate', '\u2068שלום\u2069 there'],
    ['a Hindi word', 'नमस्ते'],
    ['a Persian word with a zero-width non-joiner', 'می‌خواهم'],
    ['an emoji', '🌴'],
    ['the name of an object member', '__proto__'],
    ['markup, which is text', '<b>hi</b>'],
  ])('%s', (_, text) => expect(checkText(text)).toEqual({ text }));

  test('trimmed at both ends', () => {
    expect(checkText('  In Lisbon \u00a0\n')).toEqual({ text: 'In Lisbon' });
    expect(checkText(` ${'a'.repeat(TEXT_LIMIT)} `)).toEqual({ text: 'a'.repeat(TEXT_LIMIT) });
  });
});

describe('a status text may not be', () => {
  test.each<readonly [string, string]>([
    ['empty', ''],
    ['only spaces', '   '],
    ['only exotic spaces', '\u00a0\u2003\u3000\u202f'],
    ['only line breaks', '\r\n\n'],
    ['only zero-width characters', '\u200b\u200c\u200d\u2060\ufeff'],
    ['only variation selectors', '\ufe0f\ufe0e\u{e0100}'],
    ['only tag characters', '\u{e0041}\u{e0042}'],
    ['only Hangul fillers', '\u3164\u115f\uffa0'],
    ['only blank braille', '\u2800 \u2800'],
    ['only a soft hyphen', '\u00ad'],
    ['text with a line break', 'one\ntwo'],
    ['text with a line separator', 'one\u2028two'],
    ['text with a tab', 'one\ttwo'],
    ['text with a NUL', 'one\u0000two'],
    ['text with an escape', 'one\u001b[31mtwo'],
    ['text with a C1 control', 'one\u0085two'],
    ['text with DEL', 'one\u007ftwo'],
    ['text that turns what follows backwards', 'gnp.\u202efdp'],
    ['text with an embedding', 'one\u202atwo\u202c'],
    ['half of a surrogate pair', 'one\ud83d'],
    ['the other half', '\udc4bone'],
  ])('%s', (_, text) => expect(checkText(text)).toMatchObject({ problem: { tooLong: false } }));

  test.each<readonly [string, string, number]>([
    ['121 letters', 'a'.repeat(121), 121],
    ['121 families', FAMILY.repeat(121), 121],
    ['120 letters and an emoji', `${'a'.repeat(120)}🌴`, 121],
  ])('too long: %s', (_, text, length) => expect(checkText(text)).toEqual({ problem: { tooLong: true, length } }));

  test('one character of ten thousand accents', () => {
    expect(checkText(`e${'\u0301'.repeat(10_000)}`)).toMatchObject({ problem: { tooLong: true } });
  });

  test('a megabyte, and that is found at once', () => {
    const started = performance.now();
    expect(checkText('a'.repeat(1_000_000))).toMatchObject({ problem: { tooLong: true } });
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

test('a family, a flag and an accented letter count as one character each', () => {
  expect(countGraphemes(FAMILY)).toBe(1);
  expect(countGraphemes('🇵🇹')).toBe(1);
  expect(countGraphemes('e\u0301')).toBe(1);
  expect(countGraphemes(`a${FAMILY}🇵🇹b`)).toBe(4);
});

describe('an emoji may be', () => {
  test.each<readonly [string, string]>([
    ['a palm tree', '🌴'],
    ['a heart', '❤️'],
    ['a heart without its variation selector', '❤'],
    ['a sign that is also text', '☎'],
    ['a flag', '🇵🇹'],
    ['the flag of a part of a country', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['a keycap', '1️⃣'],
    ['a keycap of a sign', '#️⃣'],
    ['a hand with a skin tone', '👋🏽'],
    ['a family', FAMILY],
    ['a profession with a skin tone', '👩🏿‍🚀'],
    ['a couple with two skin tones', '👩🏻‍🤝‍👨🏿'],
    ['a rainbow flag', '🏳️‍🌈'],
    ['a heart on fire', '❤️‍🔥'],
  ])('%s', (_, emoji) => expect(emojiProblem(emoji)).toBeNull());
});

describe('an emoji may not be', () => {
  test.each<readonly [string, string]>([
    ['empty', ''],
    ['a space', ' '],
    ['an emoji with a space', '🌴 '],
    ['two emoji', '🌴🌴'],
    ['two flags', '🇵🇹🇧🇷'],
    ['a letter', 'a'],
    ['a digit', '1'],
    ['a number sign', '#'],
    ['an emoji and a letter', '🌴a'],
    ['a shortcode', ':palm_tree:'],
    ['half a flag', '🇵'],
    ['letters of no country', '🇽🇽'],
    ['a skin tone on a palm tree', '🌴🏽'],
    ['a joiner', '\u200d'],
    ['an emoji with a joiner', '🌴\u200d'],
    ['a variation selector', '\ufe0f'],
    ['half of a surrogate pair', '\ud83c'],
    ['two lines', '🌴\n'],
    ['a keycap without its key', '\u20e3'],
  ])('%s', (_, emoji) => expect(emojiProblem(emoji)).toMatch(/exactly one emoji/));
});
