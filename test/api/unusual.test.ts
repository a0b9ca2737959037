/**
 * What is selected is made by functions of our own, and by graphql-js where something is unusual. Nobody can tell which:
 * whatever is asked for, the answer is the one that graphql-js gives, and what changes something is done once.
 */
import fc from 'fast-check';
import {
  buildSchema,
  type ExecutionResult,
  execute as executeAlone,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { expect, it } from 'vitest';
import type { Context } from '../../src/graphql/context.ts';
import { createExecute } from '../../src/graphql/execution.ts';

const SCHEMA = `
  interface Named { name: String }
  enum Kind { ROUND SQUARE }
  input Choice { kind: Kind = SQUARE, words: [String!], more: Int! = 3 }
  type Thing implements Named {
    name: String  sure: String!  number(add: Int = 1, of: [Int!]): Int!  kind: Kind  wrongKind: Kind  wrongNumber: Int
    later: String  laterNull: String!  laterFails: String  fails: String  failsHard: String!  returnsError: String
    nothing: String!  method: String  where: String  thing: Thing  sureThing: Thing!  laterThing: Thing!  brokenThing: Thing
    things: [Thing!]!  holes: [Thing]  brokenList: [Thing!]  laterList: [String]  notAList: [String!]  set: [Int]  named: Named
    chosen(choice: Choice! = {}): String
  }
  type Query { thing: Thing  sure: Thing!  chosen(choice: Choice): Thing  none: Thing  fails: Thing!  things: [Thing!]!  text: String }
  type Mutation { make(choice: Choice!): Thing  break: Thing!  say(words: String = "nothing"): String }
`;

/** How often each root field of a mutation was called, and what resolvers got for the place where they are. */
let done: string[] = [];
let places = new Set<unknown>();

const RESOLVERS: Readonly<Record<string, Readonly<Record<string, (...given: never[]) => unknown>>>> = {
  Thing: {
    sure: (...given: unknown[]) => {
      places.add(given[3]);
      return 'sure';
    },
    number: (_: unknown, { add, of }: { add: number; of?: number[] }) =>
      (of ?? []).reduce((sum, each) => sum + each, add),
    wrongKind: () => 'OVAL',
    wrongNumber: () => 'many',
    later: async () => 'later',
    laterNull: async () => null,
    laterFails: async () => failure('later'),
    fails: () => failure('at once'),
    failsHard: () => failure('hard'),
    returnsError: () => new Error('returned'),
    nothing: () => null,
    where: (_: unknown, __: unknown, ___: unknown, { path }: { path: { key: string } }) => path.key,
    thing: () => ({ name: 'below' }),
    sureThing: () => ({ name: 'sure' }),
    laterThing: async () => ({ name: 'later' }),
    brokenThing: () => new Error('broken'),
    things: () => [{ name: 'one' }, { name: 'two', kind: 'ROUND' }],
    holes: () => [null, { name: 'one' }, undefined],
    brokenList: () => [null, { name: 'one' }],
    laterList: () => ['now', Promise.resolve('later'), null],
    notAList: () => 7,
    set: () => new Set([1, 2]),
    named: () => ({ __typename: 'Thing', name: 'named' }),
    chosen: (_: unknown, { choice }: { choice: object }) => JSON.stringify(choice),
  },
  Query: {
    thing: () => THING,
    sure: async () => THING,
    chosen: (_: unknown, { choice }: { choice?: object }) => ({ name: JSON.stringify(choice ?? null) }),
    none: () => null,
    fails: async () => failure('root'),
    things: () => [THING, { name: 'other' }],
    text: () => 'text',
  },
  Mutation: {
    make: async (_: unknown, { choice }: { choice: object }) => note('make', { name: JSON.stringify(choice) }),
    break: () => note('break', failure),
    say: (_: unknown, { words }: { words: string }) => note('say', words),
  },
};

const THING = { name: 'thing', kind: 'SQUARE', method: () => 'method' };

function failure(text: string): never {
  throw new Error(text);
}

function note(what: string, answer: unknown): unknown {
  done.push(what);
  return answer === failure ? failure('broken') : answer;
}

const schema: GraphQLSchema = buildSchema(SCHEMA);
for (const [name, resolvers] of Object.entries(RESOLVERS)) {
  const type = schema.getType(name);
  for (const [field, resolve] of Object.entries(resolvers))
    if (isObjectType(type)) Object.assign(type.getFields()[field] ?? {}, { resolve });
}

const CONDITIONS = ['', '', '', '@include(if: $yes)', '@skip(if: $no)', '@include(if: false)', '@skip(if: $yes)'];
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  number: ['', '(add: 2)', '(add: $add)', '(add: null)', '(of: [1, $add])'],
  chosen: ['', '(choice: { kind: ROUND })', '(choice: { words: ["a"], more: $more })', '(choice: $choice)'],
  make: ['(choice: { words: [] })', '(choice: $choice)', '(choice: { more: $more })'],
  say: ['', '(words: $words)', '(words: "it")'],
};

