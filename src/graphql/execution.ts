/**
 * Queries and mutations of one root field, which are nearly all. Its resolver is called here, once; what is selected of
 * the value that it gives is made by functions (selection.ts). If that turns out to be unusual, or the resolver throws,
 * graphql-js executes the operation on a schema in which root fields give what they gave.
 */
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLObjectType,
  GraphQLSchema,
  getOperationAST,
} from 'graphql';
import type { Variables } from './arguments.ts';
import type { Context } from './context.ts';
import { createCalls } from './root.ts';
import { complete } from './selected.ts';

export interface ExecuteArgs {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variables: Variables | null | undefined;
  readonly context: Context;
}

/** As graphql-js executes, errors not presented yet. */
export type Execute = (args: ExecuteArgs) => ExecutionResult | Promise<ExecutionResult>;

/** What a root field gave: for graphql-js, which asks again. */
type Outcome = () => unknown;

export function createExecute(schema: GraphQLSchema): Execute {
  const replay = replaySchema(schema);
  const callFor = createCalls(schema);

  function ordinary({ document, operationName, variables, context }: ExecuteArgs, outcome?: Outcome) {
    return execute({
      schema: outcome === undefined ? schema : replay,
      document,
      operationName: operationName ?? null,
      variableValues: variables ?? null,
      contextValue: context,
      rootValue: outcome,
    });
  }

  return async (args) => {
    const { document, operationName, variables: said, context } = args;
    const operation = getOperationAST(document, operationName);
    const call = operation == null ? null : callFor(document, operation, said ?? {});
    if (call === null) return ordinary(args);
    const { root, variables } = call;
    let value: unknown;
    try {
      value = await call.make(context);
    } catch (error) {
      return ordinary(args, () => {
        throw error;
      });
    }
    const data = await complete(root.complete, value, { context, variables });
    return data === null ? ordinary(args, () => value) : { data: { [root.name]: data } };
  };
}

/** The same schema, but that root fields give what they gave before. */
function replaySchema(schema: GraphQLSchema): GraphQLSchema {
  const again = (type: GraphQLObjectType | null | undefined) => {
    if (type == null) return null;
    const config = type.toConfig();
    const resolve = (outcome: Outcome) => outcome();
    const fields = Object.entries(config.fields).map(([name, field]) => [name, { ...field, resolve }] as const);
    return new GraphQLObjectType({ ...config, fields: Object.fromEntries(fields) });
  };
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return new GraphQLSchema({
    ...schema.toConfig(),
    query: again(schema.getQueryType()),
    mutation: again(schema.getMutationType()),
    subscription: null,
    types: schema.toConfig().types.filter((type) => !roots.some((root) => root === type)),
  });
}
