/**
 * The store of a single process. What must last is on disk; sessions, which end with the process anyway, are in memory
 * only. What is kept of people, and when it is written, is in embedded-people.ts; this opens, guards and closes.
 */
import { PubSub, type PubSubEngine } from 'graphql-subscriptions';
import { deadline } from '../presence/deadline.ts';
import { asMicros, asMillis, type Millis } from '../presence/ids.ts';
import { EMPTY_SITE, type SiteRecord } from '../presence/site.ts';
import { createAgenda } from './agenda.ts';
import { recordCodec, siteCodec } from './codec.ts';
import { type Disk, memoryDisk, readRecord } from './disk.ts';
import { createPeople } from './embedded-people.ts';
import { createOrphans, createTexts } from './embedded-texts.ts';
import { sealRecord, unseal, unsealRecord } from './envelope.ts';
import { createLocalFeed, type Feed } from './feed.ts';
import { isTextKey, personOf, siteKey } from './key.ts';
import { createLedger, type Ledger, versionAfter } from './ledger.ts';
import { openDataFile } from './lmdb/datafile.ts';
import { type Store, StoreUnavailable } from './store.ts';

export interface EmbeddedOptions {
  /** A directory for the store alone, made when it is not there; `memory` keeps nothing. */
  readonly dataDir: string;
  readonly now: () => Millis;
}

/** @throws StoreRefused when the directory cannot be used, is in use, or has a file that is not sound. */
export async function openEmbeddedStore({ dataDir, now: wall }: EmbeddedOptions): Promise<Store> {
  const start = wall();
  const opened = versionAfter(asMicros(0), start);
  // A clock that is set back makes nothing older than what was there when the store was opened.
  const now = () => asMillis(Math.max(wall(), start));
  const deadlines = createAgenda<string>();
  const orphans = createOrphans();
  const find = (key: string, bytes: Buffer): void => {
    const person = personOf(key);
    if (person !== null) {
      const record = unsealRecord(key, bytes, recordCodec);
      deadlines.set(key, deadline(record));
      orphans.findRecord(person, record);
    } else if (isTextKey(key)) {
      unseal(key, bytes);
      orphans.findText(key);
    } else unsealRecord(key, bytes, siteCodec);
  };
  const disk = dataDir === 'memory' ? memoryDisk() : await openDataFile(dataDir, find);
  await orphans.remove(disk).catch(() => undefined); // of a full disk; the next start does it
  const engine = new PubSub();
  const people = createPeople({ disk, engine, deadlines, now, opened });
  const sites = createSites(disk, engine, now);
  const texts = createTexts(disk);
  let closing: Promise<void> | null = null;

  /** Every way in, so that none is left open after `close`. */
  async function enter<Answer>(answer: () => Answer | Promise<Answer>): Promise<Answer> {
    if (closing !== null) throw new StoreUnavailable('The store is closed.');
    return answer();
  }

  async function finish(): Promise<void> {
    await Promise.all([people.idle(), sites.idle()]);
    await disk.close();
  }

  return {
    read: (these) => enter(() => these.map(people.read)),
    update: (person, change) => enter(() => people.update(person, change)),
    due: (at, limit) => enter(() => people.due(at, limit)),
    follow: (person, tell) => enter(() => people.follow(person, tell)),
    countOnline: (site) => enter(() => people.countOnline(site)),
    readRoom: (room) => enter(() => people.readRoom(room)),
    countRoom: (room) => enter(() => people.countRoom(room)),
    followRoom: (room, tell) => enter(() => people.followRoom(room, tell)),
    readText: (person, name) => enter(() => texts.read(person, name)),
    writeText: (person, name, text) => enter(() => texts.write(person, name, text)),
    readSite: (site) => enter(() => sites.read(siteKey(site))),
    updateSite: (site, change) => enter(() => sites.update(siteKey(site), change)),
    followSite: (site, tell) => enter(() => sites.follow(siteKey(site), tell)),
    nodes: null,
    reachable: () => closing === null,
    onGap: () => () => {}, // within one process no message is lost
    check: () => enter(() => disk.check()),
    close: () => (closing ??= finish()),
  };
}

interface Sites extends Ledger<SiteRecord> {
  read(key: string): SiteRecord;
  follow: Feed<SiteRecord>['follow'];
}

/** A site's record is on disk as a whole; there are few, and they change seldom. */
function createSites(disk: Disk, engine: PubSubEngine, now: () => Millis): Sites {
  const { follow, publish } = createLocalFeed<SiteRecord>(engine, 'site');
  const read = (key: string): SiteRecord => readRecord(disk, key, siteCodec) ?? EMPTY_SITE;
  const ledger = createLedger({
    now,
    load: read,
    save: (key, _, after) => disk.put(key, sealRecord(key, after, siteCodec)),
    show: async (key, _, __, steps) => {
      await Promise.all(steps.map((step) => publish(key, step)));
    },
  });
  return { ...ledger, read, follow };
}
