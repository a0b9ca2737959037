/**
 * The variables and arguments of an operation, with their types looked up once: graphql-js walks the whole input type for
 * each call. Whatever is wrong is UNUSUAL, and so is a variable inside a list or a scalar: graphql-js finds it again, and
 * says so.
 */
import {
  coerceInputValue,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  type ValueNode,
  valueFromAST,
  visit,
} from 'graphql';
import { UNUSUAL, unusual } from './unusual.ts';

export type Variables = Readonly<Record<string, unknown>>;

type Values = Record<string, unknown>;

/** @throws UNUSUAL */
export type Coerce = (said: Variables) => Values;

/** @throws UNUSUAL */
export type Arguments = (variables: Variables) => Values;

const ABSENT = Symbol('it was left out');

/** Reads a value, or that it was left out. */
type Read = (variables: Variables) => unknown;

/** As GraphQL has them, section 6.1.2. @throws UNUSUAL */
export function variablesOf(schema: GraphQLSchema, { variableDefinitions = [] }: OperationDefinitionNode): Coerce {
  const known = variableDefinitions.map(({ variable, type: said, defaultValue }) => {
    const type = typeFromAST(schema, said);
    if (!isInputType(type) || variable.name.value === '__proto__') throw UNUSUAL; // no name to put into an ordinary object
    const fallback = defaultValue && valueFromAST(defaultValue, type);
    return { name: variable.name.value, required: isNonNullType(type), coerce: coerceTo(type), fallback };
  });
  return (said) => {
    const coerced: Values = {};
    for (const { name, required, coerce, fallback } of known) {
      if (Object.hasOwn(said, name)) coerced[name] = coerce(said[name]);
      else if (fallback !== undefined) coerced[name] = fallback;
      else if (required) throw UNUSUAL;
    }
    return coerced;
  };
}

/** A value that came along, as its type has it. @throws UNUSUAL */
function coerceTo(type: GraphQLInputType): (said: unknown) => unknown {
  if (isNonNullType(type)) {
    const coerce = coerceTo(type.ofType);
    return (said) => (said == null ? unusual() : coerce(said));
  }
  const coerce = coercePresent(type);
  return (said) => (said == null ? null : coerce(said));
}

function coercePresent(type: GraphQLInputType): (said: NonNullable<unknown>) => unknown {
  if (isListType(type)) {
    const coerce = coerceTo(type.ofType as GraphQLInputType);
    return (said) => (Array.isArray(said) ? said.map(coerce) : unusual());
  }
  if (isLeafType(type)) return (said) => type.parseValue(said) ?? unusual();
  return (said) => coerceInputValue(said, type, unusual);
}

/** As GraphQL has them, section 6.4.1. @throws UNUSUAL */
export function argumentsOf({ args }: GraphQLField<unknown, unknown>, given: readonly Given[] = []): Arguments {
  return readMembers(args, given);
}

/** An argument, or a field of an input object. */
interface Member {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly defaultValue?: unknown;
}

/** What is said of one. */
interface Given {
  readonly name: { readonly value: string };
  readonly value: ValueNode;
}

function readMembers(members: readonly Member[], given: readonly Given[]): Arguments {
  const said = new Map(given.map(({ name, value }) => [name.value, value]));
  const readers = members.map((member) => ({ name: member.name, read: readMember(member, said.get(member.name)) }));
  return (variables) => {
    const values: Values = {};
    for (const { name, read } of readers) {
      const value = read(variables);
      if (value !== ABSENT) values[name] = value;
    }
    return values;
  };
}

function readMember({ type, defaultValue }: Member, said: ValueNode | undefined): Read {
  const read = said === undefined ? () => ABSENT : readValue(type, said);
  const fallback = defaultValue === undefined ? ABSENT : defaultValue;
  const required = isNonNullType(type);
  return (variables) => {
    const value = read(variables);
    const stands = value === ABSENT ? fallback : value;
    if (required && (stands === ABSENT || stands === null)) throw UNUSUAL;
    return stands;
  };
}

function readValue(type: GraphQLInputType, said: ValueNode): Read {
  if (isNonNullType(type)) return readValue(type.ofType, said);
  if (said.kind === Kind.VARIABLE) {
    const name = said.name.value;
    return (variables) => (Object.hasOwn(variables, name) ? variables[name] : ABSENT);
  }
  if (!hasVariables(said)) {
    const value = valueFromAST(said, type);
    if (value === undefined) throw UNUSUAL;
    return () => value;
  }
  if (said.kind !== Kind.OBJECT || !isInputObjectType(type) || type.isOneOf) throw UNUSUAL;
  return readMembers(Object.values(type.getFields()), said.fields);
}

function hasVariables(said: ValueNode): boolean {
  let found = false;
  const see = () => {
    found = true;
  };
  visit(said, { Variable: see });
  return found;
}
