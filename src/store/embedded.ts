/**
 * The store of a single process. What must last is on disk; sessions, which end with the process anyway, are in memory
 * only. What is kept of people, and when it is written, is in embedded-people.ts; of sites and channels, in
 * embedded-plain.ts; this opens, guards and closes.
 */
import { PubSub } from 'graphql-subscriptions';
import { EMPTY_CHANNEL } from '../presence/channel.ts';
import { deadline } from '../presence/deadline.ts';
import { asMicros, asMillis, type Millis, type Person } from '../presence/ids.ts';
import { EMPTY_SITE } from '../presence/site.ts';
import { createAgenda } from './agenda.ts';
import { createChannelIndex } from './channel-index.ts';
import { channelCodec, recordCodec, siteCodec } from './codec.ts';
import { type Disk, memoryDisk } from './disk.ts';
import { createPeople } from './embedded-people.ts';
import { createPlainRecords } from './embedded-plain.ts';
import { createOrphans, createTexts } from './embedded-texts.ts';
import { unseal, unsealRecord } from './envelope.ts';
import { channelKey, channelOf, isTextKey, personOf, siteKey } from './key.ts';
import { versionAfter } from './ledger.ts';
import { openDataFile } from './lmdb/datafile.ts';
import { createStoreCounts, type StoreCounts } from './stats.ts';
import { type Channel, type Store, StoreUnavailable } from './store.ts';

export interface EmbeddedOptions {
  /** A directory for the store alone, made when it is not there; `memory` keeps nothing. */
  readonly dataDir: string;
  readonly now: () => Millis;
}

/** Of the channels that are kept decoded, and each channel one more: some 60 bytes each. */
const MEMBERS = 1_000_000;

/** @throws StoreRefused when the directory cannot be used, is in use, or has a file that is not sound. */
export async function openEmbeddedStore({ dataDir, now: wall }: EmbeddedOptions): Promise<Store> {
  const start = wall();
  const opened = versionAfter(asMicros(0), start);
  // A clock that is set back makes nothing older than what was there when the store was opened.
  const now = () => asMillis(Math.max(wall(), start));
  const deadlines = createAgenda<string>();
  const orphans = createOrphans();
  const memberships = createChannelIndex();
  const find = (key: string, bytes: Buffer): void => {
    const person = personOf(key);
    if (person !== null) {
      const record = unsealRecord(key, bytes, recordCodec);
      deadlines.set(key, deadline(record));
      orphans.findRecord(person, record);
    } else if (isTextKey(key)) {
      unseal(key, bytes);
      orphans.findText(key);
    } else if (channelOf(key) !== null) {
      memberships.change(key, EMPTY_CHANNEL, unsealRecord(key, bytes, channelCodec));
    } else unsealRecord(key, bytes, siteCodec);
  };
  const counts = createStoreCounts();
  const disk = counted(dataDir === 'memory' ? memoryDisk() : await openDataFile(dataDir, find), counts);
  await orphans.remove(disk).catch(() => undefined); // of a full disk; the next start does it
  const engine = new PubSub();
  const people = createPeople({ disk, engine, deadlines, now, opened, counts });
  const plain = { disk, engine, now, counts };
  const sites = createPlainRecords({ ...plain, kind: 'site', codec: siteCodec, empty: EMPTY_SITE });
  const channels = createPlainRecords({
    ...plain,
    kind: 'channel',
    codec: channelCodec,
    empty: EMPTY_CHANNEL,
    onChange: memberships.change,
    remembered: MEMBERS,
    weightOf: ({ members }) => 1 + members.length,
  });
  const texts = createTexts(disk);
  let closing: Promise<void> | null = null;

  /** Every way in, so that none is left open after `close`. */
  async function enter<Answer>(answer: () => Answer | Promise<Answer>): Promise<Answer> {
    try {
      if (closing !== null) throw new StoreUnavailable('The store is closed.');
      return await answer();
    } catch (error) {
      if (error instanceof StoreUnavailable) counts.failures++;
      throw error;
    }
  }

  const channelsWith = (person: Person): readonly Channel[] =>
    memberships.of(person).flatMap((key) => {
      const name = channelOf(key);
      return name === null ? [] : [{ name, record: channels.read(key) }];
    });

  async function finish(): Promise<void> {
    await Promise.all([people.idle(), sites.idle(), channels.idle()]);
    await disk.close();
  }

  return {
    read: (these) => enter(() => these.map(people.read)),
    update: (person, change) => enter(() => people.update(person, change)),
    due: (at, limit) => enter(() => people.due(at, limit)),
    follow: (person, follower) => enter(() => people.follow(person, follower)),
    unfollow: people.unfollow,
    countOnline: (site) => enter(() => people.countOnline(site)),
    listOnline: (site, after, limit) => enter(() => people.listOnline(site, after, limit)),
    readRoom: (room) => enter(() => people.readRoom(room)),
    countRoom: (room) => enter(() => people.countRoom(room)),
    followRoom: (room, tell) => enter(() => people.followRoom(room, tell)),
    readText: (person, name) => enter(() => texts.read(person, name)),
    writeText: (person, name, text) => enter(() => texts.write(person, name, text)),
    readSite: (site) => enter(() => sites.read(siteKey(site))),
    updateSite: (site, change) => enter(() => sites.update(siteKey(site), change)),
    followSite: (site, tell) => enter(() => sites.follow(siteKey(site), tell)),
    countConnections: (_, { count }) => enter(() => ({ connections: count, age: asMillis(0) })),
    readChannel: (channel) => enter(() => channels.read(channelKey(channel))),
    updateChannel: (channel, change) => enter(() => channels.update(channelKey(channel), change)),
    followChannel: (channel, tell) => enter(() => channels.follow(channelKey(channel), tell)),
    channelsOf: (person) => enter(() => channelsWith(person)),
    spend: null,
    nodes: null,
    reachable: () => closing === null,
    stats: () => counts,
    onGap: () => () => {}, // within one process no message is lost
    check: () => enter(() => disk.check()),
    close: () => (closing ??= finish()),
  };
}

function counted(disk: Disk, counts: Pick<StoreCounts, 'roundTrips'>): Disk {
  return {
    ...disk,
    put(key, bytes) {
      counts.roundTrips++;
      return disk.put(key, bytes);
    },
  };
}
