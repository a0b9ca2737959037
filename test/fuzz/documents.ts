/** Operations nobody would write: made from the schema, with whatever fits into a variable, and some that nearly fit. */
import fc from 'fast-check';
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { schema } from '../../src/graphql/schema.ts';

export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What has broken other servers. */
const STRINGS = [
  '',
  ' ',
  'ada',
  'bo',
  'presence:ada',
  'member:lobby:ada',
  'session:AAAAAAAAAAAAAAAA',
  'channel:team:7',
  'customStatus:AAAAAAAAAAAA',
  'lobby',
  '__proto__',
  'constructor',
  'toString',
  '\ud800',
  '\udc00x',
  'a\u0000b',
  '\u202egnp.exe',
  '\u200b',
  '\ufeff',
  '👨‍👩‍👧‍👦'.repeat(30),
  'e\u0301'.repeat(200),
  'x'.repeat(5_000),
  '{s0}',
  '\r\nSET a b\r\n',
  '%00%ff',
  '../../etc/passwd',
  '2026-06-01T12:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00.001Z',
  '0000-01-01T00:00:00Z',
  'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260601T000000Z\r\nRRULE:FREQ=SECONDLY\r\nEND:VEVENT\r\nEND:VCALENDAR',
  'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=No/Where:20260601T000000\r\nEND:VEVENT\r\nEND:VCALENDAR',
  'bm90IGEgY3Vyc29y',
] as const;
const NUMBERS = [0, -0, 1, -1, 60, 0.5, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53, 1e308, -1e308, 5e-324] as const;

const anything = fc.oneof(
  fc.constantFrom<unknown>(...STRINGS, ...NUMBERS, true, false, null, [], {}, [[[]]]),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.json({ maxDepth: 6 }).map((text): unknown => JSON.parse(text)),
  fc.constant(JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":{}}}')),
);

/** Where chance comes from; the operation as a whole is what is drawn. */
interface Draw {
  upTo(most: number): number;
  oneOf<Each>(...values: readonly [Each, ...Each[]]): Each;
  anything(): unknown;
}

const draw: fc.Arbitrary<Draw> = fc
  .tuple(fc.infiniteStream(fc.nat({ max: 2 ** 30 })), fc.infiniteStream(anything))
  .map(([numbers, values]) => {
    const upTo = (most: number): number => numbers.next().value % (most + 1);
    return {
      upTo,
      oneOf: (first, ...more) => [first, ...more][upTo(more.length)] ?? first,
      anything: () => values.next().value,
    };
  });

/** An operation that GraphQL finds valid, mostly; some have letters that are missing, doubled or out of place. */
export const anyOperation: fc.Arbitrary<Operation> = fc.noShrink(draw).map((chance) => {
  const kind = chance.oneOf('query', 'query', 'mutation', 'mutation', 'subscription');
  const written = createWriter(chance);
  const fields = Object.values(ROOTS[kind]?.getFields() ?? {});
  const calls = Array.from({ length: kind === 'subscription' ? 1 : 1 + chance.upTo(2) }, (_, at) => {
    const field = fields[chance.upTo(fields.length - 1)];
    return field === undefined ? '' : `r${at}: ${written.call(field, 4)}`;
  });
  const { declared, variables } = written;
  const text = `${kind} Op${declared.length > 0 ? `(${declared.join(', ')})` : ''} { ${calls.join(' ')} }`;
  return { query: chance.upTo(6) === 0 ? nearly(text, chance) : text, variables };
});

const ROOTS = {
  query: schema.getQueryType(),
  mutation: schema.getMutationType(),
  subscription: schema.getSubscriptionType(),
};

type Field = GraphQLField<unknown, unknown>;

/** Writes fields, and notes the variables that they need. */
function createWriter(chance: Draw) {
  const declared: string[] = [];
  const variables: Record<string, unknown> = {};

  function call({ name, args, type }: Field, depth: number): string {
    const given = args.flatMap((arg) => {
      if (!isNonNullType(arg.type) && chance.upTo(1) === 0) return [];
      const variable = `v${declared.length}`;
      declared.push(`$${variable}: ${arg.type}`);
      variables[variable] = chance.upTo(12) === 0 ? chance.anything() : valueFor(arg.type, chance);
      return [`${arg.name}: $${variable}`];
    });
    const directive = chance.oneOf('', '', '', '', '', ' @skip(if: false)', ' @include(if: true)', ' @skip(if: true)');
    return `${name}${given.length > 0 ? `(${given.join(', ')})` : ''}${directive}${selection(type, depth - 1)}`;
  }

  function selection(type: GraphQLOutputType, depth: number): string {
    const named = getNamedType(type);
    if (isInterfaceType(named)) {
      const kinds = schema.getPossibleTypes(named).filter(() => chance.upTo(1) === 0);
      return ` { __typename ${kinds.map((each) => `... on ${each.name}${selection(each, depth)}`).join(' ')} }`;
    }
    if (!isObjectType(named)) return '';
    const chosen = Object.values(named.getFields()).filter(
      (field) => (depth > 0 || !isObjectType(getNamedType(field.type))) && chance.upTo(2) > 0,
    );
    const fields = chosen.map((field, at) => `f${depth}${at}${named.name}: ${call(field, depth)}`);
    return ` { __typename ${fields.join(' ')} }`;
  }

  return { declared, variables, call };
}

function valueFor(type: GraphQLInputType, chance: Draw): unknown {
  if (isNonNullType(type)) return valueFor(type.ofType, chance);
  if (isListType(type))
    return Array.from({ length: chance.oneOf(0, 1, 2, 3, 120) }, () => valueFor(type.ofType, chance));
  if (isEnumType(type)) return chance.oneOf('NOTHING', ...type.getValues().map(({ name }) => name));
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) || chance.upTo(1) === 0);
    return Object.fromEntries(
      fields.map((field) => [field.name, chance.upTo(15) === 0 ? null : valueFor(field.type, chance)]),
    );
  }
  switch (type.name) {
    case 'Int':
      return chance.oneOf(...NUMBERS);
    case 'Boolean':
      return chance.oneOf(true, false);
    case 'JSONObject':
      return chance.anything();
    default:
      return chance.oneOf(...STRINGS);
  }
}

const PIECES = [
  '',
  '{',
  '}',
  '"',
  '"""',
  '$',
  '...',
  '\ud800',
  '\u0000',
  '#',
  '@',
  '!',
  '(',
  '\\u{D800}',
  '"\\uD83D"',
  '9'.repeat(400),
] as const;

function nearly(text: string, chance: Draw): string {
  const at = chance.upTo(text.length);
  return text.slice(0, at) + chance.oneOf(...PIECES) + text.slice(at + chance.upTo(3));
}
