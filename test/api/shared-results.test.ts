/**
 * Results are made once for everybody who gets the same. Whatever is asked for, and whoever asks: each gets what they
 * would have got from an execution of their own.
 */
import fc from 'fast-check';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLBoolean,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLSchema,
  GraphQLString,
  getNamedType,
  isLeafType,
  isObjectType,
  parse,
  subscribe as subscribeAlone,
  validate,
} from 'graphql';
import { expect, it } from 'vitest';
import type { Role } from '../../src/graphql/caller.ts';
import type { Context } from '../../src/graphql/context.ts';
import { createSubscribe, type Delivery, type Subscribe } from '../../src/graphql/delivery.ts';
import { chosenOperation } from '../../src/graphql/engine.ts';
import { presentError } from '../../src/graphql/errors.ts';
import { schema } from '../../src/graphql/schema.ts';
import { createEngineCounts } from '../../src/graphql/stats.ts';
import { Mailbox, Shared } from '../../src/hub/mailbox.ts';
import { asSessionId, asSiteId, asUserId } from '../../src/presence/ids.ts';
import { rest } from '../support/manual-clock.ts';
import { type Service, startService } from '../support/service.ts';
import { attempt, dataOf, http, mutate } from './operations.ts';

const PEOPLE = ['ada', 'bo', 'cleo'] as const;

interface Viewer {
  readonly user: string;
  readonly role: Role;
  readonly session: string;
}

const viewers: fc.Arbitrary<Viewer> = fc.record({
  user: fc.constantFrom(...PEOPLE),
  role: fc.constantFrom('USER', 'ADMIN', 'SERVER', 'GUEST'),
  session: fc.constantFrom('session:one', 'session:two'),
});

