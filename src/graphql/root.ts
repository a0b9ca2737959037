/** The one root field that nearly all operations have, found once, and called with the variables of each request. */
import {
  type DocumentNode,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { type Arguments, argumentsOf, type Coerce, type Variables, variablesOf } from './arguments.ts';
import type { Context } from './context.ts';
import { createSelected, type Selected } from './selected.ts';
import { type Complete, completeType, fieldsOf, type Scope } from './selection.ts';
import { UNUSUAL } from './unusual.ts';

interface Root {
  /** What the field is asked for with. */
  readonly name: string;
  readonly info: Omit<GraphQLResolveInfo, 'variableValues'>;
  /** Makes what is selected of a value. */
  readonly complete: Complete;
  /** `resolve`, or of a subscription `subscribe`. */
  readonly resolver: GraphQLFieldResolver<unknown, unknown>;
  readonly argumentsFor: Arguments;
}

/** With the variables of one request. A class, because there is one for each. */
class Call {
  readonly root: Root;
  /** As coerced. */
  readonly variables: { [name: string]: unknown };
  private readonly given: Readonly<Record<string, unknown>>;

  /** @throws UNUSUAL */
  constructor(root: Root, variables: { [name: string]: unknown }) {
    this.root = root;
    this.variables = variables;
    this.given = root.argumentsFor(variables);
  }

  /** Calls the resolver. */
  make(context: Context): unknown {
    const { resolver, info } = this.root;
    return resolver(undefined, this.given, context, { ...info, variableValues: this.variables });
  }
}

/** null: there is more than one root field, or something is unusual or wrong, which graphql-js finds again and says. */
export type CallFor = (document: DocumentNode, operation: OperationDefinitionNode, said: Variables) => Call | null;

export function createCalls(schema: GraphQLSchema): CallFor {
  const prepared = new WeakMap<OperationDefinitionNode, Prepared>();

  function prepare(document: DocumentNode, operation: OperationDefinitionNode): Prepared {
    const known = prepared.get(operation) ?? {
      coerce: variablesOf(schema, operation),
      rootFor: createSelected(schema, { document, operation }, oneRoot),
    };
    prepared.set(operation, known);
    return known;
  }

  return (document, operation, said) => {
    try {
      const { coerce, rootFor } = prepare(document, operation);
      const variables = coerce(said);
      const root = rootFor(variables);
      return root && new Call(root, variables);
    } catch {
      return null;
    }
  };
}

interface Prepared {
  readonly coerce: Coerce;
  readonly rootFor: Selected<Root | null>;
}

function oneRoot(operation: OperationDefinitionNode, scope: Scope): Root {
  const type = scope.schema.getRootType(operation.operation);
  const [first, ...others] = type == null ? [] : fieldsOf(type, [operation.selectionSet], scope);
  if (type == null || first === undefined || others.length > 0) throw UNUSUAL;
  const [name, nodes] = first;
  const [node] = nodes;
  const field = type.getFields()[node?.name.value ?? ''];
  const resolver = operation.operation === OperationTypeNode.SUBSCRIPTION ? field?.subscribe : field?.resolve;
  if (node === undefined || field === undefined || resolver === undefined || name === '__proto__') throw UNUSUAL;
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
    name,
    info,
    complete: completeType(field.type, nodes, scope),
    resolver,
    argumentsFor: argumentsOf(field, node.arguments),
  };
}
