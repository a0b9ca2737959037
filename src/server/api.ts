/** The API over HTTP: queries and mutations, and subscriptions as server-sent events, by Yoga. */
import type { DocumentNode, GraphQLError } from 'graphql';
import {
  type CORSOptions,
  createYoga,
  type GraphQLParams,
  isAsyncIterable,
  type Plugin,
  type YogaServerInstance,
} from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Variables } from '../graphql/arguments.ts';
import type { Caller } from '../graphql/caller.ts';
import type { Context } from '../graphql/context.ts';
import type { Delivery } from '../graphql/delivery.ts';
import { chosenOperation, type Engine } from '../graphql/engine.ts';
import { apiError, copyOf } from '../graphql/errors.ts';
import { takesMuch } from '../graphql/large-input.ts';
import { resultsOf } from '../graphql/results.ts';
import type { Hub } from '../hub/hub.ts';
import { DEFAULT_LIMITS, type Limits } from '../hub/limits.ts';
import { type Authenticate, AuthFailure } from './auth.ts';
import { yogaLogging } from './log.ts';
import type { OriginCheck } from './origin.ts';
import { createStreams, type Streams } from './streams.ts';

export type Api = YogaServerInstance<object, Context>;

/** What an operation that came over HTTP may know; rejects when the token does not hold. */
export type ContextFor = (authorization: string | undefined) => Promise<Context>;

export function createContexts({
  hub,
  authenticate,
}: {
  readonly hub: Hub;
  readonly authenticate: Authenticate;
}): ContextFor {
  return async (authorization) => {
    const caller = authorization === undefined ? null : await callerFor(authorization, authenticate);
    const openRoomSession = async () => {
      if (caller === null) throw new Error('nobody opens a session');
      const { person, name, issuedAt } = caller;
      return (await hub.openSession({ person, name, namedAt: issuedAt }, {}, true)).id;
    };
    const account = () => {
      if (caller === null) throw new Error('nobody watches');
      return hub.accountOf(caller.person);
    };
    return { hub, caller, sessionId: null, openRoomSession, account };
  };
}

export interface ApiOptions {
  readonly hub: Hub;
  readonly engine: Engine;
  readonly contextFor: ContextFor;
  readonly log: Logger;
  readonly path: string;
  readonly originAllowed: OriginCheck;
  readonly limits?: ApiLimits;
}

type ApiLimits = Pick<Limits, 'message' | 'body' | 'batch' | 'connectionsPerPerson'>;

export function createApi({
  hub,
  engine,
  contextFor,
  log,
  path,
  originAllowed,
  limits = DEFAULT_LIMITS,
}: ApiOptions): Api {
  return createYoga<object, Context>({
    schema: engine.schema,
    graphqlEndpoint: path,
    landingPage: false,
    maxRequestBodySize: limits.body,
    batching: limits.batch > 1 && { limit: limits.batch },
    extraParamNames: ['documentId'],
    graphiql: false, // the server has a page of its own, which needs no internet
    // What Yoga calls an error is mostly a caller's mistake; the unexpected ones the engine has told by then.
    logging: { ...yogaLogging(log), error: yogaLogging(log).debug },
    cors: (request) => corsFor(request, originAllowed),
    parserAndValidationCache: false, // the engine has one
    plugins: [byEngine(engine, createStreams(hub), limits), refuseBrokenJson(), endUnwritten()],
    maskedErrors: { maskError: engine.present },
    context: ({ request }) => contextFor(request.headers.get('authorization') ?? undefined),
  });
}

