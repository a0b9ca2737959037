/** Names of things, branded so that one kind is never passed for another. */

declare const brand: unique symbol;
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** The application's own id of a person, verbatim: 1 to 128 characters. See {@link userIdProblem}. */
export type UserId = Brand<string, 'UserId'>;
/** A tenant. Nothing of one site is ever visible in another. */
export type SiteId = Brand<string, 'SiteId'>;
/** `session:<random>`, made by the server. */
export type SessionId = Brand<string, 'SessionId'>;
/** `customStatus:<random>`, made by the server. */
export type CustomStatusId = Brand<string, 'CustomStatusId'>;
/** One running process of the service. */
export type NodeId = Brand<string, 'NodeId'>;
/** A moment, in milliseconds since 1970, or a length of time in milliseconds. */
export type Millis = Brand<number, 'Millis'>;
/** A moment in microseconds since 1970; record versions are of this kind, so that they grow even after a store lost writes. */
export type Micros = Brand<number, 'Micros'>;

/** Whose record: people of different sites are different people, even with the same user id. */
export interface Person {
  readonly site: SiteId;
  readonly user: UserId;
}

/** The only places where a plain value becomes a branded one; callers have checked it or made it. */
export const asUserId = (value: string): UserId => value as UserId;
export const asSiteId = (value: string): SiteId => value as SiteId;
export const asSessionId = (value: string): SessionId => value as SessionId;
export const asCustomStatusId = (value: string): CustomStatusId => value as CustomStatusId;
export const asNodeId = (value: string): NodeId => value as NodeId;
export const asMillis = (value: number): Millis => value as Millis;
export const asMicros = (value: number): Micros => value as Micros;

/** `at + length`, still a moment. */
export const after = (at: Millis, length: Millis): Millis => (at + length) as Millis;

/** Prefixes of every other type's ids; ids are unique over all types, so no user id may begin with one. */
export const ID_PREFIXES = [
  'presence:',
  'viewer:',
  'session:',
  'customStatus:',
  'settings:',
  'service:',
  'room:',
  'member:',
  'channel:',
] as const;

export const USER_ID_LIMIT = 128; // characters (code points)
export const SITE_ID_LIMIT = 64; // characters

/** Names that every JavaScript object answers to: clients that key a plain object by user id would break on them. */
const OBJECT_MEMBERS: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Nearly all ids; there is nothing to look for in one of these but the names of members. */
const ORDINARY = /^[a-z\d_.-]{1,128}$/i;

/** Why this cannot be a user id, as the end of a sentence that begins with the field's name; null when it can. */
export function userIdProblem(id: string): string | null {
  if (ORDINARY.test(id) && !OBJECT_MEMBERS.has(id)) return null;
  const problem = plainIdProblem(id, USER_ID_LIMIT);
  if (problem !== null) return problem;
  if (OBJECT_MEMBERS.has(id)) return `must not be "${id}", which every JavaScript object has as a member`;
  const prefix = ID_PREFIXES.find((each) => id.startsWith(each));
  if (prefix !== undefined) return `must not begin with "${prefix}", which marks ids of another type`;
  return null;
}

/** Why this cannot be a site id, as the end of a sentence; null when it can. */
export function siteIdProblem(id: string): string | null {
  return plainIdProblem(id, SITE_ID_LIMIT);
}

function plainIdProblem(id: string, limit: number): string | null {
  if (id.trim() === '') return `must have 1 to ${limit} characters`;
  if (id.length > limit && [...id].length > limit) return `must have at most ${limit} characters`;
  if (!id.isWellFormed()) return 'must be well-formed Unicode (it has half of a surrogate pair)';
  if (/[\p{Cc}\u2028\u2029]/u.test(id)) return 'must not have control characters';
  return null;
}
