/** Every error a caller can get, in one table: its code, what to do about it, and whether the same call may work later. */
import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { Refusal } from '../hub/refusal.ts';
import { StoreUnavailable } from '../store/store.ts';

interface ErrorKind {
  /** For the documentation: when it comes, and what a caller can do. */
  readonly meaning: string;
  readonly retryable: boolean;
  /** What else is in `extensions`. */
  readonly extensions?: string;
}

export const ERRORS = {
  UNAUTHENTICATED: {
    meaning: 'No token, or one that is not valid. Send a valid one as `Authorization: Bearer <token>`.',
    retryable: false,
  },
  FORBIDDEN: {
    meaning: 'The role in the token may not do this. The message names the role that may.',
    retryable: false,
  },
  BAD_USER_INPUT: {
    meaning: 'Something in the input is not allowed. The message says what is.',
    retryable: false,
    extensions: '`field`: which input',
  },
  NOT_FOUND: {
    meaning: 'What was named does not exist, is over, or belongs to somebody else.',
    retryable: false,
    extensions: '`field`: which input',
  },
  WATCH_LIMIT_EXCEEDED: {
    meaning:
      'More people than one watch may have, or than all watches of one WebSocket or one person may have together. The message says which.',
    retryable: false,
    extensions: '`limit`, `requested`',
  },
  USER_LIMIT_EXCEEDED: {
    meaning: 'More people than one query or mutation may name. Ask in several.',
    retryable: false,
    extensions: '`limit`, `requested`',
  },
  STATUS_TEXT_TOO_LONG: {
    meaning: 'A status text has at most 120 characters, counted as people count them.',
    retryable: false,
    extensions: '`limit`, `field`',
  },
  STATUS_TEXT_DISABLED: {
    meaning: 'The administrators of this site have switched status texts off.',
    retryable: false,
  },
  INVISIBLE_DISABLED: { meaning: 'The administrators of this site have switched hiding off.', retryable: false },
  CONNECTION_CAP_REACHED: {
    meaning: 'The service cannot be switched on: it has more connections than its cap. Raise the cap, or wait.',
    retryable: true,
    extensions: '`limit`, `connections`',
  },
  CHANNEL_PRESENCE_DISABLED: {
    meaning: 'The application’s backend has switched presence off for channels of this type.',
    retryable: false,
    extensions: '`field`: which input',
  },
  SESSION_LIMIT_EXCEEDED: {
    meaning: 'This person has as many sessions as one may have. Close one first.',
    retryable: true,
    extensions: '`limit`',
  },
  ROOM_LIMIT_EXCEEDED: {
    meaning: 'This person is in as many rooms as one may be in. Leave one first.',
    retryable: true,
    extensions: '`limit`',
  },
  OPERATION_LIMIT_EXCEEDED: {
    meaning: 'One WebSocket has as many operations under way as it may have. Complete one first.',
    retryable: true,
    extensions: '`limit`',
  },
  RATE_LIMITED: {
    meaning:
      'This person, or this site, has made as many mutations as they may within ten seconds. Nothing was changed; try again after `retryAfterMs`.',
    retryable: true,
    extensions: '`retryAfterMs`, `limit`',
  },
  CONNECTION_LIMIT_EXCEEDED: {
    meaning:
      'As many connections come from this address, or streams are open for this person, as may be. Close one first.',
    retryable: true,
  },
  AUTHENTICATION_UNAVAILABLE: {
    meaning: 'The keys to check tokens with are out of reach. The same token may work shortly.',
    retryable: true,
  },
  STORE_UNAVAILABLE: { meaning: 'The store is out of reach. Nothing was changed; try again shortly.', retryable: true },
  INTERNAL_SERVER_ERROR: {
    meaning: 'Something unexpected failed; the server’s log has the details under `requestId`.',
    retryable: true,
    extensions: '`requestId`',
  },
  GRAPHQL_PARSE_FAILED: { meaning: 'The document is not GraphQL. The message names the place.', retryable: false },
  GRAPHQL_VALIDATION_FAILED: {
    meaning: 'The document does not fit the schema. The message names the place.',
    retryable: false,
  },
  QUERY_TOO_COMPLEX: {
    meaning:
      'The document asks for too much: too many fields, too deep, or lists in lists that may come to too many. Ask for less, or in several operations.',
    retryable: false,
  },
  PERSISTED_OPERATION_ONLY: {
    meaning: 'This server carries out persisted operations only, and the request names none.',
    retryable: false,
  },
  PERSISTED_OPERATION_NOT_FOUND: {
    meaning: 'No persisted operation has this hash. Deploy the operations of the client before the client.',
    retryable: false,
  },
  PREFLIGHT_REQUIRED: {
    meaning:
      'A browser might have been made to send this request by a page of another site. Send JSON by POST, or any header such as `Authorization` or `X-Requested-With`.',
    retryable: false,
  },
  BAD_REQUEST: {
    meaning:
      'The request over HTTP is no GraphQL request: another method, no query, JSON that is none. The message says what.',
    retryable: false,
  },
  REQUEST_ENTITY_TOO_LARGE: {
    meaning:
      'The body of a request over HTTP has more than 64 KiB; with `syncCalendar`, `upsertChannel` or `upsertUsers`, more than 1 MiB. Send less, or in several.',
    retryable: false,
  },
  OPERATION_RESOLUTION_FAILURE: {
    meaning: 'The document has no operation of the given name, or several and no name was given.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** An error for the caller. `message` is a sentence they can act on. */
export function apiError(
  code: ErrorCode,
  message: string,
  extensions: Readonly<Record<string, unknown>> = {},
): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, code, retryable: ERRORS[code].retryable } });
}

