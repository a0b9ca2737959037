/** Everything that can be read, as documents made from the schema: a field that comes tomorrow is read tomorrow. */
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { schema } from '../../src/graphql/schema.ts';

/** What an argument may be, as it stands in a document; by its name, or by that of its field and its own. */
export type Arguments = Readonly<Record<string, readonly string[]>>;

const DEPTH = 5; // fields below one of Query

/** Each field of Query with everything below it, once for each value of its arguments, all in one document. */
export function sweepOf(args: Arguments, variables: string): string {
  const fields = callsOfQuery(args).map(({ name, call }) => `${name}: ${call}`);
  return `query (${variables}) { ${fields.join('\n')} } ${anything(args)}`;
}

/** The same, each in a document of its own, without those that need a variable. */
export function readsOf(args: Arguments): readonly string[] {
  return callsOfQuery(args)
    .filter(({ call }) => !call.includes('$'))
    .map(({ call }) => (call.includes('...Anything') ? `{ ${call} } ${anything(args)}` : `{ ${call} }`));
}

function callsOfQuery(args: Arguments): readonly { readonly name: string; readonly call: string }[] {
  const query = schema.getQueryType();
  if (query == null) throw new Error('a schema without queries');
  return Object.values(query.getFields()).flatMap((field) => {
    const type = getNamedType(field.type);
    const content = isInterfaceType(type) ? ' { ...Anything }' : below(type, args, []);
    return callsOf(field, args).map((call, at) => ({ name: `${field.name}${at}`, call: `${call}${content}` }));
  });
}

/** Once for all fields that answer any node. */
function anything(args: Arguments): string {
  const node = schema.getType('Node');
  if (!isInterfaceType(node)) throw new Error('a schema without nodes');
  const kinds = schema.getPossibleTypes(node).map((kind) => `... on ${kind.name} ${below(kind, args, [])}`);
  return `fragment Anything on Node { __typename ${kinds.join(' ')} }`;
}

/** What a subscription brings, all of it. */
export function everythingBelow(subscription: string, args: Arguments): string {
  const field = schema.getSubscriptionType()?.getFields()[subscription];
  if (field === undefined) throw new Error(`there is no subscription ${subscription}`);
  return below(getNamedType(field.type), args, []);
}

export const SUBSCRIPTIONS: readonly string[] = Object.keys(schema.getSubscriptionType()?.getFields() ?? {});

function below(type: GraphQLNamedType, args: Arguments, path: readonly string[]): string {
  if (!isObjectType(type)) return '';
  return ` { ${selection(type, args, [...path, type.name]).join(' ')} }`;
}

function selection(type: GraphQLObjectType, args: Arguments, path: readonly string[]): readonly string[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const next = getNamedType(field.type);
    if (isObjectType(next) && (path.includes(next.name) || path.length > DEPTH)) return [];
    // One field of two kinds may be of two types, which one result cannot have under one name.
    return callsOf(field, args).map((call, at) => `${type.name}_${field.name}${at}: ${call}${below(next, args, path)}`);
  });
}

/** A field with its arguments, once for each value of those it has to have; the others take their defaults. */
function callsOf(field: GraphQLField<unknown, unknown>, args: Arguments): readonly string[] {
  return field.args.filter(isRequiredArgument).reduce<readonly string[]>(
    (calls, { name }) => {
      const values = args[`${field.name}.${name}`] ?? args[name];
      if (values === undefined) throw new Error(`${field.name} needs ${name}, and nobody says what that may be`);
      return calls.flatMap((call) => values.map((value) => withArgument(call, `${name}: ${value}`)));
    },
    [field.name],
  );
}

const withArgument = (call: string, argument: string): string =>
  call.endsWith(')') ? `${call.slice(0, -1)}, ${argument})` : `${call}(${argument})`;
