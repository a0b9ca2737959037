/**
 * Subscriptions, from the hub's mailboxes to results. What is made of an event is made once for everybody who would get
 * the same: the same plan (the prepared operation without what only chooses whom to watch), the same values of the
 * variables it uses, and the same class of viewer, which is their site and role. That these are all it depends on is
 * not guessed: a shared execution has a context that does not know who is asking, and one that asks for it all the same
 * is thrown away, and everybody gets a result of their own.
 */
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  locatedError,
  type OperationDefinitionNode,
} from 'graphql';
import { type Attentive, Mailbox, Shared } from '../hub/mailbox.ts';
import type { Variables } from './arguments.ts';
import { type ClassOfViewer, classOf } from './class-of-viewer.ts';
import type { Context } from './context.ts';
import { createPlanner, deliverySchema, type Plan } from './plan.ts';
import { createCalls } from './root.ts';
import { complete } from './selected.ts';
import type { Complete, Data } from './selection.ts';
import type { DeliveryCounts } from './stats.ts';

/** What one event means to everybody who shares it. The same object for all of them, so that its bytes can be kept by it. */
export interface Payload {
  readonly result: ExecutionResult;
  /** The result as JSON, made once. */
  json(): string;
  /** For whoever sends it: how often it was, and what is kept of it for the next time. */
  sent: number;
  kept: object | null;
}

/** What a reader takes one payload after the other from. */
export interface Delivery {
  /** null: nothing at present. A promise is to be waited for before anything else is taken; it never rejects. */
  take(): Payload | Promise<Payload> | null;
  /** Once everything is taken: how it ended. null: it has not. */
  ended(): { readonly errors: readonly GraphQLError[] } | null;
  /** Tells `attentive` each time that something can be taken, or the end, where there was nothing before. */
  attend(attentive: Attentive): void;
  /** The reader goes away. May be called again. */
  stop(): void;
}

interface SubscribeArgs {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
  readonly viewer: Viewing;
}

/** Who is asking. */
export interface Viewing {
  /** Made anew for each result that depends on it. */
  context(): Context;
}

export type Subscribe = (args: SubscribeArgs) => Promise<Delivery | ExecutionResult>;

export interface DeliveriesOptions {
  readonly schema: GraphQLSchema;
  /** An error as the caller may see it. */
  readonly present: (error: unknown) => GraphQLError;
  readonly counts: DeliveryCounts;
}

/** Those who get the same. */
interface Group {
  /** Among those of its plan. */
  readonly key: string;
  readonly plan: Plan;
  /** As said, and as coerced. */
  readonly variables: Variables;
  readonly coerced: Variables;
  /** How the data is made; null: by graphql-js. */
  readonly make: Complete<Data> | null;
  readonly viewer: ClassOfViewer;
  members: number;
}

export function createSubscribe({ schema, present, counts }: DeliveriesOptions): Subscribe {
  const events = deliverySchema(schema);
  const planFor = createPlanner(schema, events);
  const callFor = createCalls(schema);
  const groups = new WeakMap<Plan, Map<string, Group>>();

  async function subscribe({ document, operation, variables, viewer }: SubscribeArgs) {
    const source = await sourceFor({ document, operation, variables, viewer });
    if (!(Symbol.asyncIterator in source)) return presented(source);
    // Every subscription field of the schema subscribes to the hub.
    if (!(source instanceof Mailbox)) throw new Error('a subscription is read from a mailbox');
    const plan = planFor(document, operation);
    // One that was left out stays so: it has a default.
    const names = plan.variables.map(({ variable }) => variable.name.value);
    const said = names.filter((name) => Object.hasOwn(variables, name));
    const used = Object.fromEntries(said.map((name) => [name, variables[name]] as const));
    return new MailboxDelivery(source, joinGroup(plan, used, viewer.context()), viewer, desk);
  }

  async function sourceFor(args: SubscribeArgs): Promise<ExecutionResult | AsyncIterable<unknown>> {
    const { document, operation, variables, viewer } = args;
    const call = callFor(document, operation, variables);
    const contextValue = viewer.context();
    if (call === null) {
      const operationName = operation.name?.value;
      return createSourceEventStream({ schema, document, operationName, variableValues: variables, contextValue });
    }
    const { name, info } = call.root;
    try {
      return (await call.make(contextValue)) as AsyncIterable<unknown>;
    } catch (error) {
      return { errors: [locatedError(error, info.fieldNodes, [name])] };
    }
  }

  function joinGroup(plan: Plan, variables: Variables, context: Context): Group {
    const same = groups.get(plan) ?? new Map<string, Group>();
    groups.set(plan, same);
    const key = JSON.stringify([context.caller?.person.site, context.caller?.role, variables]);
    const group = same.get(key) ?? newGroup(key, { plan, variables, viewer: classOf(context) });
    same.set(key, group);
    group.members++;
    return group;
  }

  function newGroup(key: string, given: Pick<Group, 'plan' | 'variables' | 'viewer'>): Group {
    const { coerced } = getVariableValues(events, given.plan.variables, given.variables);
    const make = coerced === undefined ? null : given.plan.selected(coerced);
    return { ...given, key, coerced: coerced ?? {}, make, members: 0 };
  }

  function leaveGroup(group: Group): void {
    group.members--;
    if (group.members === 0) groups.get(group.plan)?.delete(group.key);
  }

  function payloadOf(event: object, group: Group, asking: Viewing): Payload | Promise<Payload> {
    counts.deliveries++;
    if (group.viewer.asked()) return alone(event, group, asking);
    const shared = knownFor(event, group) ?? share(event, group);
    if (shared instanceof Promise) return shared.then((payload) => payload ?? alone(event, group, asking));
    return shared ?? alone(event, group, asking);
  }

  /** null: it depends on who is asking. */
  function share(event: object, group: Group): Payload | Promise<Payload | null> | null {
    const made = resultOf(event, group, group.viewer.context);
    const judge = (result: ExecutionResult) => (group.viewer.asked() ? null : asPayload(result));
    if (!(made instanceof Promise)) return remember(event, group, judge(made));
    const promised = made.then(judge, failed).then((payload) => remember(event, group, payload));
    keep(event, group, promised);
    return promised;
  }

  function remember(event: object, group: Group, payload: Payload | null): Payload | null {
    if (payload !== null) keep(event, group, payload);
    return payload;
  }

  function alone(event: object, group: Group, asking: Viewing): Payload | Promise<Payload> {
    const made = resultOf(event, group, asking.context());
    return made instanceof Promise ? made.then(asPayload, failed) : asPayload(made);
  }

  function resultOf(event: object, group: Group, context: Context): ExecutionResult | Promise<ExecutionResult> {
    counts.results++;
    const data = group.make && complete(group.make, event, { context, variables: group.coerced });
    const result = (made: Data | null) => (made === null ? unusual(event, group, context) : { data: made });
    return data instanceof Promise ? data.then(result) : result(data);
  }

  const unusual = (event: object, { plan, variables }: Group, contextValue: Context) =>
    execute({ schema: events, document: plan.document, rootValue: event, contextValue, variableValues: variables });

  function presented({ errors, ...result }: ExecutionResult): ExecutionResult {
    return errors === undefined ? result : { ...result, errors: errors.map(present) };
  }

  function asPayload(made: ExecutionResult): Payload {
    return new Made(presented(made), present);
  }

  const failed = (error: unknown): Payload => asPayload({ errors: [present(error)] });

  const desk: Desk = { payloadOf, leaveGroup, present };
  return subscribe;
}

