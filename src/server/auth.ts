/**
 * From a token to a caller. One way for HTTP headers, connection_init and GraphiQL's Headers pane, in the one mode the
 * server runs in: HS256 with a secret, a key set of public keys, or development, which believes what it is told.
 * Policy: HS256 or `ASYMMETRIC`, never both, are the algorithms; claims.ts says what a token must hold.
 */
import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import type { Caller } from '../graphql/caller.ts';
import { callerFrom } from './claims.ts';
import type { AuthConfig } from './config.ts';

/**
 * Resolves with who is calling; rejects with {@link AuthFailure}.
 * @param authorization `Bearer <token>`, as in the HTTP header, or the token alone
 */
export type Authenticate = (authorization: string) => Promise<Caller>;

/**
 * MISSING: there is no token. INVALID: it was never good here. EXPIRED: it was. UNAVAILABLE: the keys to check it with
 * are out of reach, and the same token may pass later. The message is for the caller and never holds the token.
 */
export class AuthFailure extends Error {
  override readonly name = 'AuthFailure';
  readonly kind: 'MISSING' | 'INVALID' | 'EXPIRED' | 'UNAVAILABLE';

  constructor(kind: AuthFailure['kind'], message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.kind = kind;
  }
}

/** @param now milliseconds since 1970 */
export function createAuthenticator(auth: AuthConfig, now: () => number): Authenticate {
  const check = checkFor(auth, now);
  return async (authorization) => {
    const token = authorization.trim().replace(/^bearer(?:\s+|$)/i, '');
    if (token === '') throw new AuthFailure('MISSING', 'A token is needed: `Authorization: Bearer <token>`.');
    return check(token);
  };
}

function checkFor(auth: AuthConfig, now: () => number): Authenticate {
  switch (auth.mode) {
    case 'development':
      return async (token) => developmentCaller(token);
    case 'secret': {
      const secret = new TextEncoder().encode(auth.secret);
      const options = { ...expectedBy(auth), algorithms: ['HS256'] };
      return signedCaller((token, currentDate) => jwtVerify(token, secret, { ...options, currentDate }), now);
    }
    case 'jwks': {
      const keys = publicKeys(auth.url);
      const options = { ...expectedBy(auth), algorithms: ASYMMETRIC };
      return signedCaller((token, currentDate) => jwtVerify(token, keys, { ...options, currentDate }), now);
    }
    default:
      throw auth satisfies never;
  }
}

/** Signatures that a public key checks. HS256 with that public key as its secret is not among them. */
const ASYMMETRIC = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

const CLOCK_TOLERANCE = 5; // seconds that an issuer's clock may be ahead of ours (nbf)

function expectedBy(auth: { readonly issuer: string | null; readonly audience: string | null }): JWTVerifyOptions {
  return {
    clockTolerance: CLOCK_TOLERANCE,
    ...(auth.issuer === null ? {} : { issuer: auth.issuer }),
    ...(auth.audience === null ? {} : { audience: auth.audience }),
  };
}

type Verify = (token: string, currentDate: Date) => Promise<{ readonly payload: JWTPayload }>;

function signedCaller(verify: Verify, now: () => number): Authenticate {
  return async (token) => {
    const { payload } = await verify(token, new Date(now())).catch((error: unknown) => {
      throw failureFrom(error);
    });
    const result = callerFrom(payload);
    if ('problem' in result) throw invalid(result.problem);
    const { caller } = result;
    // jose grants the tolerance to `exp` too; here a token ends when it says.
    if (caller.expiresAt !== null && caller.expiresAt <= now()) throw expired();
    return caller;
  };
}

function publicKeys(url: string): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: 5_000, // 5 s
    cacheMaxAge: 600_000, // 10 min: a key that was withdrawn is not believed for longer
    cooldownDuration: 5_000, // 5 s: an unknown key makes us ask again, made-up ones not more often than this
  });
  return (header, token) =>
    keys(header, token).catch((error: unknown) => {
      if (UNFITTING.some((kind) => error instanceof kind)) throw error;
      const says = 'The keys that tokens are checked with are out of reach. Try again shortly.';
      throw new AuthFailure('UNAVAILABLE', says, error);
    });
}

/** The key set answered, and has no key for this token. Any other failure is the key set's own. */
const UNFITTING = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

/** What is no failure of the token is passed on as it is. */
function failureFrom(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return expired();
  if (error instanceof errors.JWTClaimValidationFailed) return invalid(CLAIM_SAYS[error.claim] ?? CLAIM_SAYS.other);
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return invalid('The token is not a signed JSON Web Token.');
  }
  if (error instanceof errors.JOSEError) {
    return invalid('The token is not signed with a key and an algorithm that this server accepts.');
  }
  return error;
}

const CLAIM_SAYS: Readonly<Record<string, string>> & { readonly other: string } = {
  iss: 'The token was not made by the issuer that this server trusts (iss).',
  aud: 'The token was made for another audience (aud).',
  nbf: 'The token is not valid yet (nbf).',
  other: 'A moment in the token (exp, nbf, iat) is not a number of seconds since 1970.',
};

function developmentCaller(token: string): Caller {
  const [prefix, sub, role = 'user', site = 'default', ...more] = token.split(':');
  if (prefix !== 'dev' || more.length > 0) throw invalid(DEVELOPMENT_TOKENS);
  const result = callerFrom({ sub, role, site });
  if ('problem' in result) throw invalid(`${result.problem} ${DEVELOPMENT_TOKENS}`);
  return result.caller;
}

// Short enough for a close frame.
const DEVELOPMENT_TOKENS =
  'In development mode a token is dev:<userId>, dev:<userId>:<role> or dev:<userId>:<role>:<site>; an id cannot contain ":".';

const invalid = (says: string) => new AuthFailure('INVALID', says);
const expired = () => new AuthFailure('EXPIRED', 'The token has expired. Get a new one.');
