/**
 * graphql-redis-subscriptions over ioredis, with the cures for what it does when Redis is away or refuses: its promises
 * that nobody awaits, and one SUBSCRIBE command for each channel. Only `subscribe` and `unsubscribe` are used; commits
 * are published by their script.
 */
import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { PubSubEngine } from 'graphql-subscriptions';
import type { Cluster, Redis } from 'ioredis';

export interface RedisPubSubEngine extends PubSubEngine {
  /** Resolves once every message is sure to arrive again, after the connection to Redis, or a part of it, was lost. */
  renew(): Promise<unknown>;
}

export interface PubSubOptions {
  readonly subscriber: Redis | Cluster;
  /** SSUBSCRIBE: on a cluster, where a channel then lives in the slot of its hash tag. */
  readonly sharded: boolean;
  /** Channels that may go in one command when sharded. */
  readonly slotOf: (channel: string) => string;
}

/** Delivers messages as the text they are. */
export function createPubSub(options: PubSubOptions): RedisPubSubEngine {
  const subscriber = facade(options);
  const engine = new PatientPubSub({
    publisher: { publish: refuse, quit: async () => 'OK' } as unknown as Redis,
    subscriber: subscriber as unknown as Redis,
    messageEventName: options.sharded ? 'smessage' : 'message',
    deserializer: (text: string | Buffer) => String(text),
  });
  return Object.assign(engine, { renew: subscriber.renew });
}

class PatientPubSub extends RedisPubSub {
  override subscribe<T = unknown>(
    trigger: string,
    onMessage: (message: T) => void,
    options: unknown = {},
  ): Promise<number> {
    const id: number = Reflect.get(this, 'currentSubscriptionId');
    const subscribed = super.subscribe(trigger, onMessage, options);
    // The library rejects a second promise of its own, which nobody holds; ours is `subscribed`.
    const pending = Reflect.get(this, 'subsPendingRefsMap').get(trigger)?.pending as Promise<unknown> | undefined;
    pending?.catch(() => undefined);
    // It also keeps what was refused, for ever.
    subscribed.catch(() => delete Reflect.get(this, 'subscriptionMap')[id]);
    return subscribed;
  }
}

const refuse = () => Promise.reject(new Error('commits are published by their script'));

type Callback = (error?: Error | null) => void;

/** What RedisPubSub calls; the channels of one turn of the event loop, and of one slot, go in one command. */
function facade({ subscriber, sharded, slotOf }: PubSubOptions) {
  let wanted = new Map<string, Callback[]>();
  let unwanted = new Set<string>();
  const held = new Set<string>(); // subscribed, or about to be

  // Async, because ioredis throws where it does not know who serves a slot.
  const command = {
    subscribe: async (channels: string[]): Promise<unknown> =>
      sharded ? subscriber.ssubscribe(...channels) : subscriber.subscribe(...channels),
    unsubscribe: async (channels: string[]): Promise<unknown> =>
      sharded ? subscriber.sunsubscribe(...channels) : subscriber.unsubscribe(...channels),
  };

  function flush(): void {
    const [subscribing, leaving] = [wanted, unwanted];
    wanted = new Map();
    unwanted = new Set();
    for (const channels of inSlots([...leaving])) {
      // Not told anybody: while Redis is away nothing is subscribed anyway, and only what is held is subscribed again.
      command.unsubscribe(channels).catch(() => undefined);
    }
    for (const channels of inSlots([...subscribing.keys()])) {
      const tell = (error: Error | null) => {
        for (const done of channels.flatMap((channel) => subscribing.get(channel) ?? [])) done(error);
      };
      command.subscribe(channels).then(
        () => tell(null),
        (error: Error) => {
          for (const channel of channels) held.delete(channel);
          tell(error);
        },
      );
    }
  }

  /** The connections to a cluster subscribe again by themselves as well, but say neither when nor whether it was refused. */
  async function renew(): Promise<unknown> {
    if (!sharded) return held.size === 0 ? null : command.subscribe([...held]);
    const renewed = inSlots([...held]).map(async (channels) => {
      // ioredis notes a channel once for each time it was subscribed, and would note it once more with each renewal.
      await command.unsubscribe(channels).catch(() => undefined);
      await command.subscribe(channels.filter((channel) => held.has(channel)));
    });
    return Promise.all(renewed);
  }

  function inSlots(channels: readonly string[]): string[][] {
    if (!sharded) return channels.length === 0 ? [] : [[...channels]];
    const slots = new Map<string, string[]>();
    for (const channel of channels) {
      const slot = slotOf(channel);
      slots.set(slot, [...(slots.get(slot) ?? []), channel]);
    }
    return [...slots.values()];
  }

  function soon(): void {
    if (wanted.size + unwanted.size === 1) queueMicrotask(flush);
  }

  const self = {
    renew,
    on: (event: string, listener: (...args: unknown[]) => void) => {
      subscriber.on(event as 'message', listener);
      return self;
    },
    subscribe(channel: string, done: Callback) {
      // Taking back what was asked for in this very turn keeps the two commands from racing each other.
      unwanted.delete(channel);
      held.add(channel);
      const first = !wanted.has(channel);
      wanted.set(channel, [...(wanted.get(channel) ?? []), done]);
      if (first) soon();
    },
    unsubscribe(channel: string) {
      if (wanted.has(channel) || unwanted.has(channel)) return;
      held.delete(channel);
      unwanted.add(channel);
      soon();
    },
    psubscribe: (_pattern: string, done: Callback) => done(new Error('patterns are not used')),
    punsubscribe: () => undefined,
    quit: async () => 'OK',
  };
  return self;
}