interface Operation {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A subscription as it is delivered, and as an execution for this viewer alone would have it. */
interface Pair {
  readonly delivery: Delivery;
  readonly alone: AsyncIterable<ExecutionResult>;
}

function contextOf({ user, role, session }: Viewer, hub: Service['hub']): Context {
  const person = { site: asSiteId('default'), user: asUserId(user) };
  return {
    hub,
    caller: { person, role, name: `${user} by the token`, issuedAt: null, expiresAt: null },
    sessionId: asSessionId(session),
    openRoomSession: () => Promise.reject(new Error('nobody enters a room here')),
    account: () => hub.accountOf(person),
  };
}

/** Those who send the same text have the same document, as they have it from the server. */
const documents = new Map<string, DocumentNode>();

function documentOf(text: string): DocumentNode {
  const document = documents.get(text) ?? parse(text);
  documents.set(text, document);
  return document;
}

const present = (error: unknown) =>
  presentError(error, (cause) => {
    throw cause;
  });

async function begin(
  of: GraphQLSchema,
  subscribe: Subscribe,
  { text, variables }: Operation,
  context: Context,
): Promise<Pair> {
  const document = documentOf(text);
  expect(validate(of, document)).toEqual([]);
  const operation = chosenOperation(document, null);
  const delivery = await subscribe({ document, operation, variables, viewer: { context: () => context } });
  const alone = await subscribeAlone({ schema: of, document, variableValues: variables, contextValue: context });
  if (!('take' in delivery) || !(Symbol.asyncIterator in alone)) throw new Error('a subscription was refused');
  return { delivery, alone };
}

async function delivered(delivery: Delivery): Promise<unknown[]> {
  const results: unknown[] = [];
  for (let payload = delivery.take(); payload !== null; payload = delivery.take()) {
    results.push(JSON.parse(JSON.stringify((await payload).result)));
  }
  return results;
}

/** As many results of its own. */
async function expected(alone: AsyncIterable<ExecutionResult>, count: number): Promise<unknown[]> {
  const iterator = alone[Symbol.asyncIterator]();
  const results: unknown[] = [];
  while (results.length < count) {
    const { value } = await iterator.next();
    results.push(JSON.parse(JSON.stringify(value)));
  }
  return results;
}

async function compare(pairs: readonly Pair[]): Promise<number> {
  let compared = 0;
  for (const { delivery, alone } of pairs) {
    const shared = await delivered(delivery);
    expect(shared).toEqual(await expected(alone, shared.length));
    compared += shared.length;
  }
  return compared;
}

/** Any fields that take no arguments, some renamed, in fragments or under conditions. */
function selections(type: GraphQLOutputType, depth: number): fc.Arbitrary<string> {
  const named = getNamedType(type);
  if (!isObjectType(named)) return fc.constant('{ __typename }');
  const fields = Object.values(named.getFields()).filter(
    (field) => field.args.length === 0 && (isLeafType(getNamedType(field.type)) || depth > 0),
  );
  const said = fields.map((field, at) =>
    fc
      .record({
        alias: fc.constantFrom('', `f${at}: `),
        condition: fc.constantFrom('', '', '@include(if: $yes)', '@skip(if: $no)', '@include(if: $no)'),
        wrapped: fc.boolean(),
        below: isLeafType(getNamedType(field.type)) ? fc.constant('') : selections(field.type, depth - 1),
      })
      .map(({ alias, condition, wrapped, below }) => {
        const one = `${alias}${field.name} ${condition} ${below}`;
        return wrapped ? `... on ${named.name} { ${one} }` : one;
      }),
  );
  return fc
    .subarray(said, { minLength: Math.min(1, said.length) })
    .chain((chosen) => fc.tuple(...chosen))
    .map((chosen) => `{ y: __typename @include(if: $yes) n: __typename @skip(if: $no) ${chosen.join(' ')} }`);
}

function operationsOn(of: GraphQLSchema, field: string, variable = '', args = ''): fc.Arbitrary<Operation> {
  const type = of.getSubscriptionType()?.getFields()[field]?.type;
  if (type === undefined) throw new Error(`there is no ${field}`);
  return fc
    .record({
      below: selections(type, 3),
      yes: fc.option(fc.boolean(), { nil: undefined }),
      no: fc.option(fc.boolean(), { nil: undefined }),
      ids: fc.subarray([...PEOPLE], { minLength: 1 }),
      spread: fc.boolean(),
    })
    .map(({ below, yes, no, ids, spread }) => {
      const root = `it: ${field}${args} ${below}`;
      const declared = `($yes: Boolean! = true, $no: Boolean = false ${variable})`;
      const text = spread
        ? `subscription Any${declared} { ...Root } fragment Root on Subscription { ${root} }`
        : `subscription ${declared} { ${root} }`;
      const said = Object.entries({ yes, no, ids }).filter(([, value]) => value !== undefined);
      return { text, variables: Object.fromEntries(said) };
    });
}

type Change = (service: Service) => Promise<unknown>;

const changes: fc.Arbitrary<Change> = fc
  .record({
    who: fc.constantFrom(...PEOPLE),
    availability: fc.constantFrom('ONLINE', 'AWAY', 'BUSY', 'OFFLINE'),
    text: fc.constantFrom('tea', 'coffee', null),
    label: fc.constantFrom('typing', 'reading'),
    what: fc.constantFrom('status', 'custom', 'room', 'hide', 'show'),
  })
  .map(({ who, availability, text, label, what }) => async (service: Service) => {
    const self = http(service, `dev:${who}`);
    switch (what) {
      case 'status':
        return attempt(self, 'setStatus', { availability, text });
      case 'custom':
        return attempt(self, 'setStatus', { customStatusId: await lunch(service) });
      case 'hide':
      case 'show':
        return attempt(self, 'setInvisible', { invisible: what === 'hide' });
      case 'room': {
        const { viewer } = dataOf(
          await self.ask<{ viewer: { sessions: { id: string }[] } }>('{ viewer { sessions { id } } }'),
        );
        return self.ask(ENTER, { input: { key: 'office', label, sessionId: viewer.sessions[0]?.id } });
      }
      default:
        return what satisfies never;
    }
  });

const ENTER = 'mutation ($input: EnterRoomInput!) { enterRoom(input: $input) { room { count } } }';

async function lunch(service: Service): Promise<string | undefined> {
  const query = '{ customStatuses { id } }';
  const { customStatuses } = dataOf(await http(service, 'dev:ada').ask<{ customStatuses: { id: string }[] }>(query));
  return customStatuses[0]?.id;
}

it('tells everybody what an execution of their own would have told them, whatever they ask for', async () => {
  const service = await startService();
  const input = { name: 'Lunch', emoji: '🍜', availability: 'AWAY' };
  await mutate(http(service, 'dev:boss:admin'), 'createCustomStatus', input);
  for (const who of PEOPLE) await mutate(http(service, `dev:${who}`), 'openSession', {});
  const subscribe = createSubscribe({ schema, present, counts: createEngineCounts() });
  const operations = fc.oneof(
    operationsOn(schema, 'presenceChanged', ', $ids: [ID!]', '(userIds: $ids)'),
    operationsOn(schema, 'roomChanged', '', '(key: "office")'),
    operationsOn(schema, 'viewerChanged'),
  );
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(operations, { minLength: 1, maxLength: 2 }),
      fc.array(viewers, { minLength: 2, maxLength: 5 }),
      fc.array(changes, { minLength: 1, maxLength: 4 }),
      async (asked, asking, happening) => {
        const all = asked.flatMap((operation) =>
          asking.map((viewer) => begin(schema, subscribe, operation, contextOf(viewer, service.hub))),
        );
        const pairs = await Promise.all(all);
        compared += await compare(pairs);
        for (const change of happening) {
          await change(service);
          await rest();
          compared += await compare(pairs);
        }
        for (const { delivery } of pairs) delivery.stop();
      },
    ),
    { numRuns: 50 },
  );
  expect(compared).toBeGreaterThan(200);
});