/** Yoga takes requests apart and puts answers together; what is in between is the same as over WebSockets. */
function byEngine(engine: Engine, streams: Streams, limits: ApiLimits): Plugin<Context> {
  const problems = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  const told = (error: GraphQLError) => engine.present(copyOf(error));

  /** The text of the document that is meant; throws when there is none, or the body is larger than it may be. */
  function textOf(params: GraphQLParams, { headers }: Request): string {
    const text = engine.textOf(params);
    const size = Number(headers.get('content-length') ?? JSON.stringify(params).length);
    if (size <= limits.message) return text;
    const { document } = engine.prepare(text, params.variables ?? null);
    if (document === null || takesMuch(document, params.operationName)) return text;
    const says = `The body of a request may have at most ${limits.message} bytes, except with a calendar or what the backend says at length.`;
    throw apiError('REQUEST_ENTITY_TOO_LARGE', says, { http: { status: 413 } });
  }

  function refuseTooMany(caller: Caller | null): void {
    const most = limits.connectionsPerPerson;
    if (caller === null || most === 0 || streams.count(caller.person) < most) return;
    throw apiError('CONNECTION_LIMIT_EXCEEDED', `One person has at most ${most} streams here. Close one first.`);
  }

  /** Until the reader has enough, or the sessions of whose it is are ended. */
  function read(delivery: Delivery, caller: Caller | null) {
    if (caller === null) return resultsOf(delivery);
    const end = () => void results.return();
    const results = resultsOf(delivery, () => streams.remove(caller.person, end));
    streams.add(caller.person, end);
    return results;
  }

  return {
    onParams({ params, request, setParams, setResult }) {
      if (typeof params !== 'object' || params === null) return; // a mistake that Yoga tells of
      try {
        const query = textOf(params, request);
        if (query !== '') setParams({ ...params, query });
      } catch (error) {
        setParams({ ...params, query: '' }); // or Yoga says that there is none
        setResult({ errors: [engine.present(error)] });
      }
    },
    onParse({ params: { source }, context, setParseFn }) {
      const text = typeof source === 'string' ? source : source.body;
      const { document, errors } = engine.prepare(text, variablesIn(context));
      setParseFn(() => {
        if (document === null) throw errors.map(told)[0];
        problems.set(document, errors);
        return document;
      });
    },
    onValidate({ params: { documentAST }, setResult }) {
      setResult((problems.get(documentAST) ?? []).map(told));
    },
    onExecute({ setExecuteFn }) {
      setExecuteFn(({ document, operationName, variableValues, contextValue }) =>
        engine.execute({ document, operationName, variables: variableValues, context: contextValue }),
      );
    },
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(async ({ document, operationName, variableValues, contextValue }) => {
        refuseTooMany(contextValue.caller);
        const operation = chosenOperation(document, operationName);
        const args = { document, operation, variables: variableValues ?? {}, viewer: { context: () => contextValue } };
        const delivery = await engine.subscribe(args);
        if (!('take' in delivery)) return delivery;
        const results = read(delivery, contextValue.caller);
        // Yoga forgets, unread and unended, the event stream of whoever hung up before it began.
        const { signal } = contextValue.request;
        if (signal.aborted) await results.return?.();
        else signal.addEventListener('abort', () => void results.return?.(), { once: true });
        return results;
      });
    },
  };
}

/** Yoga puts what was asked into the context, of which it says only what it will be once there is a caller. */
function variablesIn(context: object): Variables | null {
  const params = 'params' in context ? context.params : null;
  if (typeof params !== 'object' || params === null || !('variables' in params)) return null;
  const { variables } = params;
  return typeof variables === 'object' && variables !== null ? { ...variables } : null;
}

/** What JSON.parse throws at `variables` and `extensions` of a URL or a form Yoga lets through: the caller's mistake, told as if it were ours. */
function refuseBrokenJson(): Plugin {
  return {
    onRequestParse({ requestParser, setRequestParser }) {
      if (requestParser === undefined) return;
      setRequestParser(async (request) => {
        try {
          return await requestParser(request);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
          throw apiError('BAD_REQUEST', 'variables and extensions must be JSON.', { http: { status: 400 } });
        }
      });
    },
  };
}

/** Yoga answers 406 to whoever takes no event stream, after their subscription has begun, and would let it go on for ever. */
function endUnwritten(): Plugin {
  return {
    async onResultProcess({ result, resultProcessor }) {
      if (resultProcessor === undefined && isAsyncIterable(result)) await result[Symbol.asyncIterator]().return?.();
    },
  };
}

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
