/** What may stand in a status: text as people count it, and exactly one emoji. */

export const TEXT_LIMIT = 120; // graphemes: what a person counts as characters, UAX #29
const TEXT_UNITS = 4_096; // UTF-16 code units; 120 of the longest emoji fit three times

export type TextProblem =
  | { readonly tooLong: true; readonly length: number }
  | { readonly tooLong: false; readonly says: string };

/** The text trimmed, or what is wrong with it. */
export function checkText(raw: string): { readonly text: string } | { readonly problem: TextProblem } {
  const wrong = (says: string) => ({ problem: { tooLong: false, says } as const });
  if (!raw.isWellFormed()) return wrong('must be well-formed Unicode (it has half of a surrogate pair)');
  const text = raw.trim();
  if (UNSEEN.test(text)) return wrong('must have at least one visible character; leave it out to have none');
  if (CONTROL.test(text)) return wrong('must not have control characters or line breaks');
  if (text.length > TEXT_UNITS) return { problem: { tooLong: true, length: text.length } };
  if (text.length <= TEXT_LIMIT) return { text }; // no character has less than one unit
  const length = countGraphemes(text);
  return length > TEXT_LIMIT ? { problem: { tooLong: true, length } } : { text };
}

/** Why this is not one emoji, as the end of a sentence; null when it is. */
export function emojiProblem(emoji: string): string | null {
  return ONE_EMOJI.test(emoji) ? null : 'must be exactly one emoji, such as 🌴';
}

/** Why this cannot be a key, a label or a name of at most `limit` characters (code points), as the end of a sentence; null when it can. */
export function lineProblem(text: string, limit: number): string | null {
  if (!text.isWellFormed()) return 'must be well-formed Unicode (it has half of a surrogate pair)';
  if (UNSEEN.test(text)) return `must have 1 to ${limit} characters, at least one of them visible`;
  if (CONTROL.test(text)) return 'must not have control characters or line breaks';
  if (text.length > limit && [...text].length > limit) return `must have at most ${limit} characters`;
  return null;
}

/** How many characters a person sees. */
export function countGraphemes(text: string): number {
  let count = 0;
  for (const _ of SEGMENTER.segment(text)) count++;
  return count;
}

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Blank, or made only of what nobody sees. */
export const UNSEEN = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800]*$/u;
/** Controls, line and paragraph separators, and the overrides that turn the text around them backwards. */
export const CONTROL = /[\p{Cc}\u2028\u2029\u202a-\u202e]/u;
/** The sets recommended for general interchange (UTS #51); also those that are often sent without their variation selector. */
const ONE_EMOJI = /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}\uFE0F?)$/v;
