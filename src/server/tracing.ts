/**
 * Spans for OpenTelemetry, around what the parts do: operations, changes written to the store, reading anew. Whether
 * there is a tracer is asked once, when the server starts; without one nothing is put around anything. Names and codes
 * are all that spans say: no document, no variables, no token, nobody's id.
 */
import type { IncomingMessage } from 'node:http';
import {
  type Attributes,
  context,
  ProxyTracerProvider,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { type DocumentNode, type ExecutionResult, getOperationAST } from 'graphql';
import type { Engine } from '../graphql/engine.ts';
import type { Store } from '../store/store.ts';

export interface Tracing {
  engine(engine: Engine): Engine;
  store(store: Store): Store;
  resync(work: () => Promise<void>): Promise<void>;
  /** What `work` does belongs to the trace that the request came with, unless it is traced already. */
  request(request: IncomingMessage, work: () => Promise<void>): Promise<void>;
}

const NAME = 'presence-server';

/** null: nobody has registered a tracer provider. */
export function findTracing(): Tracing | null {
  const provider = trace.getTracerProvider();
  const absent = provider instanceof ProxyTracerProvider && provider.getDelegateTracer(NAME) === undefined;
  return absent ? null : createTracing();
}

function createTracing(): Tracing {
  const tracer = trace.getTracer(NAME);

  function within<Result>(
    name: string,
    { attributes, kind }: { readonly attributes?: Attributes; readonly kind: SpanKind },
    work: (span: Span) => Promise<Result>,
  ): Promise<Result> {
    return tracer.startActiveSpan(name, { kind, attributes: attributes ?? {} }, async (span) => {
      try {
        return await work(span);
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'unknown' });
        throw error;
      } finally {
        span.end();
      }
    });
  }

  /** Its name is that of its type: the operation's own is the caller's to choose, and may be anything. */
  function operation<Result extends object>(
    document: DocumentNode,
    operationName: string | null | undefined,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const found = getOperationAST(document, operationName);
    const attributes = {
      'graphql.operation.type': found?.operation ?? 'unknown',
      'graphql.operation.name': (found?.name?.value ?? '').slice(0, LONGEST_NAME),
    };
    return within(`graphql ${attributes['graphql.operation.type']}`, { attributes, kind: SpanKind.SERVER }, (span) =>
      work().then((result) => noteErrors(span, result)),
    );
  }

  return {
    engine: (engine) => ({
      ...engine,
      execute: (args) => operation(args.document, args.operationName, () => engine.execute(args)),
      subscribe: (args) => operation(args.document, args.operation.name?.value, () => engine.subscribe(args)),
    }),
    store: (store) => ({
      ...store,
      update: (person, change) =>
        within('presence.store.update', INSIDE, (span) => {
          let times = 0;
          const counted = (record: Parameters<typeof change>[0]) => {
            times++;
            return change(record);
          };
          return store.update(person, counted).finally(() => span.setAttribute('presence.attempts', times));
        }),
    }),
    resync: (work) => within('presence.resync', INSIDE, work),
    request({ headers }, work) {
      const active = context.active();
      if (trace.getSpan(active) !== undefined) return work();
      return context.with(propagation.extract(active, headers), work);
    },
  };
}

const INSIDE = { kind: SpanKind.INTERNAL };
const LONGEST_NAME = 100; // characters of an operation's name

/** What the caller is refused is no failure of ours, but for what may work later. */
function noteErrors<Result extends object>(span: Span, result: Result): Result {
  if (!('errors' in result) || !Array.isArray(result.errors)) return result;
  const { errors = [] }: ExecutionResult = { errors: result.errors };
  const [first] = errors;
  if (first === undefined) return result;
  const { code, retryable } = first.extensions;
  span.setAttribute('presence.error_code', String(code));
  if (retryable === true) span.setStatus({ code: SpanStatusCode.ERROR, message: String(code) });
  return result;
}
