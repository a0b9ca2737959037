/**
 * The store that many processes share. Records are strings, committed by a script that compares versions (records.ts,
 * committer.ts); deadlines are indexed in Redis and timed by whoever committed them; changes travel by pub/sub in
 * buckets of people. keys.ts has the layout, and patience.ts says when the answer is "not now".
 */
import { type ChannelRecord, EMPTY_CHANNEL, isMember } from '../../presence/channel.ts';
import { asMillis, asUserId, type Millis, type Person, type SiteId, type UserId } from '../../presence/ids.ts';
import type { PresenceRecord } from '../../presence/record.ts';
import { EMPTY_SITE } from '../../presence/site.ts';
import { createAgenda } from '../agenda.ts';
import { pageOf } from '../census.ts';
import { channelCodec, recordCodec, siteCodec, type Versioned } from '../codec.ts';
import { createFeed, type Feed, type FeedOptions, type Following, following, type Listener } from '../feed.ts';
import { channelKey, channelOf, personKey, personOf, roomKey, siteKey } from '../key.ts';
import { createStoreCounts } from '../stats.ts';
import { type Channel, type Stop, type Store, StoreUnavailable } from '../store.ts';
import { createChannelIndex } from './channel-index.ts';
import { connect, messengerOf, onCommand } from './client.ts';
import { holders } from './committer.ts';
import { createKeys, SHARDS } from './keys.ts';
import { createNodes } from './nodes.ts';
import { answered, createPatience } from './patience.ts';
import { createPlainRecords } from './plain-records.ts';
import { createPubSub } from './pubsub.ts';
import { createRecords } from './records.ts';
import { createSpending } from './spending.ts';
import { type Committed, type Decode, parseStamped } from './stored.ts';
import { createTexts } from './texts.ts';

export interface RedisStoreOptions {
  /** redis://, rediss:// (TLS) or sentinel://; a cluster is recognised by itself. */
  readonly url: string;
  /** Begins every key and channel. */
  readonly prefix: string;
  /** Calls `run` once, after `ms` of real time. */
  readonly later: (ms: number, run: () => void) => Stop;
  /** The wall clock, in ms. */
  readonly wall: () => number;
}

export interface RedisStore extends Store {
  /** Sentences for the operator. */
  readonly warnings: readonly string[];
  /** How far Redis's clock is ahead of the wall clock here, as of the last heartbeat. All processes go by Redis's. */
  offset(): Millis;
}

