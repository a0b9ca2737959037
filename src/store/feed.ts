/**
 * Tells followers of a person about new records, over any PubSubEngine. Triggers are buckets of people, not people: a
 * trigger per person makes watching a hundred people a hundred subscriptions, and one for all brings every process
 * every event. A message for somebody nobody here follows is dropped by its key, before its body is looked at.
 */
import type { PubSubEngine } from 'graphql-subscriptions';
import { hash } from '../presence/hash.ts';
import type { Stop } from './store.ts';

/** What travels: `key` names the subject, `body` reads the record out of the message. */
interface Message<Body> {
  readonly key: string;
  readonly body: () => Body;
}

export interface Feed<Body> {
  /** Resolves once every later message about `key` is sure to arrive. */
  follow(key: string, tell: (body: Body) => void): Promise<Stop>;
  /** The same at once, where that is so already because somebody of the same bucket is followed; else null. */
  followNow(key: string, tell: (body: Body) => void): Stop | null;
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

interface Listener<Body> {
  tell: (body: Body) => void;
}

interface Bucket<Body> {
  /** By key; a new list with each change, as nearly all have one listener. */
  readonly listeners: Map<string, readonly Listener<Body>[]>;
  readonly live: Promise<number>;
  isLive: boolean;
}

export function createFeed<Body, Wire>({ engine, trigger, encode, decode }: FeedOptions<Body, Wire>): Feed<Body> {
  const buckets = new Map<string, Bucket<Body>>();

  function openBucket(name: string): Bucket<Body> {
    const listeners: Bucket<Body>['listeners'] = new Map();
    const hear = (raw: Wire) => {
      const message = decode(raw);
      const interested = listeners.get(message.key);
      if (interested === undefined) return;
      const body = message.body();
      for (const { tell } of interested) tell(body);
    };
    const bucket: Bucket<Body> = { listeners, live: engine.subscribe(name, hear, {}), isLive: false };
    const live = () => {
      bucket.isLive = true;
    };
    bucket.live.then(live, () => undefined); // a refusal is told to those who follow
    buckets.set(name, bucket);
    return bucket;
  }

  function closeBucket(name: string, bucket: Bucket<Body>): void {
    if (buckets.get(name) === bucket) buckets.delete(name);
    // A bucket whose subscription was refused has nothing to end; its followers were told by their own rejection.
    bucket.live.then((id) => engine.unsubscribe(id)).catch(() => undefined);
  }

  /** Listens in a bucket, live or not. */
  function listen(bucket: Bucket<Body>, key: string, tell: (body: Body) => void): Stop {
    const { listeners } = bucket;
    const listener: Listener<Body> = { tell }; // so that who follows twice with the same function is two followers
    const others = listeners.get(key);
    listeners.set(key, others === undefined ? [listener] : [...others, listener]);
    return () => {
      listener.tell = nobody; // a message may be on its way round
      const left = listeners.get(key)?.filter((each) => each !== listener) ?? [];
      if (left.length > 0) listeners.set(key, left);
      else if (listeners.delete(key) && listeners.size === 0) closeBucket(trigger(key), bucket);
    };
  }

  return {
    async follow(key, tell) {
      const name = trigger(key);
      const bucket = buckets.get(name) ?? openBucket(name);
      const stop = listen(bucket, key, tell);
      try {
        await bucket.live;
      } catch (error) {
        stop();
        throw error;
      }
      return stop;
    },
    followNow(key, tell) {
      const bucket = buckets.get(trigger(key));
      return bucket?.isLive ? listen(bucket, key, tell) : null;
    },
    publish: (key, body) => engine.publish(trigger(key), encode(key, body)),
  };
}

const nobody = (): void => undefined;

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
