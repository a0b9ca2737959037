/**
 * How many fields the answer to an operation may have: what is asked of each of a list counts as often as the list may
 * be long, and lists in lists multiply. Worked out once for a document; where lengths stand in variables, what is left
 * to do for a request is a few multiplications.
 */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { Variables } from './arguments.ts';
import { fragmentsIn } from './fragments.ts';
import { MAX_PAGE } from './page.ts';

/** The same for everybody, or by the variables. */
export type Cost = number | ((variables: Variables) => number);

const USUAL = 20; // items of a list whose length nothing says: sessions, claims, custom statuses
const MOST_NAMED = 1_000; // ids that count; how many may be named is a limit of its own

/** Of the operation that costs most. The document is valid, and small enough once its fragments are put in. */
export function costOf(schema: GraphQLSchema, document: DocumentNode): Cost {
  const costs = document.definitions.flatMap((each) =>
    each.kind === Kind.OPERATION_DEFINITION ? costOfOperation(schema, document, each) : [],
  );
  return costs.reduce(combined(Math.max), 0);
}

function costOfOperation(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Cost {
  const fragments = fragmentsIn(document);
  const defaults = new Map(
    operation.variableDefinitions?.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  );

  function costOfSelections({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined): Cost {
    const costs = selections.map((selection): Cost => {
      if (selection.kind === Kind.FIELD) return costOfField(selection, type);
      const part = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (part === undefined) return 0;
      const condition = part.typeCondition?.name.value;
      return costOfSelections(part.selectionSet, condition === undefined ? type : schema.getType(condition));
    });
    return costs.reduce(plus, 0);
  }

  function costOfField(node: FieldNode, parent: GraphQLNamedType | undefined): Cost {
    if (!isObjectType(parent) && !isInterfaceType(parent)) return 1;
    const field = parent.getFields()[node.name.value];
    // The schema itself, about which one may ask no more than GraphQL's own rules allow, and __typename.
    if (field === undefined || node.selectionSet === undefined) return 1;
    const below = costOfSelections(node.selectionSet, getNamedType(field.type));
    return times(lengthOf(field, node, parent), plus(1, below));
  }

  /** How many there are of what the field says. */
  function lengthOf(field: GraphQLField<unknown, unknown>, node: FieldNode, parent: GraphQLNamedType): Cost {
    const given = (name: string) => node.arguments?.find((each) => each.name.value === name)?.value;
    const page = field.args.find(({ name }) => name === 'first');
    if (page !== undefined) return byValue(given('first'), (value) => pageOf(value ?? page.defaultValue));
    if (!isListType(getNullableType(field.type))) return 1;
    const ids = field.args.find(({ type }) => isListType(getNullableType(type)));
    if (ids !== undefined) return byValue(given(ids.name), namedIn);
    return parent.name.endsWith('Connection') ? 1 : USUAL; // the edges of a page, which counts already
  }

  function byValue(node: ValueNode | undefined, measure: (value: unknown) => number): Cost {
    if (node?.kind !== Kind.VARIABLE) return measure(plain(node));
    const { value: name } = node.name;
    const fallback = plain(defaults.get(name));
    return (variables) => measure(variables[name] === undefined ? fallback : variables[name]);
  }

  return costOfSelections(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined);
}

/** A larger page is refused where it is asked for, by its own error. */
const pageOf = (value: unknown): number =>
  typeof value === 'number' ? Math.min(Math.max(value, 0), MAX_PAGE) : MAX_PAGE;

const namedIn = (value: unknown): number => Math.min(Array.isArray(value) ? value.length : 1, MOST_NAMED);

/** Of a literal, as far as lengths go by it: a number, or as many items as there are. */
function plain(node: ValueNode | undefined): unknown {
  if (node?.kind === Kind.INT) return Number(node.value);
  return node?.kind === Kind.LIST ? node.values : undefined;
}

function combined(calculate: (a: number, b: number) => number): (a: Cost, b: Cost) => Cost {
  return (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return calculate(a, b);
    return (variables) => calculate(costWith(a, variables), costWith(b, variables));
  };
}

const plus = combined((a, b) => a + b);
const times = combined((a, b) => a * b);

export const costWith = (cost: Cost, variables: Variables): number =>
  typeof cost === 'number' ? cost : cost(variables);
