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
import { createEngineCounts, type EngineStats } from './stats.ts';

export interface Engine {
  readonly schema: GraphQLSchema;
  /** Which document a request means. */
  readonly textOf: TextOf;
  readonly prepare: Prepare;
  readonly subscribe: Subscribe;
  /** A query or a mutation. */
  execute(args: ExecuteArgs): Promise<ExecutionResult>;
  /** The error as the caller may see it. Whatever a caller is told has to pass here, and may pass twice. */
  present(error: unknown): GraphQLError;
  stats(): EngineStats;
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
  const counts = createEngineCounts();
  const presented = new WeakSet<object>();
  const subscribe = createSubscribe({ schema, present, counts });
  const commandsIn = createCommandCount();
  const execute = createExecute(schema);

  function present(error: unknown): GraphQLError {
    const shown = presentError(error, report);
    if (presented.has(shown)) return shown;
    presented.add(shown);
    const code = String(shown.extensions.code);
    counts.refusals.set(code, (counts.refusals.get(code) ?? 0) + 1);
    return shown;
  }

  /** Before anything of it is done. */
  function begin({ document, operationName, context }: ExecuteArgs): void {
    const operation = getOperationAST(document, operationName);
    if (operation == null) return;
    counts.operations[operation.operation]++;
    const commands = commandsIn(document, operation);
    if (commands > 0 && context.caller !== null) context.hub.charge(context.caller, commands);
  }

  return {
    schema,
    textOf: createTextOf(persisted),
    prepare: createPrepare(schema, { ...USUAL_RULES, ...rules }),
    subscribe(args) {
      counts.operations.subscription++;
      return subscribe(args);
    },
    async execute(args) {
      try {
        begin(args);
      } catch (error) {
        return { data: null, errors: [present(error)] };
      }
      const result = await execute(args);
      return result.errors === undefined ? result : { ...result, errors: result.errors.map(present) };
    },
    present,
    stats: () => counts,
  };
}

/** The operation that is meant; throws OPERATION_RESOLUTION_FAILURE when there is none. */
export function chosenOperation(document: DocumentNode, name: string | null | undefined) {
  const operation = getOperationAST(document, name);
  if (operation == null)
    throw apiError('OPERATION_RESOLUTION_FAILURE', 'Could not determine what operation to execute.');
  return operation;
}
