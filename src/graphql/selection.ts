/**
 * What an operation selects, made into functions once. graphql-js finds out anew for each value what is selected of it,
 * which costs more than making the values: a person's presence took three times as long.
 *
 * Only what is ordinary is done here. Whatever is not (an error, a null where none may be, an abstract type, a resolver
 * that wants to know where it is) makes the whole operation UNUSUAL, and graphql-js does it again from the beginning. So
 * errors are always its own, and what it answers otherwise is the law that a property test compares this with. Every
 * resolver below a root field may therefore run twice, as one that only reads may.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  type InlineFragmentNode,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql';
import { argumentsOf, type Variables } from './arguments.ts';
import { unusual } from './unusual.ts';

export interface Data {
  [name: string]: unknown;
}

/** What functions are made from. */
export interface Scope {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** As coerced. Only those in conditions are gone by: whoever has the same of them has the same functions. */
  readonly variables: Variables;
}

/** One value and all below it. */
export interface Run {
  readonly context: unknown;
  /** As coerced. */
  readonly variables: Variables;
  /** Values that take time, each of which puts itself where it belongs. They may lead to more of them. */
  pending: Promise<void>[];
}

/** @throws UNUSUAL or whatever else: it is not to be done in this way */
export type Complete<Made = unknown> = (value: unknown, run: Run) => Made;

/** The fields that are selected of a type, by the names they are asked for with, in the order of the answer. */
export function fieldsOf(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  scope: Scope,
): ReadonlyMap<string, readonly FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const spread = new Set<string>();

  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (!isIncluded(selection, scope)) continue;
      if (selection.kind === Kind.FIELD) add(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collectFrom(selection);
      else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        collectFrom(scope.fragments.get(selection.name.value));
      }
    }
  }

  function add(field: FieldNode): void {
    const name = field.alias?.value ?? field.name.value;
    const same = fields.get(name);
    if (same === undefined) fields.set(name, [field]);
    else same.push(field);
  }

  function collectFrom(fragment: InlineFragmentNode | FragmentDefinitionNode | undefined): void {
    if (fragment !== undefined && applies(fragment, type, scope)) collect(fragment.selectionSet);
  }

  for (const set of sets) collect(set);
  return fields;
}

function applies(
  { typeCondition }: InlineFragmentNode | FragmentDefinitionNode,
  type: GraphQLObjectType,
  { schema }: Scope,
): boolean {
  if (typeCondition === undefined) return true;
  const named = typeFromAST(schema, typeCondition);
  return named === type || (isAbstractType(named) && schema.isSubType(named, type));
}

function isIncluded(selection: SelectionNode, { variables }: Scope): boolean {
  if (selection.directives === undefined || selection.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if !== false;
}

export function completeType(type: GraphQLOutputType, nodes: readonly FieldNode[], scope: Scope): Complete {
  if (isNonNullType(type)) {
    const complete = completeType(type.ofType, nodes, scope);
    return (value, run) => complete(value, run) ?? unusual();
  }
  if (isListType(type)) return listOf(completeType(type.ofType, nodes, scope));
  if (isLeafType(type)) return leafOf(type);
  if (isObjectType(type)) {
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const complete = completeObject(type, sets, scope);
    return (value, run) => (value == null ? null : complete(value, run));
  }
  return unusual();
}

function leafOf(type: GraphQLLeafType): Complete {
  return (value) => {
    if (value == null) return null;
    return value instanceof Error ? unusual() : (type.serialize(value) ?? unusual());
  };
}

function listOf(complete: Complete): Complete {
  return (value, run) => {
    if (value == null) return null;
    if (!Array.isArray(value)) return unusual();
    const list: unknown[] = [];
    for (const item of value) {
      if (isPromise(item)) later(list, list.length, { value: item, complete, run });
      else list.push(complete(item, run));
    }
    return list;
  };
}

/** @throws UNUSUAL */
export function completeObject(
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  scope: Scope,
): Complete<Data> {
  if (type.isTypeOf != null) return unusual();
  const fields = [...fieldsOf(type, sets, scope)].map(([name, nodes]) => fieldOf(type, { name, nodes }, scope));
  return (source, run) => {
    if (source instanceof Error) return unusual();
    const data: Data = {};
    for (const { name, read, complete } of fields) {
      const value = read(source, run);
      if (isPromise(value)) later(data, name, { value, complete, run });
      else data[name] = complete(value, run);
    }
    return data;
  };
}

interface Field {
  readonly name: string;
  readonly read: (source: unknown, run: Run) => unknown;
  readonly complete: Complete;
}

function fieldOf(
  type: GraphQLObjectType,
  { name, nodes }: { readonly name: string; readonly nodes: readonly FieldNode[] },
  scope: Scope,
): Field {
  const [node] = nodes;
  if (node === undefined || name === '__proto__') return unusual(); // not a name to put into an ordinary object
  if (node.name.value === '__typename') return { name, read: () => type.name, complete: (value) => value };
  const field = type.getFields()[node.name.value];
  if (field === undefined) return unusual();
  return { name, read: readField(field, node), complete: completeType(field.type, nodes, scope) };
}

function readField(field: GraphQLField<unknown, unknown>, node: FieldNode): Field['read'] {
  const { resolve } = field;
  if (resolve === undefined) return (source) => property(source, field.name);
  if (resolve.length > 3) return unusual(); // it takes `info`
  if (field.args.length === 0) return (source, { context }) => resolve(source, NO_ARGUMENTS, context, NOWHERE);
  const argumentsFor = argumentsOf(field, node.arguments);
  return (source, { context, variables }) => resolve(source, argumentsFor(variables), context, NOWHERE);
}

const NO_ARGUMENTS = Object.freeze({});

/** For a resolver that does not look where it is. */
const NOWHERE: GraphQLResolveInfo = {
  get fieldName() {
    return unusual();
  },
  get fieldNodes() {
    return unusual();
  },
  get returnType() {
    return unusual();
  },
  get parentType() {
    return unusual();
  },
  get path() {
    return unusual();
  },
  get schema() {
    return unusual();
  },
  get fragments() {
    return unusual();
  },
  get rootValue() {
    return unusual();
  },
  get operation() {
    return unusual();
  },
  get variableValues() {
    return unusual();
  },
};

function property(source: unknown, name: string): unknown {
  if (typeof source !== 'object' || source === null) return unusual();
  const value: unknown = Reflect.get(source, name);
  return typeof value === 'function' ? unusual() : value;
}

interface Found {
  readonly value: Promise<unknown>;
  readonly complete: Complete;
  readonly run: Run;
}

/** Keeps the place of what takes time, and puts it there. */
function later<Key extends PropertyKey>(
  into: { [key in Key]: unknown },
  key: Key,
  { value, complete, run }: Found,
): void {
  into[key] = null;
  const done = value.then((made) => {
    into[key] = complete(made, run);
  });
  done.catch(() => undefined); // whoever awaits all of them hears of it
  run.pending.push(done);
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function';