/** @throws {StoreRefused} when Redis cannot be reached at start, or is too old */
export async function openRedisStore({ url, prefix, later, wall }: RedisStoreOptions): Promise<RedisStore> {
  const { client, subscriber, cluster, warnings, close: disconnect } = await connect(url, later);
  const keys = createKeys(prefix);
  const counts = createStoreCounts();
  onCommand(client, () => {
    counts.roundTrips++;
  });
  const agenda = createAgenda<string>();
  const patience = createPatience({ client, later, onReturn, counts });
  const publish = cluster ? 'SPUBLISH' : 'PUBLISH';
  const onRestored = (record: PresenceRecord) => nodes.suspect(holders(record));
  const records = createRecords({ client, keys, cluster, publish, agenda, onRestored, counts });
  const plain = { client, keys, cluster, publish, counts } as const;
  const siteRecords = createPlainRecords({ ...plain, codec: siteCodec, empty: EMPTY_SITE, remembered: SITES });
  const channelIndex = createChannelIndex({ client, keys, cluster });
  const channelRecords = createPlainRecords<ChannelRecord>({
    ...plain,
    codec: channelCodec,
    empty: EMPTY_CHANNEL,
    remembered: MEMBERS,
    weightOf: ({ members }) => 1 + members.length,
    index: channelIndex,
  });
  const texts = createTexts({ client, keys });
  const spend = createSpending(client, keys.rates);
  const slotOf = (channel: string) => /\{.*?\}/.exec(channel)?.[0] ?? channel;
  const engine = createPubSub({ subscriber, sharded: cluster, slotOf });
  const people = createFeed({ ...wire(recordCodec.decode, records, mend), engine, trigger: keys.bucket });
  const roomEngine = cluster ? createPubSub({ subscriber, sharded: false, slotOf }) : engine;
  const rooms = createFeed({ ...roomWire, engine: roomEngine, trigger: keys.roomChannel });
  const sites = createFeed({ ...wire(siteCodec.decode, siteRecords, mend), engine, trigger: keys.plainChannel });
  const channels = createFeed({
    ...wire(channelCodec.decode, channelRecords, mend),
    engine,
    trigger: keys.plainChannel,
  });
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  const chains = new Map<string, Promise<unknown>>();
  const gaps = new Set<() => void>();
  let offset = asMillis(0);
  let messenger: ReturnType<typeof messengerOf> = null;
  let mending = false;
  let mendAgain = false;
  let cancelRenewal: Stop = () => {};
  let settling: Stop[] = []; // looks that are still to come
  let returning = false;
  let closed = false;

  /** One change of a person at a time; the others of this process wait for it. */
  function chained<Answer>(key: string, work: () => Promise<Answer>): Promise<Answer> {
    const mine = chains.get(key)?.then(work, work) ?? work();
    chains.set(key, mine);
    const done = () => {
      if (chains.get(key) === mine) chains.delete(key);
    };
    mine.then(done, done);
    return mine;
  }

  /** The members of one set in each shard together. */
  async function countAll(setOf: (shard: number) => string): Promise<number> {
    const counts = await Promise.all(shards.map((shard) => answered(client.scard(setOf(shard)))));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Shard by shard, and by id within one; some shards at a time, so that no page costs what all people would. */
  async function listOnline(site: SiteId, after: UserId | null, limit: number): Promise<readonly UserId[]> {
    const begin = after === null ? 0 : keys.shardOf(personKey({ site, user: after }));
    const found: UserId[] = [];
    for (let from = begin; from < SHARDS && found.length < limit; from += LISTED_AT_ONCE) {
      const batch = shards.slice(from, from + LISTED_AT_ONCE);
      const sets = await Promise.all(batch.map((shard) => answered(client.smembers(keys.online(shard, site)))));
      for (const [at, set] of sets.entries())
        found.push(...pageOf(set.map(asUserId), from + at === begin ? after : null, limit));
    }
    return found.slice(0, limit);
  }

  /** Those that the index names and whose records name the person too. */
  async function channelsOf({ site, user }: Person): Promise<readonly Channel[]> {
    const listed = await patience.ask(() => channelIndex.of(personKey({ site, user })));
    const found: Channel[] = [];
    for (let from = 0; from < listed.length; from += READ_BATCH) {
      const batch = listed.slice(from, from + READ_BATCH);
      const read = await patience.ask(() => channelRecords.readAll(batch));
      for (const [at, record] of read.entries()) {
        const name = channelOf(batch[at] ?? '[]');
        if (name !== null && isMember(record, user)) found.push({ name, record });
      }
    }
    return found;
  }

  function follow<Body>(feed: Feed<Body>, key: string, listener: Listener<Body>): Promise<void> | null {
    return patience.reachable() && feed.followNow(key, listener) ? null : followLater(feed, key, listener);
  }

  async function followLater<Body>(feed: Feed<Body>, key: string, listener: Listener<Body>): Promise<void> {
    try {
      await patience.ask(() => answered(feed.follow(key, listener)));
    } catch (error) {
      feed.unfollow(key, listener); // it may still come about, and nobody wants it any more
      throw error;
    }
  }

  const patient = <Body>(feed: Feed<Body>): Following<Body> => ({
    follow: (key, listener) => follow(feed, key, listener),
    unfollow: feed.unfollow,
  });

  /** Messages may have been lost, and more than that: tells of it once neither can be lost any more. */
  function mend(): void {
    if (closed) return;
    mendAgain = mending;
    if (mending) return;
    mending = true;
    attendMessenger();
    renewed()
      .then(() => Promise.all([records, siteRecords, channelRecords].map((each) => each.repair(patience))))
      .then(
        () => {
          mending = false;
          tellGaps();
          if (mendAgain) mend();
        },
        () => {
          // Away again, or not back yet on the other connection.
          mending = false;
          later(RETRY, mend);
        },
      );
  }
  for (const event of cluster ? CLUSTER_GAPS : ['ready']) subscriber.on(event, cluster ? unsettled : mend);

  /** A master that hangs answers no subscription, and may never: waited for without end, it would keep every later gap from being told. */
  function renewed(): Promise<unknown> {
    if (!cluster) return engine.renew();
    return new Promise((resolve, reject) => {
      cancelRenewal = later(RENEWAL, () => reject(new StoreUnavailable('A subscription was not answered in time.')));
      Promise.all([engine.renew(), roomEngine.renew()]).then(resolve, reject).finally(cancelRenewal);
    });
  }

  /** A cluster goes on changing its mind after the last word of it: a master that was thought dead may still take a write. */
  function unsettled(): void {
    mend();
    if (settling.length > 0) return;
    settling = SETTLING.map((ms) => later(ms, mend));
    settling.push(later(Math.max(...SETTLING), settled));
  }

  function settled(): void {
    for (const stop of settling) stop();
    settling = [];
  }
  attendMessenger();

  function attendMessenger(): void {
    const present = messengerOf(subscriber);
    if (present === messenger) return;
    messenger = present;
    present?.once('end', mend);
  }

  function tellGaps(): void {
    if (!closed) for (const tell of gaps) tell();
  }

  /**
   * Redis answers again after it did not, and its connections need not have broken: nobody knows what became of what it
   * was asked, nor whether messages still come.
   */
  function onReturn(): void {
    if (returning) return;
    returning = true;
    later(RETRY, () => {
      returning = false;
      if (closed || mending) return;
      const cancel = cluster ? () => {} : later(PROOF, () => subscriber.disconnect(true));
      const proof = cluster ? Promise.resolve() : subscriber.ping();
      proof.then(tellGaps, () => undefined).finally(cancel);
    });
  }

  /** A slow answer says little about when it was given. */
  function learnTime(now: Millis, asked: number): void {
    const heard = wall();
    if (heard - asked <= PROMPT) offset = asMillis(now - (asked + heard) / 2);
  }

  const nodes = createNodes({ client, keys, agenda, patience, learnTime, wall });
  const [seconds, micros] = await client.time();
  offset = asMillis(Number(seconds) * 1_000 + Number(micros) / 1_000 - wall());
  await nodes.adopt();

  return {
    warnings,
    offset: () => offset,
    read: (these) => patience.ask(() => records.read(these)),
    update: (person, change) =>
      patience.ask((begin) => chained(personKey(person), () => records.update(person, change, begin))),
    async due(now, limit) {
      if (closed) throw new StoreUnavailable('The store is closed.');
      return { people: agenda.due(now, limit).flatMap((key) => personOf(key) ?? []), next: agenda.next(now) };
    },
    follow: (person, follower) => follow(people, personKey(person), follower),
    unfollow: (person, follower) => people.unfollow(personKey(person), follower),
    countOnline: (site) => patience.ask(() => countAll((shard) => keys.online(shard, site))),
    listOnline: (site, after, limit) => patience.ask(() => listOnline(site, after, limit)),
    readRoom: (room) =>
      patience.ask(async () => {
        const sets = await Promise.all(
          shards.map((shard) => answered(client.smembers(keys.room(shard, roomKey(room))))),
        );
        return sets.flat().flatMap((key) => personOf(key) ?? []);
      }),
    countRoom: (room) => patience.ask(() => countAll((shard) => keys.room(shard, roomKey(room)))),
    followRoom: (room, tell) => following(patient(rooms), roomKey(room), ({ person, record }) => tell(person, record)),
    readText: (person, name) => patience.ask(() => texts.read(person, name)),
    writeText: (person, name, text) => patience.ask(() => texts.write(person, name, text)),
    readSite: (site) => patience.ask(() => siteRecords.read(siteKey(site))),
    updateSite: (site, change) =>
      patience.ask((begin) => chained(siteKey(site), () => siteRecords.update(siteKey(site), change, begin))),
    followSite: (site, tell) => following(patient(sites), siteKey(site), tell),
    readChannel: (channel) => patience.ask(() => channelRecords.read(channelKey(channel))),
    updateChannel(channel, change) {
      const key = channelKey(channel);
      return patience.ask((begin) => chained(key, () => channelRecords.update(key, change, begin)));
    },
    followChannel: (channel, tell) => following(patient(channels), channelKey(channel), tell),
    channelsOf,
    countConnections: (site, { node, count, lifetime }) =>
      patience.ask(async () => {
        const key = keys.connections(siteKey(site));
        const [connections, age] = await answered(client.countConnections(1, key, node, count, lifetime));
        return { connections, age: asMillis(age) };
      }),
    spend: (key, points, window) => patience.ask(() => spend(key, points, window)),
    nodes,
    reachable: patience.reachable,
    stats: () => counts,
    onGap(tell) {
      gaps.add(tell);
      return () => gaps.delete(tell);
    },
    check: () => patience.ask(async () => void (await answered(client.exists(keys.nodes)))),
    async close() {
      if (closed) return;
      closed = true;
      patience.close();
      settled();
      cancelRenewal();
      await Promise.allSettled(chains.values());
      disconnect();
    },
  };
}

const SITES = 1_000; // sites remembered
const MEMBERS = 200_000; // members of the channels remembered, and each channel one more
const READ_BATCH = 100; // channels read at once
const LISTED_AT_ONCE = 32; // shards, of 256
const RETRY = 250; // ms
const RENEWAL = 3_000; // ms in which all subscriptions are made again, or it is tried anew
const SETTLING = [4_000, 12_000]; // ms after a change of the cluster at which everything is looked at again
const PROOF = 1_000; // ms in which the connection for messages has to answer, or is made anew
const PROMPT = 100; // ms for an answer that the clock is set by

/** On a cluster ioredis moves subscriptions from node to node by itself, and says so in these ways. */
const CLUSTER_GAPS = ['ready', '-node', '+node', '+subscriber', 'subscribersReady'];

interface InRoom {
  readonly person: Person;
  readonly record: PresenceRecord;
}

/** `<room>\n<version>\n<person>\n<JSON>` */
const roomWire: Wire<InRoom> = {
  encode: unpublished,
  decode(message) {
    const [room = '', version = '', person = '', json = ''] = message.split('\n', 4);
    return {
      key: room,
      body: () => ({ person: personOf(person) as Person, record: recordCodec.decode(json, version) }),
    };
  },
};

type Wire<Body> = Pick<FeedOptions<Body, string>, 'encode' | 'decode'>;

interface Remembering<Body> {
  known?(key: string): Committed<Body> | undefined;
  note(key: string, heard: Committed<Body>): boolean;
}

/**
 * `<key>\n<version>:<from>\n<JSON>`, published by the scripts; the body is read only when somebody here follows the key.
 * What is told is remembered, so that it can be written again when Redis loses it. What cannot be true together with
 * what is known is told to nobody: Redis is asked (`mend`).
 */
function wire<Body extends Versioned>(decode: Decode<Body>, records: Remembering<Body>, mend: () => void): Wire<Body> {
  return {
    encode: unpublished,
    decode(message) {
      const first = message.indexOf('\n');
      const key = message.slice(0, first);
      return {
        key,
        body: () => {
          const second = message.indexOf('\n', first + 1);
          const stamped = { stamp: message.slice(first + 1, second), json: message.slice(second + 1) };
          const heard = parseStamped(stamped, decode, records.known?.(key));
          if (records.note(key, heard)) return heard.record;
          mend();
          return null;
        },
      };
    },
  };
}

function unpublished(): string {
  throw new Error('commits are published by their script');
}
