/**
 * What Redis acknowledged and then lost, by a failover or a restart: here it is put back by hand to what it was, which
 * to a store looks the same. Failovers that lose writes are in failover.test.ts.
 */
import { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import { type ChannelRecord, upsertChannel } from '../../src/presence/channel.ts';
import { asMillis, asNodeId, asSiteId, type Person } from '../../src/presence/ids.ts';
import type { PresenceRecord } from '../../src/presence/record.ts';
import { settle } from '../../src/presence/settle.ts';
import type { SiteRecord } from '../../src/presence/site.ts';
import { channelKey, personKey, siteKey } from '../../src/store/key.ts';
import { createChannelIndex } from '../../src/store/redis/channel-index.ts';
import { connect } from '../../src/store/redis/client.ts';
import { createKeys } from '../../src/store/redis/keys.ts';
import type { RedisStore } from '../../src/store/redis/redis.ts';
import { followed, listener } from '../store/listener.ts';
import { connected, counted, ending, named, person } from '../store/samples.ts';
import { newPrefix, openStore } from './stores.ts';

const url = inject('redisUrl');
const redis = new Redis(url);
afterAll(() => redis.disconnect());

const ada = person('ada');
const nameOf = ([record]: readonly PresenceRecord[]) => record?.name?.value;

let prefix: string;
let store: RedisStore;
let other: RedisStore;
beforeEach(async () => {
  prefix = newPrefix();
  [store, other] = await Promise.all([openStore(url, prefix), openStore(url, prefix)]);
});

/** Runs `work`, and then puts the person back to how they were before it. */
async function losing<Result>({ site, user }: Person, work: () => Promise<Result>): Promise<Result> {
  const key = createKeys(prefix).record(personKey({ site, user }));
  const before = await redis.get(key);
  const result = await work();
  if (before === null) await redis.del(key);
  else await redis.set(key, before);
  return result;
}

describe('a write that Redis has lost', () => {
  test('is there for whoever reads by the process that made it, and from then on for everybody', async () => {
    await store.update(ada, named('kept'));
    const lost = await losing(ada, () => store.update(ada, named('lost')));
    expect(nameOf(await other.read([ada]))).toBe('kept');
    expect(await store.read([ada])).toEqual([lost]);
    expect(await other.read([ada])).toEqual([lost]);
  });

  test('is what the next change of that process starts from', async () => {
    await store.update(ada, ending(4e12));
    const lost = await losing(ada, () => store.update(ada, named('lost')));
    const next = await store.update(ada, connected('session:1'));
    expect(next).toMatchObject({ name: { value: 'lost' }, line: { expiresAt: 4e12 }, sessions: [{ id: 'session:1' }] });
    expect(next.version).toBeGreaterThan(lost.version);
    expect(await other.read([ada])).toEqual([next]);
  });

  test('is there as well when that process has nothing to change any more', async () => {
    const lost = await losing(ada, () => store.update(ada, named('lost')));
    expect(await store.update(ada, (record) => record)).toEqual(lost);
    expect(await other.read([ada])).toEqual([lost]);
  });

  test('counts as lost for good when somebody else changed the person before it was noticed', async () => {
    await losing(ada, () => store.update(ada, named('lost')));
    const next = await other.update(ada, named('newer'));
    expect(await store.read([ada])).toEqual([next]);
  });

  test('is restored as the latest of those who remember knows it, whoever of them is first', async () => {
    const last = await losing(ada, async () => {
      await store.update(ada, counted);
      await store.update(ada, counted);
      return other.update(ada, counted);
    });
    expect(nameOf(await store.read([ada]))).toBe('2');
    expect(await other.read([ada])).toEqual([last]);
    expect(await store.read([ada])).toEqual([last]);
  });

  test('is told to followers once, and versions go on growing', async () => {
    const { tell, until } = listener<PresenceRecord>();
    await followed(other, ada, tell);
    const first = await store.update(ada, counted);
    const lost = await losing(ada, () => store.update(ada, counted));
    await store.read([ada]);
    const next = await store.update(ada, counted);
    const told = (await until(next.version)).map(({ version }) => version);
    expect([...new Set(told)]).toEqual([first.version, lost.version, next.version]);
  });

  test('leaves nobody connected to a process that Redis has forgotten: it gets a lease, which runs out', async () => {
    const gone = asNodeId('gone');
    const lost = await losing(ada, () => store.update(ada, connected('session:1', { node: gone })));
    expect(await store.read([ada])).toEqual([lost]);
    const lease = asMillis(50);
    const lapsed = async () => (await store.nodes?.beat(asNodeId('here'), lease))?.lapsed;
    expect(await lapsed()).toEqual([]);
    await expect.poll(lapsed).toEqual([gone]);
    expect(await store.nodes?.heldBy(gone, 10)).toEqual([ada]);
  });

  test('of a site is restored as one of a person is', async () => {
    const site = asSiteId('acme');
    const key = createKeys(prefix).plain(siteKey(site));
    const written = await store.updateSite(site, (record) => ({
      ...record,
      settings: { ...record.settings, connectionCap: 7 },
    }));
    await redis.del(key);
    expect(await store.readSite(site)).toEqual(written);
    expect(await other.readSite(site)).toEqual(written);
  });

  test('of a channel is restored with everybody in it, by whoever made it and by whoever was told', async () => {
    const name = { site: asSiteId('acme'), type: 'team', key: '7' };
    const keys = createKeys(prefix);
    const { tell, until } = listener<ChannelRecord>();
    await other.followChannel(name, tell);
    const written = await store.updateChannel(name, (channel) => upsertChannel(channel, { members: [ada.user] }));
    await until(written.version);
    for (const rememberer of [store, other]) {
      await redis.del(keys.plain(channelKey(name)), keys.channels(personKey(ada)));
      expect(await rememberer.readChannel(name)).toEqual(written);
      expect(await store.channelsOf(ada)).toEqual([{ name, record: written }]);
    }
  });
});

describe('a commit that a master carries out late, when another has taken its place', () => {
  let deposed: RedisStore; // which asked for it, and gave up
  beforeEach(async () => {
    deposed = await openStore(url, prefix);
  });

  /** Has `work` done to what was there before `standing`, which then stands again. */
  async function apart<Late, Standing>(key: string, standing: () => Promise<Standing>, work: () => Promise<Late>) {
    const before = (await redis.get(key)) ?? '';
    const acknowledged = await standing();
    const text = (await redis.get(key)) ?? '';
    await redis.set(key, before);
    const late = await work();
    await redis.set(key, text);
    return { acknowledged, late, stands: async () => (await redis.get(key)) === text };
  }

  const key = () => createKeys(prefix).record(personKey(ada));
  const acknowledge = () => store.update(ada, named('acknowledged'));
  const comeLate = () => deposed.update(ada, named('late'));

  test('undoes nothing, and is not told to those who know better: they look at what stands', async () => {
    const { tell, until } = listener<PresenceRecord>();
    let gaps = 0;
    other.onGap(() => gaps++);
    await followed(other, ada, tell);
    await store.update(ada, named('before'));
    const { acknowledged, late, stands } = await apart(key(), acknowledge, comeLate);
    expect(late.version).toBeGreaterThan(acknowledged.version);
    await expect.poll(() => gaps).toBeGreaterThan(0);
    expect(await other.read([ada])).toEqual([acknowledged]);
    expect(await stands()).toBe(true);
    const next = await store.update(ada, named('next'));
    expect((await until(next.version)).map(({ name }) => name?.value)).toEqual(['before', 'acknowledged', 'next']);
  });

  test('undoes nothing either where it was heard and nothing else', async () => {
    const { tell, until } = listener<PresenceRecord>();
    await store.update(ada, named('before'));
    const { acknowledged, late, stands } = await apart(key(), acknowledge, async () => {
      await followed(other, ada, tell);
      return comeLate();
    });
    await until(late.version);
    expect(await other.read([ada])).toEqual([acknowledged]);
    expect(await deposed.read([ada])).toEqual([acknowledged]);
    expect(await stands()).toBe(true);
  });

  test('undoes nothing of a site', async () => {
    const site = asSiteId('acme');
    const capped = (of: RedisStore, connectionCap: number) => () =>
      of.updateSite(site, (record) => ({ ...record, settings: { ...record.settings, connectionCap } }));
    const { tell, until } = listener<SiteRecord>();
    await capped(store, 1)();
    const { acknowledged, late, stands } = await apart(
      createKeys(prefix).plain(siteKey(site)),
      capped(store, 2),
      async () => {
        await other.followSite(site, tell);
        return capped(deposed, 3)();
      },
    );
    await until(late.version);
    expect(await other.readSite(site)).toEqual(acknowledged);
    expect(await stands()).toBe(true);
  });
});

describe('what is noted of the channels of a person', () => {
  const name = { site: asSiteId('acme'), type: 'team', key: '7' };
  const having =
    (...members: readonly Person[]) =>
    (channel: ChannelRecord) =>
      upsertChannel(channel, { members: members.map(({ user }) => user) });

  test('is made good by saying again what the channel is', async () => {
    const written = await store.updateChannel(name, having(ada));
    await redis.del(createKeys(prefix).channels(personKey(ada)));
    expect(await store.channelsOf(ada)).toEqual([]);
    expect(await other.updateChannel(name, having(ada))).toEqual(written);
    expect(await store.channelsOf(ada)).toEqual([{ name, record: written }]);
  });

  test('shows nothing that a process announced and did not come to say', async () => {
    await redis.hset(createKeys(prefix).channels(personKey(ada)), channelKey(name), '0');
    expect(await store.channelsOf(ada)).toEqual([]);
    await store.updateChannel(name, having(person('grace')));
    expect(await store.channelsOf(ada)).toEqual([]);
  });

  test('is as much as there is: whoever leaves the last one has no list any more', async () => {
    await store.updateChannel(name, having(ada, person('grace')));
    await other.updateChannel(name, having(person('grace')));
    const lists = await redis.keys(`${prefix}*i:*`);
    expect(lists).toEqual([createKeys(prefix).channels(personKey(person('grace')))]);
  });

  test('is not taken away by a late word of an older record', async () => {
    const key = createKeys(prefix).channels(personKey(ada));
    const { client, close } = await connect(url, () => () => {});
    onTestFinished(close);
    const index = createChannelIndex({ client, keys: createKeys(prefix), cluster: false });
    const first = await store.updateChannel(name, having(ada));
    const second = await store.updateChannel(name, having());
    const again = await store.updateChannel(name, having(ada));
    await index.settle(channelKey(name), first, second);
    expect(await redis.hget(key, channelKey(name))).toBe(String(again.version));
    expect(await store.channelsOf(ada)).toEqual([{ name, record: again }]);
  });
});

describe('a deadline', () => {
  const settled = (now: number) => (record: PresenceRecord) => settle(record, asMillis(now));
  const due = async (now: number) => (await store.due(asMillis(now), 10)).people;

  test('that another process has moved is not due for ever to the one that set it', async () => {
    await store.update(ada, ending(1_000));
    await other.update(ada, ending(5_000));
    await store.read([ada]);
    expect(await due(2_000)).toEqual([ada]);
    await store.update(ada, settled(2_000));
    expect(await due(2_000)).toEqual([]);
    expect((await store.due(asMillis(2_000), 10)).next).toBe(5_000);
  });

  test('of somebody adopted whom another process settles is not due for ever either', async () => {
    await other.update(ada, ending(1_000));
    await store.nodes?.adopt();
    await other.update(ada, settled(2_000));
    expect(await due(2_000)).toEqual([ada]);
    await store.update(ada, settled(2_000));
    expect(await due(2_000)).toEqual([]);
  });
});
