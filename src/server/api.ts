/** The API over HTTP: queries and mutations, and subscriptions as server-sent events, by Yoga. */
import { GraphQLError } from 'graphql';
import { type CORSOptions, createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Caller } from '../graphql/caller.ts';
import type { Context } from '../graphql/context.ts';
import { apiError, documentError, presentError } from '../graphql/errors.ts';
import { schema } from '../graphql/schema.ts';
import type { Hub } from '../hub/hub.ts';
import { type Authenticate, AuthFailure } from './auth.ts';
import { yogaLogging } from './log.ts';
import type { OriginCheck } from './origin.ts';

/** What an operation that came over a WebSocket brings along; over HTTP there is a `request` instead. */
interface SocketSource {
  readonly source: Pick<Context, 'caller' | 'sessionId' | 'openRoomSession'>;
}

export type Api = YogaServerInstance<Partial<SocketSource>, Context>;

export interface ApiOptions {
  readonly hub: Hub;
  readonly authenticate: Authenticate;
  readonly log: Logger;
  readonly path: string;
  readonly originAllowed: OriginCheck;
}

export function createApi({ hub, authenticate, log, path, originAllowed }: ApiOptions): Api {
  const report = (cause: unknown, requestId: string) =>
    log.error({ err: cause, requestId }, 'an operation failed unexpectedly');
  return createYoga<Partial<SocketSource>, Context>({
    schema,
    graphqlEndpoint: path,
    landingPage: false,
    maxRequestBodySize: MAX_BODY,
    graphiql: false, // the server has a page of its own, which needs no internet
    // What Yoga calls an error is mostly a caller's mistake; the unexpected ones `report` has told by then.
    logging: { ...yogaLogging(log), error: yogaLogging(log).debug },
    cors: (request) => corsFor(request, originAllowed),
    plugins: [codes],
    maskedErrors: { maskError: (error) => presentError(error, report) },
    context: async ({ request, source }): Promise<Context> => {
      if (source !== undefined) return { hub, ...source };
      const authorization = request.headers.get('authorization');
      const caller = authorization === null ? null : await callerFor(authorization, authenticate);
      const openRoomSession = async () => {
        if (caller === null) throw new Error('nobody opens a session');
        const { person, name, issuedAt } = caller;
        return (await hub.openSession({ person, name, namedAt: issuedAt }, {}, true)).id;
      };
      return { hub, caller, sessionId: null, openRoomSession };
    },
  });
}

const MAX_BODY = 1_048_576; // bytes; a calendar of 512 KiB, as JSON, fits

/** What GraphQL itself finds wrong with a document carries a code too, whichever wire it came by. */
const codes: Plugin = {
  onParse:
    () =>
    ({ result, replaceParseResult }) => {
      if (result instanceof GraphQLError) replaceParseResult(documentError(result, 'GRAPHQL_PARSE_FAILED'));
    },
  onValidate:
    () =>
    ({ result, setResult }) => {
      if (result.length > 0) setResult(result.map((error) => documentError(error, 'GRAPHQL_VALIDATION_FAILED')));
    },
};

function corsFor({ headers }: Request, originAllowed: OriginCheck): false | CORSOptions {
  const origin = headers.get('origin');
  if (origin === null || !originAllowed(origin, headers.get('host'))) return false;
  return { origin, methods: ['GET', 'POST', 'OPTIONS'], maxAge: 600 }; // 10 min
}

/** Who calls, null without a token; throws what a GraphQL client is to see when the token does not hold. */
export async function callerFor(authorization: string, authenticate: Authenticate): Promise<Caller | null> {
  try {
    return await authenticate(authorization);
  } catch (error) {
    if (!(error instanceof AuthFailure)) throw error;
    if (error.kind === 'MISSING') return null;
    if (error.kind === 'UNAVAILABLE')
      throw apiError('AUTHENTICATION_UNAVAILABLE', error.message, { http: { status: 503 } });
    throw apiError('UNAUTHENTICATED', error.message, { reason: error.kind, http: { status: 401 } });
  }
}
