/** Operations, from their text to their results, whichever wire they come by. Errors are as the caller may see them. */
import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
} from 'graphql';
import { createCommandCount } from './commands.ts';
import { createSubscribe, type Subscribe } from './delivery.ts';
import { apiError, presentError } from './errors.ts';
import { createExecute, type ExecuteArgs } from './execution.ts';
import { createPrepare, type DocumentRules, type Prepare, USUAL_RULES } from './operation.ts';
import { createTextOf, type PersistedOperations, type TextOf } from './persisted.ts';
import { schema } from './schema.ts';

export interface Engine {
  readonly schema: GraphQLSchema;
  /** Which document a request means. */
  readonly textOf: TextOf;
  readonly prepare: Prepare;
  readonly subscribe: Subscribe;
  /** A query or a mutation. */
  execute(args: ExecuteArgs): Promise<ExecutionResult>;
  present(error: unknown): GraphQLError;
}

export interface EngineOptions extends Partial<DocumentRules> {
  /** The only operations there are; null: any. */
  readonly persisted?: PersistedOperations | null;
}

/** @param report is told of whatever is masked from the caller */
export function createEngine(
  report: (cause: unknown, requestId: string) => void,
  { persisted = null, ...rules }: EngineOptions = {},
): Engine {
  const present = (error: unknown) => presentError(error, report);
  const commandsIn = createCommandCount();
  const execute = createExecute(schema);

  /** Before anything of it is done. */
  function charge({ document, operationName, context }: ExecuteArgs): void {
    const operation = getOperationAST(document, operationName);
    const commands = operation == null ? 0 : commandsIn(document, operation);
    if (commands > 0 && context.caller !== null) context.hub.charge(context.caller, commands);
  }

  return {
    schema,
    textOf: createTextOf(persisted),
    prepare: createPrepare(schema, { ...USUAL_RULES, ...rules }),
    subscribe: createSubscribe({ schema, present }),
    async execute(args) {
      try {
        charge(args);
      } catch (error) {
        return { data: null, errors: [present(error)] };
      }
      const result = await execute(args);
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
