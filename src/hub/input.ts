/** What callers may say, checked once at the hub's door, so that no way in is without the checks. Null and left out mean the same. */
import { asMillis, asUserId, type Millis, type UserId, userIdProblem } from '../presence/ids.ts';
import type { StatusLine } from '../presence/record.ts';
import { checkText, emojiProblem, lineProblem, TEXT_LIMIT } from '../presence/text.ts';
import { badInput, Refusal } from './refusal.ts';

export interface StatusWords {
  readonly text?: string | null | undefined;
  readonly emoji?: string | null | undefined;
}

/** The status line that these words make, null when there are none. `path` leads to the field names, such as `status.`. */
export function statusLine(words: StatusWords, path = ''): Omit<StatusLine, 'expiresAt'> | null {
  const text = words.text == null ? null : statusText(words.text, `${path}text`);
  const emoji = words.emoji == null ? null : oneEmoji(words.emoji, `${path}emoji`);
  return text === null && emoji === null ? null : { text, emoji, customStatusId: null };
}

/** The same where there must be words: `field` names the whole. */
export function someStatusLine(words: StatusWords, field: string): Omit<StatusLine, 'expiresAt'> {
  const line = statusLine(words, `${field}.`);
  if (line === null) throw badInput(field, 'must have a text or an emoji');
  return line;
}

export function statusText(raw: string, field: string): string {
  const checked = checkText(raw);
  if ('text' in checked) return checked.text;
  const { problem } = checked;
  if (!problem.tooLong) throw badInput(field, problem.says);
  throw new Refusal(
    'STATUS_TEXT_TOO_LONG',
    `${field} must have at most ${TEXT_LIMIT} characters; this has ${problem.length}.`,
    {
      field,
      limit: TEXT_LIMIT,
    },
  );
}

export function oneEmoji(emoji: string, field: string): string {
  const problem = emojiProblem(emoji);
  if (problem !== null) throw badInput(field, problem);
  return emoji;
}

export function userId(raw: string, field: string): UserId {
  const problem = userIdProblem(raw);
  if (problem !== null) throw badInput(field, problem);
  return asUserId(raw);
}

/** A key, a label or a type: 1 to `limit` characters. */
export function line(raw: string, limit: number, field: string): string {
  const problem = lineProblem(raw, limit);
  if (problem !== null) throw badInput(field, problem);
  return raw;
}

const MOST_MENTIONS = 10; // times the limit, repetitions included

type LimitCode = 'WATCH_LIMIT_EXCEEDED' | 'USER_LIMIT_EXCEEDED';

/** Each of at most `limit` users once, in the order of their first mention. */
export function limitedUserIds(
  ids: readonly string[],
  field: string,
  code: LimitCode,
  limit: number,
): readonly UserId[] {
  const distinct = [...new Set(ids)];
  if (distinct.length > limit) throw tooManyUsers(code, limit, distinct.length, field);
  // Naming somebody twice is allowed; naming them a hundred thousand times would be answered as often.
  if (ids.length > limit * MOST_MENTIONS) throw tooManyUsers(code, limit, ids.length, field);
  return distinct.map((id) => {
    const problem = userIdProblem(id);
    if (problem !== null) throw badInput(`${field}[${ids.indexOf(id)}]`, problem);
    return asUserId(id);
  });
}

export function tooManyUsers(code: LimitCode, limit: number, requested: number, field: string): Refusal {
  return new Refusal(code, `${field} may name at most ${limit} users at once; this names ${requested}.`, {
    field,
    limit,
    requested,
  });
}

const FURTHEST = 10; // years ahead
const AT_ONCE_FOR_GOOD = { startsAt: null, expiresAt: null } as const;

/** `startsAt` is null when it is now or past. `expiresAt` must lie in the future, after the start, and within ten years. */
export function period(
  said: { readonly startsAt?: Date | null | undefined; readonly expiresAt?: Date | null | undefined },
  now: Millis,
): { readonly startsAt: Millis | null; readonly expiresAt: Millis | null } {
  if (said.startsAt == null && said.expiresAt == null) return AT_ONCE_FOR_GOOD;
  const furthest = new Date(now);
  furthest.setUTCFullYear(furthest.getUTCFullYear() + FURTHEST);
  const startsAt = said.startsAt == null ? null : asMillis(said.startsAt.getTime());
  const expiresAt = said.expiresAt == null ? null : asMillis(said.expiresAt.getTime());
  for (const [field, at] of [
    ['startsAt', startsAt],
    ['expiresAt', expiresAt],
  ] as const) {
    if (at !== null && at > furthest.getTime()) throw badInput(field, `must be at most ${FURTHEST} years away`);
  }
  if (expiresAt !== null && expiresAt <= now) throw badInput('expiresAt', 'must be in the future');
  if (expiresAt !== null && startsAt !== null && expiresAt <= startsAt)
    throw badInput('expiresAt', 'must be after startsAt');
  return { startsAt: startsAt !== null && startsAt > now ? startsAt : null, expiresAt };
}

/** A whole number within bounds, both included. */
export function within(value: number, least: number, most: number, field: string): number {
  if (value < least || value > most) throw badInput(field, `must be from ${least} to ${most}; this is ${value}`);
  return value;
}

type Given<T> = { readonly [Key in keyof T]?: NonNullable<T[Key]> };

/** The members that say something: null and left out mean the same. */
export function given<T extends object>(said: T): Given<T> {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value != null)) as Given<T>;
}