/** A schema whose fields depend on who is asking in every way there is, at once and later, always and now and then. */
const { schema: tempting, source } = temptation();

class Event extends Shared {
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }
}

class Source extends Mailbox<string, Event> {
  protected override merge(_: Event, newer: Event): Event {
    return newer;
  }
  protected override closed(): void {}
}

function temptation() {
  const open = new Set<Source>();
  const named = ({ caller }: Context) => `for ${caller?.person.user}`;
  const text = (resolve: (event: Event, context: Context) => string | null | Promise<string | null>) => ({
    type: GraphQLString,
    resolve: (event: Event, _: object, context: Context) => resolve(event, context),
  });
  const happened: GraphQLObjectType<Event, Context> = new GraphQLObjectType({
    name: 'Happened',
    fields: () => ({
      text: text(({ text }) => text),
      later: text(async ({ text }) => text),
      role: text((_, { caller }) => caller?.role ?? null),
      secret: text((_, context) => named(context)),
      secretLater: text(async (_, context) => named(context)),
      session: text((_, { sessionId }) => sessionId),
      sometimes: text((event, context) => (event.text.startsWith('t') ? named(context) : null)),
      swallowed: text((_, context) => attempted(() => named(context))),
      copied: text((_, { caller }) => attempted(() => JSON.stringify({ ...caller?.person }))),
      again: { type: happened, resolve: (event: Event) => event },
    }),
  });
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { nothing: { type: GraphQLBoolean } } }),
    subscription: new GraphQLObjectType<Event, Context>({
      name: 'Subscription',
      fields: {
        happened: {
          type: new GraphQLNonNull(happened),
          resolve: (event) => event,
          subscribe: () => {
            const mailbox = new Source({ forget: () => open.delete(mailbox), noteConflated: () => {} });
            open.add(mailbox);
            return mailbox;
          },
        },
      },
    }),
  });
  const tell = (event: Event) => {
    for (const mailbox of open) mailbox.put('it', event);
  };
  return { schema, source: { tell } };
}

function attempted(what: () => string): string {
  try {
    return what();
  } catch {
    return 'nobody in particular';
  }
}

it('never tells anybody what was made for somebody else, whatever a field depends on', async () => {
  const subscribe = createSubscribe({ schema: tempting, present, counts: createEngineCounts() });
  const words = fc.constantFrom('tea', 'coffee', 'toast', 'soup');
  await fc.assert(
    fc.asyncProperty(
      fc.array(operationsOn(tempting, 'happened'), { minLength: 1, maxLength: 2 }),
      fc.array(viewers, { minLength: 2, maxLength: 6 }),
      fc.array(words, { minLength: 1, maxLength: 6 }),
      async (asked, asking, said) => {
        const hub = {} as Service['hub'];
        const all = asked.flatMap((operation) =>
          asking.map((viewer) => begin(tempting, subscribe, operation, contextOf(viewer, hub))),
        );
        const pairs = await Promise.all(all);
        for (const text of said) {
          source.tell(new Event(text));
          expect(await compare(pairs)).toBe(pairs.length);
        }
        for (const { delivery } of pairs) delivery.stop();
      },
    ),
    { numRuns: 100 },
  );
});

it('makes a result once for all who get the same, and anew for each who may not', async () => {
  const { schema: counted, source: counter } = temptation();
  const happened = counted.getType('Happened');
  const field = isObjectType(happened) ? happened.getFields().text : undefined;
  if (field === undefined) throw new Error('there is no text');
  let made = 0;
  field.resolve = () => `made ${++made}`;
  const subscribe = createSubscribe({ schema: counted, present, counts: createEngineCounts() });
  const begun = async (below: string) => {
    const document = documentOf(`subscription { happened { ${below} } }`);
    const operation = chosenOperation(document, null);
    return Promise.all(
      PEOPLE.map(async (user) => {
        const context = () => contextOf({ user, role: 'USER', session: 'session:one' }, {} as Service['hub']);
        const delivery = await subscribe({ document, operation, variables: {}, viewer: { context } });
        if (!('take' in delivery)) throw new Error('a subscription was refused');
        return delivery;
      }),
    );
  };
  const [same, own] = [await begun('text'), await begun('text secret')];
  counter.tell(new Event('tea'));
  for (const delivery of same) expect(await delivered(delivery)).toEqual([{ data: { happened: { text: 'made 1' } } }]);
  const mine = (await Promise.all(own.map(delivered))).flat();
  expect(mine).toHaveLength(PEOPLE.length);
  expect(new Set(mine.map((result) => JSON.stringify(result)))).toHaveProperty('size', PEOPLE.length);
});
