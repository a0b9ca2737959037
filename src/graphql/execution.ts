/**
 * Queries and mutations of one root field, which are nearly all. Its resolver is called here, once; what is selected of
 * the value that it gives is made by functions (selection.ts). If that turns out to be unusual, or the resolver throws,
 * graphql-js executes the operation on a schema in which root fields give what they gave.
 */
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  GraphQLObjectType,
  type GraphQLResolveInfo,
  GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql';
import type { Context } from './context.ts';
import { complete, createSelected, type Selected } from './selected.ts';
import { type Complete, completeType, fieldsOf, type Scope, UNUSUAL, type Variables } from './selection.ts';

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
  readonly field: GraphQLField<unknown, unknown>;
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  readonly node: FieldNode;
  readonly info: Omit<GraphQLResolveInfo, 'variableValues'>;
  /** What the field is asked for with. */
  readonly name: string;
  readonly complete: Complete;
}

/** What a root field gave: for graphql-js, which asks again. */
type Outcome = () => unknown;

export function createExecute(schema: GraphQLSchema): Execute {
  const replay = replaySchema(schema);
  const roots = new WeakMap<OperationDefinitionNode, Selected<Root | null>>();

  function rootOf(document: DocumentNode, operation: OperationDefinitionNode): Selected<Root | null> {
    const known = roots.get(operation) ?? createSelected(schema, { document, operation }, oneRoot);
    roots.set(operation, known);
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
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], said ?? {}, MOST_ERRORS);
    const root = coerced && rootOf(document, operation)(coerced);
    return root == null || coerced === undefined ? null : { root, variables: coerced };
  }

  return async (args) => {
    const { context } = args;
    const begun = begin(args);
    if (begun === null) return ordinary(args);
    const { root, variables } = begun;
    const given = argumentsOf(root, variables);
    if (given === null) return ordinary(args);
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

interface Begun {
  readonly root: Root;
  /** As coerced. */
  readonly variables: { [name: string]: unknown };
}

const MOST_ERRORS = { maxErrors: 50 }; // as graphql-js has it

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
  return { field, resolve: field.resolve, node, info, name, complete: completeType(field.type, nodes, scope) };
}

/** null: they are wrong. */
function argumentsOf({ field, node }: Root, variables: Variables): Record<string, unknown> | null {
  try {
    return getArgumentValues(field, node, variables);
  } catch {
    return null; // graphql-js says so
  }
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