type Sharing = Payload | Promise<Payload | null>;

/** What was made of an event, kept by it: mostly for one group, so that there is no map for it. */
class Kept {
  readonly group: Group;
  readonly payload: Sharing;
  others: WeakMap<Group, Sharing> | null;

  constructor(group: Group, payload: Sharing, others: WeakMap<Group, Sharing> | null) {
    this.group = group;
    this.payload = payload;
    this.others = others;
  }
}

const keptBy = (event: object): Kept | null =>
  event instanceof Shared && event.kept instanceof Kept ? event.kept : null;

function knownFor(event: object, group: Group): Sharing | undefined {
  const kept = keptBy(event);
  return kept?.group === group ? kept.payload : kept?.others?.get(group);
}

/** What is told to one person alone, or to few, is not kept. */
function keep(event: object, group: Group, payload: Sharing): void {
  if (!(event instanceof Shared)) return;
  const kept = keptBy(event);
  if (kept === null || kept.group === group || kept.group.members === 0) {
    event.kept = new Kept(group, payload, kept?.others ?? null);
  } else {
    kept.others ??= new WeakMap();
    kept.others.set(group, payload);
  }
}

/** A class, because there is one for everybody who is watched, and of its two forms only the one asked for last: most are only sent. */
class Made implements Payload {
  sent = 0;
  kept: object | null = null;
  private made: ExecutionResult | string;
  private readonly present: Desk['present'];

  constructor(result: ExecutionResult, present: Desk['present']) {
    this.made = result;
    this.present = present;
  }

  get result(): ExecutionResult {
    if (typeof this.made === 'string') this.made = JSON.parse(this.made) as ExecutionResult;
    return this.made;
  }

  json(): string {
    if (typeof this.made !== 'string') this.made = this.textOf(this.made);
    return this.made;
  }

  /** What is longer than any text can be is an error like others. */
  private textOf(result: ExecutionResult): string {
    try {
      return JSON.stringify(result);
    } catch (error) {
      return JSON.stringify({ errors: [this.present(error)] });
    }
  }
}

/** What a delivery needs of the whole. */
interface Desk {
  payloadOf(event: object, group: Group, asking: Viewing): Payload | Promise<Payload>;
  leaveGroup(group: Group): void;
  present(error: unknown): GraphQLError;
}

/** A class, because there are as many as there are subscriptions. */
class MailboxDelivery implements Delivery {
  private readonly mailbox: Mailbox<unknown, object>;
  private readonly group: Group;
  private readonly viewer: Viewing;
  private readonly desk: Desk;
  private stopped = false;

  constructor(mailbox: Mailbox<unknown, object>, group: Group, viewer: Viewing, desk: Desk) {
    this.mailbox = mailbox;
    this.group = group;
    this.viewer = viewer;
    this.desk = desk;
  }

  take(): Payload | Promise<Payload> | null {
    const event = this.mailbox.take();
    return event === undefined ? null : this.desk.payloadOf(event, this.group, this.viewer);
  }

  ended(): { readonly errors: readonly GraphQLError[] } | null {
    const ending = this.mailbox.ended();
    if (ending === null) return null;
    return { errors: 'error' in ending ? [this.desk.present(ending.error)] : [] };
  }

  attend(attentive: Attentive): void {
    this.mailbox.attend(attentive);
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    void this.mailbox.return();
    this.desk.leaveGroup(this.group);
  }
}
