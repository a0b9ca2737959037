/**
 * Operations over a WebSocket, between graphql-ws and the engine: what each is to do, whether anybody still waits for
 * it, and nothing that would be held for as long as a subscription lasts.
 */
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import type { Context as SocketContext, SubscribePayload } from 'graphql-ws';
import type { Caller } from '../graphql/caller.ts';
import type { Context } from '../graphql/context.ts';
import type { Viewing } from '../graphql/delivery.ts';
import { chosenOperation, type Engine } from '../graphql/engine.ts';
import { apiError, copyOf } from '../graphql/errors.ts';
import type { Limits } from '../hub/limits.ts';
import { Sink } from './outlet.ts';
import type { Peer } from './peer.ts';
import { Pending } from './pending.ts';

export type Socket = SocketContext<Record<string, unknown>, Peer>;

export interface SocketOperationsOptions {
  readonly engine: Engine;
  readonly contextFor: (peer: Peer, caller: Caller | null) => Context;
  /** Who is calling, for a socket that came without a token. */
  readonly callerOf: (payload: SubscribePayload) => Promise<Caller | null>;
  readonly limits: Pick<Limits, 'operations'>;
}

/** What graphql-ws hands from `onSubscribe` to `execute` and `subscribe`. */
interface Operation extends ExecutionArgs {
  readonly id: string;
  readonly socket: Socket;
  readonly pending: Pending;
  readonly viewer: Viewing;
}

type Prepared = Operation | readonly GraphQLError[];

interface Asked {
  readonly id: string;
  readonly payload: SubscribePayload;
  readonly pending: Pending;
}

/** For `makeServer`. */
export function createSocketOperations(options: SocketOperationsOptions) {
  const { engine, contextFor, callerOf } = options;
  const { operations: limit } = options.limits;

  /** What graphql-ws is to execute, or the errors to answer. At once, unless it has to be found out who is calling. */
  function onSubscribe(socket: Socket, id: string, payload: SubscribePayload): Prepared | Promise<Prepared> {
    const pending = new Pending();
    socket.subscriptions[id] = pending;
    const { caller } = socket.extra;
    const asked = { id, payload, pending };
    if (caller !== null) return prepare(socket, asked, caller);
    const late = callerOf(payload).then(
      (found) => prepare(socket, asked, found),
      (error: unknown) => [engine.present(error)],
    );
    return pending.settle(late);
  }

  /** Never throws: that would close the socket and all that runs on it. */
  function prepare(socket: Socket, { id, payload, pending }: Asked, caller: Caller | null): Prepared {
    try {
      if (Object.keys(socket.subscriptions).length > limit) {
        const says = `One socket has at most ${limit} operations under way. Complete one first.`;
        return [engine.present(apiError('OPERATION_LIMIT_EXCEEDED', says, { limit }))];
      }
      const peer = socket.extra;
      const { document, errors } = engine.prepare(engine.textOf(payload), payload.variables);
      if (document === null || errors.length > 0) return errors.map((error) => engine.present(copyOf(error)));
      chosenOperation(document, payload.operationName);
      return {
        id,
        socket,
        pending,
        viewer: caller === peer.caller ? peer : { context: () => contextFor(peer, caller) },
        schema: engine.schema,
        document,
        operationName: payload.operationName ?? null,
        variableValues: payload.variables ?? null,
        contextValue: null,
      };
    } catch (error) {
      return [engine.present(error)];
    }
  }

  function execute(args: ExecutionArgs): Promise<ExecutionResult> {
    const { pending, document, operationName, variableValues, viewer } = args as Operation;
    return pending.settle(
      engine.execute({ document, operationName, variables: variableValues, context: viewer.context() }),
    );
  }

  async function subscribe(args: ExecutionArgs): Promise<Sink | ExecutionResult> {
    const { id, socket, pending, document, operationName, variableValues, viewer } = args as Operation;
    const operation = chosenOperation(document, operationName);
    const begun = engine.subscribe({ document, operation, variables: variableValues ?? {}, viewer });
    const delivery = await pending.settle(begun, (late) => {
      if ('take' in late) late.stop();
    });
    return 'take' in delivery ? new Sink(socket, id, delivery) : delivery;
  }

  return { onSubscribe, execute, subscribe };
}