/** Mostly what is ordinary: what fails would hide what comes after. */
const SELDOM = /fails|wrong|null|nothing|returns|method|where|broken|not|set|named|break/i;

function selections(type: GraphQLOutputType, depth: number, least = 1): fc.Arbitrary<string> {
  const named = getNamedType(type);
  if (isInterfaceType(named)) return fc.constantFrom('{ name }', '{ __typename name ... on Thing { kind } }');
  if (!isObjectType(named)) return fc.constant('');
  const fields = Object.values(named.getFields()).filter(
    (field) => depth > 0 || !isCompositeType(getNamedType(field.type)),
  );
  const ordinary = fields.filter(({ name }) => !SELDOM.test(name));
  const any = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...fields) },
    { weight: 25, arbitrary: fc.constantFrom(...ordinary) },
  );
  const one = any.chain((field) =>
    fc
      .record({
        alias: fc.constantFrom('', '', `${field.name}Again: `),
        args: fc.constantFrom(...(ARGUMENTS[field.name] ?? [''])),
        condition: fc.constantFrom(...CONDITIONS),
        below: selections(field.type, depth - 1),
        wrapped: fc.constantFrom('', '', `... on ${named.name}`, '...', named.name === 'Thing' ? '... on Named' : ''),
      })
      .map(({ alias, args, condition, below, wrapped }) => {
        const text = `${alias}${field.name}${args} ${condition} ${below}`;
        if (wrapped === '' || (wrapped === '... on Named' && field.name !== 'name')) return text;
        return `${wrapped} ${condition} { ${text} }`;
      }),
  );
  return fc
    .array(fc.oneof({ weight: 12, arbitrary: one }, fc.constantFrom('__typename', 'type: __typename')), {
      minLength: least,
      maxLength: named.name === 'Thing' ? 5 : 1,
    })
    .map((all) => `{ ${all.join(' ')} ${named.name === 'Thing' && depth > 1 ? '...Common' : ''} }`);
}

const DECLARED =
  '($yes: Boolean! = true, $no: Boolean! = false, $add: Int! = 5, $more: Int! = 6, $words: String, $choice: Choice! = { more: 9 })';

const operations = fc.record({
  kind: fc.constantFrom('query', 'mutation'),
  variables: fc.record(
    {
      yes: fc.boolean(),
      no: fc.boolean(),
      add: fc.constantFrom(1, 2),
      more: fc.constantFrom(1, 2, 3, 4, 5, 'many'),
      words: fc.constantFrom('some', null),
      choice: fc.constantFrom({}, { more: 2 }, { words: ['a'] }, { kind: 'ROUND' }, { kind: 'OVAL' }),
    },
    { requiredKeys: [] },
  ),
});

const asked = operations.chain(({ kind, variables }) => {
  const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  if (type == null) throw new Error('the schema has both');
  return selections(type, 3).map((below) => ({
    text: `${kind} Any${DECLARED} ${below} fragment Common on Thing { common: name sure @include(if: $yes) number }`,
    variables,
  }));
});

async function answered(execute: () => ExecutionResult | Promise<ExecutionResult>) {
  done = [];
  const result = JSON.stringify(await execute());
  return { result: JSON.parse(result), text: result, done };
}

it('answers as graphql-js does, whatever is asked for, and does once what changes something', async () => {
  const execute = createExecute(schema);
  const contextValue = {} as Context;
  let [compared, ours] = [0, 0];
  await fc.assert(
    fc.asyncProperty(asked, async ({ text, variables }) => {
      const document = parse(text);
      fc.pre(validate(schema, document).every(({ message }) => /never used/.test(message)));
      places = new Set();
      const made = await answered(() => execute({ document, operationName: null, variables, context: contextValue }));
      const nowhere = [...places].some((place) => Object.keys(Object(place)).length > 0 && isNowhere(place));
      const alone = await answered(() => executeAlone({ schema, document, variableValues: variables, contextValue }));
      expect(made).toEqual(alone);
      compared++;
      if (nowhere && alone.result.errors === undefined) ours++;
    }),
    { numRuns: 300 },
  );
  expect(compared).toBeGreaterThan(150);
  expect(ours).toBeGreaterThan(10); // so this is about both ways
});

/** What functions of our own give for the place, which they do not know. */
function isNowhere(place: unknown): boolean {
  try {
    return Reflect.get(Object(place), 'fieldName') === undefined;
  } catch {
    return true;
  }
}
