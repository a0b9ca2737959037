/**
 * Tells followers of a person about new records, over any PubSubEngine. Triggers are buckets of people, not people: a
 * trigger per person makes watching a hundred people a hundred subscriptions, and one for all brings every process
 * every event. A message for somebody nobody here follows is dropped by its key, before its body is looked at.
 */
import type { PubSubEngine } from 'graphql-subscriptions';
import { hash } from '../presence/hash.ts';
import type { Stop } from './store.ts';

/** What travels: `key` names the subject, `body` reads the record out of the message; null: nobody is to be told. */
interface Message<Body> {
  readonly key: string;
  readonly body: () => Body | null;
}

/** An object, because there is one for everybody who is watched, and a function takes more room. */
export interface Listener<Body> {
  /** Must not throw. */
  hear(body: Body): void;
}

export interface Feed<Body> {
  /** Resolves once every later message about `key` is sure to arrive. A listener may listen once to each key. */
  follow(key: string, listener: Listener<Body>): Promise<void>;
  /** The same at once, where that is so already because somebody of the same bucket is followed; else false. */
  followNow(key: string, listener: Listener<Body>): boolean;
  /** Nothing is told from here on; may be called again. */
  unfollow(key: string, listener: Listener<Body>): void;
  publish(key: string, body: Body): Promise<void>;
}

const BUCKETS = 1_024; // of people; the subscriptions of one process are at most these

export interface FeedOptions<Body, Wire = unknown> {
  readonly engine: PubSubEngine;
  /** Names the trigger on which messages about a key travel. */
  readonly trigger: (key: string) => string;
  readonly encode: (key: string, body: Body) => Wire;
  readonly decode: (message: Wire) => Message<Body>;
}

/** Nearly all keys have one, for whom there is no list; lists are made anew with each change. */
type Listeners<Body> = Listener<Body> | readonly Listener<Body>[];

/** Who listens to the keys of one trigger. */
class Bucket<Body> {
  private readonly listeners = new Map<string, Listeners<Body>>();

  get isEmpty(): boolean {
    return this.listeners.size === 0;
  }

  add(key: string, listener: Listener<Body>): void {
    this.listeners.set(key, this.listeners.has(key) ? [...this.of(key), listener] : listener);
  }

  remove(key: string, listener: Listener<Body>): void {
    const left = this.of(key).filter((each) => each !== listener);
    if (left.length > 0) this.listeners.set(key, left);
    else this.listeners.delete(key);
  }

  hear({ key, body: read }: Message<Body>): void {
    const interested = this.listeners.get(key);
    const body = interested === undefined ? null : read();
    if (interested === undefined || body === null) return;
    if ('hear' in interested) interested.hear(body);
    else for (const listener of interested) if (this.of(key).includes(listener)) listener.hear(body);
  }

  private of(key: string): readonly Listener<Body>[] {
    const found = this.listeners.get(key);
    if (found === undefined) return [];
    return 'hear' in found ? [found] : found;
  }
}

interface Subscription<Body> {
  readonly bucket: Bucket<Body>;
  readonly live: Promise<number>;
  isLive: boolean;
}

export function createFeed<Body, Wire>({ engine, trigger, encode, decode }: FeedOptions<Body, Wire>): Feed<Body> {
  const subscriptions = new Map<string, Subscription<Body>>();

  function subscribe(name: string): Subscription<Body> {
    const bucket = new Bucket<Body>();
    const live = engine.subscribe(name, (raw: Wire) => bucket.hear(decode(raw)), {});
    const subscription: Subscription<Body> = { bucket, live, isLive: false };
    const alive = () => {
      subscription.isLive = true;
    };
    live.then(alive, () => undefined); // a refusal is told to those who follow
    subscriptions.set(name, subscription);
    return subscription;
  }

  function unfollow(key: string, listener: Listener<Body>): void {
    const name = trigger(key);
    const subscription = subscriptions.get(name);
    if (subscription === undefined) return;
    subscription.bucket.remove(key, listener);
    if (!subscription.bucket.isEmpty) return;
    subscriptions.delete(name);
    // One that was refused has nothing to end; its followers were told by their own rejection.
    subscription.live.then((id) => engine.unsubscribe(id)).catch(() => undefined);
  }

  return {
    async follow(key, listener) {
      const name = trigger(key);
      const { bucket, live } = subscriptions.get(name) ?? subscribe(name);
      bucket.add(key, listener);
      try {
        await live;
      } catch (error) {
        unfollow(key, listener);
        throw error;
      }
    },
    followNow(key, listener) {
      const subscription = subscriptions.get(trigger(key));
      if (!subscription?.isLive) return false;
      subscription.bucket.add(key, listener);
      return true;
    },
    unfollow,
    publish: (key, body) => engine.publish(trigger(key), encode(key, body)),
  };
}

/** The same with a function that is told, and another that ends it, for those of whom there are few. */
export async function following<Body>(
  { follow, unfollow }: Following<Body>,
  key: string,
  tell: (body: Body) => void,
): Promise<Stop> {
  const listener: Listener<Body> = { hear: tell };
  await follow(key, listener);
  return () => unfollow(key, listener);
}

export interface Following<Body> {
  follow(key: string, listener: Listener<Body>): Promise<void> | null;
  unfollow(key: string, listener: Listener<Body>): void;
}

/** Within one process a message needs no encoding. */
export function createLocalFeed<Body>(engine: PubSubEngine, name: string): Feed<Body> {
  return createFeed<Body, Message<Body>>({
    engine,
    trigger: (key) => `${name}.${bucketOf(key)}`,
    encode: (key, body) => ({ key, body: () => body }),
    decode: (message) => message,
  });
}

/** The bucket of a key, the same on every machine. */
export const bucketOf = (key: string, buckets = BUCKETS): number => hash(key) % buckets;
