/** What a person may be called, by their token or by the application's backend. */
import { CONTROL, UNSEEN } from './text.ts';

const NAME_LIMIT = 256; // characters (code points)

/** Why this (trimmed) cannot be a person's name, as the end of a sentence that begins with the field's name; null when it can. */
export function nameProblem(name: string): string | null {
  if (!name.isWellFormed()) return 'must be well-formed Unicode (it has half of a surrogate pair)';
  if (UNSEEN.test(name)) return 'must have at least one visible character';
  if (CONTROL.test(name)) return 'must not have control characters or line breaks';
  if (name.length > NAME_LIMIT && [...name].length > NAME_LIMIT) return `must have at most ${NAME_LIMIT} characters`;
  return null;
}
