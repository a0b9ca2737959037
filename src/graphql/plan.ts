/**
 * What a subscription makes of one event: a query on that event. Its root field has lost its arguments, and its
 * variables are those that are used below it, so two subscriptions whose events are made into results in the same way
 * have the same plan and the same values, whomever each of them watches.
 */
import {
  type DocumentNode,
  defaultFieldResolver,
  GraphQLObjectType,
  GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  TypeInfo,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { createSelected, type Selected } from './selected.ts';
import { type Complete, completeObject, type Data } from './selection.ts';

export interface Plan {
  /** On the schema that {@link deliverySchema} makes. */
  readonly document: DocumentNode;
  /** Those that it uses. */
  readonly variables: readonly VariableDefinitionNode[];
  /** How the data of an event is made; null: by graphql-js. */
  readonly selected: Selected<Complete<Data> | null>;
}

/** The schema in which the subscription type is what is queried, each field of it without arguments. */
export function deliverySchema(schema: GraphQLSchema): GraphQLSchema {
  const root = schema.getSubscriptionType();
  if (root == null) throw new Error('the schema has subscriptions');
  const fields = Object.values(root.getFields()).map(
    ({ name, type, resolve = defaultFieldResolver }) => [name, { type, resolve }] as const,
  );
  const others = Object.values(schema.getTypeMap()).filter((type) => !rootsOf(schema).has(type.name));
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: root.name, fields: Object.fromEntries(fields) }),
    types: others,
  });
}

/** Plans are made once for each operation, and kept for as long as its document is. */
export function createPlanner(
  schema: GraphQLSchema,
  events: GraphQLSchema,
): (document: DocumentNode, chosen: OperationDefinitionNode) => Plan {
  const plans = new WeakMap<OperationDefinitionNode, Plan>();
  return (document, chosen) => {
    const known = plans.get(chosen);
    if (known !== undefined) return known;
    const plan = planFor({ schema, events }, document, chosen);
    plans.set(chosen, plan);
    return plan;
  };
}

interface Schemas {
  readonly schema: GraphQLSchema;
  /** What {@link deliverySchema} makes of it. */
  readonly events: GraphQLSchema;
}

function planFor({ schema, events }: Schemas, document: DocumentNode, chosen: OperationDefinitionNode): Plan {
  const fragments = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
  const bare = withoutRootArguments(schema, { ...document, definitions: [chosen, ...fragments] });
  const used = variablesIn(bare);
  const definitions = chosen.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? [];
  const [operation, ...rest] = bare.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('the operation stands first');
  const query = { ...operation, operation: OperationTypeNode.QUERY, directives: [], variableDefinitions: definitions };
  const plan: DocumentNode = { ...bare, definitions: [query, ...rest] };
  const selected = createSelected(events, { document: plan, operation: query }, ({ selectionSet }, scope) => {
    const root = events.getQueryType();
    if (root == null) throw new Error('events are queried');
    return completeObject(root, [selectionSet], scope);
  });
  return { document: plan, variables: definitions, selected };
}

function withoutRootArguments(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const types = new TypeInfo(schema);
  const root = schema.getSubscriptionType();
  const visitor = visitWithTypeInfo(types, {
    Field: (field) => (types.getParentType() === root ? { ...field, arguments: [] } : undefined),
  });
  return visit(document, visitor);
}

/** Those of the fragments too, whether or not the operation comes to use them all. */
function variablesIn(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: (variable) => void names.add(variable.name.value),
  });
  return names;
}

function rootsOf(schema: GraphQLSchema): ReadonlySet<string | undefined> {
  return new Set(
    [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].map((type) => type?.name),
  );
}
