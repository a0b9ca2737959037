/** Operations, from their text to their results, whichever wire they come by. Errors are as the caller may see them. */
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
} from 'graphql';
import type { Context } from './context.ts';
import { createSubscribe, type Subscribe } from './delivery.ts';
import { apiError, presentError } from './errors.ts';
import { createPrepare, type Prepare } from './operation.ts';
import { schema } from './schema.ts';

export interface Engine {
  readonly schema: GraphQLSchema;
  readonly prepare: Prepare;
  readonly subscribe: Subscribe;
  /** A query or a mutation. */
  execute(args: ExecuteArgs): Promise<ExecutionResult>;
  present(error: unknown): GraphQLError;
}

export interface ExecuteArgs {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
  readonly context: Context;
}

/** @param report is told of whatever is masked from the caller */
export function createEngine(report: (cause: unknown, requestId: string) => void): Engine {
  const present = (error: unknown) => presentError(error, report);
  return {
    schema,
    prepare: createPrepare(schema),
    subscribe: createSubscribe({ schema, present }),
    async execute({ document, operationName, variables, context }) {
      const result = await execute({
        schema,
        document,
        operationName: operationName ?? null,
        variableValues: variables ?? null,
        contextValue: context,
      });
      return result.errors === undefined ? result : { ...result, errors: result.errors.map(present) };
    },
    present,
  };
}

/** The operation that is meant; throws OPERATION_RESOLUTION_FAILURE when there is none. */
export function chosenOperation(document: DocumentNode, name: string | null | undefined) {
  const operation = getOperationAST(document, name);
  if (operation == null)
    throw apiError('OPERATION_RESOLUTION_FAILURE', 'Could not determine what operation to execute.');
  return operation;
}
