/**
 * Queries and mutations of one root field, which are nearly all. Its resolver is called here, once; what is selected of
 * the value that it gives is made by functions (selection.ts). If that turns out to be unusual, or the resolver throws,
 * graphql-js executes the operation on a schema in which root fields give what they gave.
 */
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLFieldResolver,
  GraphQLObjectType,
  type GraphQLResolveInfo,
  GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql';
import { type Arguments, argumentsOf, type Coerce, type Variables, variablesOf } from './arguments.ts';
import type { Context } from './context.ts';
import { complete, createSelected, type Selected } from './selected.ts';
import { type Complete, completeType, fieldsOf, type Scope } from './selection.ts';
import { UNUSUAL } from './unusual.ts';

export interface ExecuteArgs {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variables: Variables | null | undefined;
  readonly context: Context;
}

/** As graphql-js executes, errors not presented yet. */
export type Execute = (args: ExecuteArgs) => ExecutionResult | Promise<ExecutionResult>;

/** The one root field of an operation. */
interface Root {
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  readonly argumentsFor: Arguments;
  readonly info: Omit<GraphQLResolveInfo, 'variableValues'>;
  /** What the field is asked for with. */
  readonly name: string;
  readonly complete: Complete;
}

/** What a root field gave: for graphql-js, which asks again. */
type Outcome = () => unknown;

export function createExecute(schema: GraphQLSchema): Execute {
  const replay = replaySchema(schema);
  const prepared = new WeakMap<OperationDefinitionNode, Prepared>();

  function prepare(document: DocumentNode, operation: OperationDefinitionNode): Prepared {
    const known = prepared.get(operation) ?? {
      coerce: variablesOf(schema, operation),
      rootFor: createSelected(schema, { document, operation }, oneRoot),
    };
    prepared.set(operation, known);
    return known;
  }

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

  /** null: there is more than one root field, or something is wrong, which graphql-js finds again and says. */
  function begin({ document, operationName, variables: said }: ExecuteArgs): Begun | null {
    const operation = getOperationAST(document, operationName);
    if (operation == null) return null;
    try {
      const { coerce, rootFor } = prepare(document, operation);
      const variables = coerce(said ?? {});
      const root = rootFor(variables);
      return root && { root, variables, given: root.argumentsFor(variables) };
    } catch {
      return null;
    }
  }

  return async (args) => {
    const { context } = args;
    const begun = begin(args);
    if (begun === null) return ordinary(args);
    const { root, variables, given } = begun;
    let value: unknown;
    try {
      value = await root.resolve(undefined, given, context, { ...root.info, variableValues: variables });
    } catch (error) {
      return ordinary(args, () => {
        throw error;
      });
    }
    const data = await complete(root.complete, value, { context, variables });
    return data === null ? ordinary(args, () => value) : { data: { [root.name]: data } };
  };
}

interface Prepared {
  readonly coerce: Coerce;
  readonly rootFor: Selected<Root | null>;
}

interface Begun {
  readonly root: Root;
  /** As coerced. */
  readonly variables: { [name: string]: unknown };
  /** What the field gets. */
  readonly given: Readonly<Record<string, unknown>>;
}

function oneRoot(operation: OperationDefinitionNode, scope: Scope): Root {
  const type = scope.schema.getRootType(operation.operation);
  const [first, ...others] = type == null ? [] : fieldsOf(type, [operation.selectionSet], scope);
  if (type == null || first === undefined || others.length > 0) throw UNUSUAL;
  const [name, nodes] = first;
  const [node] = nodes;
  const field = type.getFields()[node?.name.value ?? ''];
  if (node === undefined || field?.resolve === undefined || name === '__proto__') throw UNUSUAL;
  const info = {
    fieldName: field.name,
    fieldNodes: nodes,
    returnType: field.type,
    parentType: type,
    path: { prev: undefined, key: name, typename: type.name },
    schema: scope.schema,
    fragments: Object.fromEntries(scope.fragments),
    rootValue: undefined,
    operation,
  };
  return {
    resolve: field.resolve,
    argumentsFor: argumentsOf(field, node.arguments),
    info,
    name,
    complete: completeType(field.type, nodes, scope),
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
