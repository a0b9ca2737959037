/** What a token must say once its signature is found good: who, where, in which role. */
import { z } from 'zod';
import type { Caller, Role } from '../graphql/caller.ts';
import { asMillis, asSiteId, asUserId, siteIdProblem, userIdProblem } from '../presence/ids.ts';
import { nameProblem } from '../presence/name.ts';

/** @returns the caller, or a sentence that says what is wrong and quotes nothing of the token */
export function callerFrom(claims: unknown): { readonly caller: Caller } | { readonly problem: string } {
  const { data, error } = CLAIMS.safeParse(claims);
  if (data !== undefined) return { caller: data };
  const [issue] = error.issues;
  return { problem: `The token's ${issue?.path.join('.') ?? 'content'} ${issue?.message ?? 'is not valid'}.` };
}

const ROLE_OF = { user: 'USER', admin: 'ADMIN', server: 'SERVER', guest: 'GUEST' } as const satisfies Record<
  string,
  Role
>;

const LAST_MOMENT = 8_640_000_000_000; // seconds; beyond it there is no Date

const text = (problem: (value: string) => string | null) =>
  z.string('must be a string').check(({ value, issues }) => {
    const says = problem(value);
    if (says !== null) issues.push({ code: 'custom', message: says, input: value });
  });

const moment = z
  .number('must be a number of seconds since 1970')
  .min(-LAST_MOMENT, 'must be a moment that a calendar has')
  .max(LAST_MOMENT, 'must be a moment that a calendar has')
  .transform((seconds) => asMillis(Math.floor(seconds * 1000)))
  .nullish();

const CLAIMS = z
  .object({
    sub: text(userIdProblem).transform(asUserId),
    site: text(siteIdProblem).transform(asSiteId).prefault('default'),
    role: z
      .enum(['user', 'admin', 'server', 'guest'], 'must be one of user, admin, server, guest')
      .default('user')
      .transform((role) => ROLE_OF[role]),
    name: z.string('must be a string').trim().pipe(text(nameProblem)).nullish(),
    iat: moment,
    exp: moment,
  })
  .transform(
    ({ sub, site, role, name, iat, exp }): Caller => ({
      person: { site, user: sub },
      role,
      name: name ?? null,
      issuedAt: iat ?? null,
      expiresAt: exp ?? null,
    }),
  );