/**
 * The error as the caller may see it: refusals and an absent store by their codes, GraphQL's own as they are, anything
 * unexpected masked, and handed to `report` with an id under which it can be found again.
 */
export function presentError(error: unknown, report: (cause: unknown, requestId: string) => void): GraphQLError {
  const cause = error instanceof GraphQLError ? error.originalError : error;
  const shown = presentCause(cause, error, report);
  if (!(error instanceof GraphQLError) || shown === error) return shown;
  const { nodes = null, source = null, positions = null, path = null } = error;
  return new GraphQLError(shown.message, { nodes, source, positions, path, extensions: shown.extensions });
}

function presentCause(
  cause: unknown,
  error: unknown,
  report: (cause: unknown, requestId: string) => void,
): GraphQLError {
  if (cause instanceof Refusal) return apiError(cause.code, cause.message, cause.details);
  if (cause instanceof StoreUnavailable) {
    return apiError('STORE_UNAVAILABLE', 'Presence is out of reach at the moment. Try again shortly.');
  }
  const own = cause instanceof GraphQLError || cause === undefined ? error : undefined;
  if (own instanceof GraphQLError) {
    const { code, retryable } = own.extensions;
    if (retryable !== undefined) return own;
    // GraphQL's own, before any field was reached, which leaves the values of variables; a subscription's have a code.
    if (own.path === undefined && (code === undefined || code === 'BAD_USER_INPUT')) return variableError(own);
    if (code !== undefined) return requestError(own);
  }
  const requestId = randomUUID();
  report(cause ?? error, requestId);
  return apiError('INTERNAL_SERVER_ERROR', 'Something unexpected failed. Try again.', { requestId });
}

/**
 * Yoga's own, about the request. Some bring the error that they come from, which is of no use to a caller. Their HTTP
 * status is told whatever kind of JSON is asked for.
 */
function requestError({ message, extensions: { originalError: _, http, ...extensions } }: GraphQLError): GraphQLError {
  const status = typeof http === 'object' ? { http: { ...http, spec: false } } : {};
  return new GraphQLError(message, { extensions: { ...extensions, ...status, retryable: false } });
}

/** GraphQL refuses the value of a variable without a code, and says where in words only: `… at "input.expiresAt"; …`. */
function variableError(error: GraphQLError): GraphQLError {
  const [, variable, path] = /^Variable "\$(\w+)"(?:.*? at "\w+\.?([^"]*)")?/s.exec(error.message) ?? [];
  const field = path || variable;
  return apiError('BAD_USER_INPUT', error.message, field === undefined ? {} : { field });
}

/** GraphQL's own error about a document, with its code. */
export function documentError(
  error: GraphQLError,
  code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED',
): GraphQLError {
  const { nodes = null, source = null, positions = null } = error;
  return new GraphQLError(error.message, { nodes, source, positions, extensions: { code, retryable: false } });
}

/**
 * One for a caller of their own, of an error that is kept for everybody who sends the same again: Yoga notes an HTTP
 * status in those it answers, and each that is answered is counted.
 */
export function copyOf({ message, nodes, source, positions, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: { ...extensions },
  });
}

/** WebSocket close codes beyond the protocol's own. */
export const CLOSE_CODES = {
  1009: 'A message had more than 64 KiB. A calendar, and what the backend says at length, goes over HTTP, up to 1 MiB.',
  4400: 'connection_init is malformed, or asks for what is not allowed. Clients give up.',
  4401: 'The token is missing where one is needed, or was never valid. Clients give up.',
  4408: 'No connection_init came within three seconds, or PRESENCE_INIT_TIME.',
  4500: 'Something unexpected failed; the server’s log has the details.',
  4403: 'The token has expired, or somebody ended the person’s sessions. Clients fetch a new one and come back.',
  1012: 'This node is restarting. Clients come back at once, to another.',
  1013: 'Overloaded, or as many connections of this person as may be. Clients come back later.',
} as const;
export type CloseCode = keyof typeof CLOSE_CODES;
