import { expect, test } from 'vitest';
import { type ChannelRecord, EMPTY_CHANNEL, upsertChannel } from '../../../src/presence/channel.ts';
import { asSiteId, asUserId, type Person } from '../../../src/presence/ids.ts';
import { EMPTY_SITE } from '../../../src/presence/site.ts';
import type { ChannelName, Store } from '../../../src/store/store.ts';
import type { Opened, OpenedToKeep, OpenedTwice } from '../contract.ts';
import { listener } from '../listener.ts';
import { counted, person } from '../samples.ts';

const channel = (key: string, type = 'team', site = 'acme'): ChannelName => ({ site: asSiteId(site), type, key });
const team = channel('7');

type Change = (record: ChannelRecord) => ChannelRecord;
const having =
  (...members: readonly string[]): Change =>
  (record) =>
    upsertChannel(record, { members: members.map(asUserId) });
const joined =
  (member: string): Change =>
  (record) =>
    upsertChannel(record, { members: [...record.members, asUserId(member)] });
const about =
  (topic: string): Change =>
  (record) =>
    upsertChannel(record, { custom: { topic } });

/** The keys of this person's channels. */
const keysOf = async (store: Store, who: Person): Promise<readonly string[]> =>
  (await store.channelsOf(who)).map(({ name }) => name.key).sort();

export function channels(opened: () => Opened): void {
  test('a channel that nobody wrote has the empty record, and nobody is in it', async () => {
    const { store } = opened();
    expect(await store.readChannel(team)).toEqual(EMPTY_CHANNEL);
    expect(await store.channelsOf(person('ada'))).toEqual([]);
  });

  test('an update answers with what stands, and reading does too', async () => {
    const { store } = opened();
    const first = await store.updateChannel(team, having('ada', 'grace'));
    const second = await store.updateChannel(team, about('Engines, "difference" 👩🏽‍💻'));
    expect(second).toEqual({
      version: second.version,
      members: ['ada', 'grace'],
      custom: { topic: 'Engines, "difference" 👩🏽‍💻' },
    });
    expect(second.version).toBeGreaterThan(first.version);
    expect(await store.readChannel(team)).toEqual(second);
  });

  test('a channel without anybody is there', async () => {
    const { store } = opened();
    const made = await store.updateChannel(team, having());
    expect(made.version).toBeGreaterThan(0);
    expect(await store.readChannel(team)).toEqual(made);
  });

  test('updates made at once all count', async () => {
    const { store } = opened();
    const users = Array.from({ length: 50 }, (_, at) => `user-${String(at).padStart(2, '0')}`);
    await Promise.all(users.map((user) => store.updateChannel(team, joined(user))));
    expect([...(await store.readChannel(team)).members].sort()).toEqual(users);
    for (const user of users) expect(await keysOf(store, person(user))).toEqual(['7']);
  });

  test('everybody finds the channels they are in, whole, and no others', async () => {
    const { store } = opened();
    const seven = await store.updateChannel(team, having('ada', 'grace'));
    const eight = await store.updateChannel(channel('8'), having('ada'));
    const other = await store.updateChannel(channel('7', 'project'), having('grace', 'hal'));
    const found = await store.channelsOf(person('ada'));
    expect([...found].sort((a, b) => (a.name.key < b.name.key ? -1 : 1))).toEqual([
      { name: team, record: seven },
      { name: channel('8'), record: eight },
    ]);
    expect(await store.channelsOf(person('hal'))).toEqual([{ name: channel('7', 'project'), record: other }]);
    expect(await store.channelsOf(person('ada', 'other'))).toEqual([]);
  });

  test('who is taken out finds the channel no more, and who comes back finds it again', async () => {
    const { store } = opened();
    for (const members of [['ada', 'grace'], ['grace'], ['hal', 'ada'], []]) {
      await store.updateChannel(team, having(...members));
      for (const user of ['ada', 'grace', 'hal'])
        expect(await keysOf(store, person(user))).toEqual(members.includes(user) ? ['7'] : []);
    }
  });

  test('ten thousand members are found, and told apart from one more', async () => {
    const { store } = opened();
    const users = Array.from({ length: 10_000 }, (_, at) => `user-${at}`);
    await store.updateChannel(team, having(...users));
    expect((await store.readChannel(team)).members).toHaveLength(10_000);
    for (const user of ['user-0', 'user-4999', 'user-9999']) expect(await keysOf(store, person(user))).toEqual(['7']);
    expect(await keysOf(store, person('user-10000'))).toEqual([]);
  });

  test('a follower is told every change, once, in order, and nothing after stopping', async () => {
    const { store } = opened();
    const [followed, other] = [listener<ChannelRecord>(), listener<ChannelRecord>()];
    const stop = await store.followChannel(team, followed.tell);
    const stopOther = await store.followChannel(team, other.tell);
    const updated = [await store.updateChannel(team, having('ada')), await store.updateChannel(team, about('x'))];
    await followed.until(updated[1]?.version ?? 0);
    stop();
    const last = await store.updateChannel(team, having());
    await other.until(last.version);
    expect(followed.told).toEqual(updated);
    expect(other.told).toEqual([...updated, last]);
    stopOther();
  });

  test('the same object or a throw writes nothing and tells nobody', async () => {
    const { store } = opened();
    const before = await store.updateChannel(team, having('ada'));
    const { told, tell, until } = listener<ChannelRecord>();
    const stop = await store.followChannel(team, tell);
    expect(await store.updateChannel(team, having('ada'))).toEqual(before);
    const refusal = new Error('Too many members.');
    const refused = store.updateChannel(team, () => {
      throw refusal;
    });
    await expect(refused).rejects.toBe(refusal);
    expect(await store.readChannel(team)).toEqual(before);
    const after = await store.updateChannel(team, having('grace'));
    await until(after.version);
    expect(told).toEqual([after]);
    stop();
  });

  test('channels know nothing of each other, of sites and of people, however similar the names', async () => {
    const { store } = opened();
    const { told, tell, until } = listener<ChannelRecord>();
    const stop = await store.followChannel(team, tell);
    for (const other of [channel('team', '7'), channel('7', 'team '), channel('7', 'team', 'Acme'), channel('"7"')])
      await store.updateChannel(other, having('grace'));
    await store.update(person('7', 'acme'), counted);
    await store.update(person('channel', 'acme'), counted);
    await store.writeText(person('channel', 'acme'), 'team', 'a text');
    await store.updateSite(team.site, (site) => ({ ...site, typesWithoutPresence: ['team'] }));
    expect(await store.readChannel(team)).toEqual(EMPTY_CHANNEL);
    const updated = await store.updateChannel(team, having('ada'));
    await until(updated.version);
    expect(told).toEqual([updated]);
    expect(await store.readChannel(channel('7', 'te', 'acme'))).toEqual(EMPTY_CHANNEL);
    expect(await store.readSite(asSiteId('team'))).toEqual(EMPTY_SITE);
    expect(await store.readText(person('channel', 'acme'), 'team')).toBe('a text');
    stop();
  });
}

export function keepingChannels(opened: () => OpenedToKeep): void {
  test('channels, their fields and who is in them are there after a restart', async () => {
    const { store, reopen } = opened();
    await store.updateChannel(team, having('ada', 'grace'));
    const updated = await store.updateChannel(team, about('Engines'));
    await store.updateChannel(channel('8'), having('ada'));
    await store.updateChannel(channel('8'), having('grace'));
    const again = await reopen();
    expect(await again.readChannel(team)).toEqual(updated);
    expect(await again.channelsOf(person('ada'))).toEqual([{ name: team, record: updated }]);
    expect(await keysOf(again, person('grace'))).toEqual(['7', '8']);
    const next = await again.updateChannel(team, having('grace'));
    expect(next.version).toBeGreaterThan(updated.version);
    expect(await keysOf(again, person('ada'))).toEqual([]);
  });
}

export function sharingChannels(opened: () => OpenedTwice): void {
  test('what one process writes every other reads, finds and is told', async () => {
    const { store, other } = opened();
    const { tell, until } = listener<ChannelRecord>();
    const stop = await store.followChannel(team, tell);
    const updated = await other.updateChannel(team, having('ada'));
    expect(await until(updated.version)).toEqual([updated]);
    expect(await store.readChannel(team)).toEqual(updated);
    expect(await store.channelsOf(person('ada'))).toEqual([{ name: team, record: updated }]);
    stop();
  });

  test('whoever comes and goes by two processes at once is found as the channel stands', async () => {
    const { store, other } = opened();
    const users = ['ada', 'grace', 'hal', 'ida'];
    const lists = Array.from({ length: 60 }, (_, at) => users.filter((_user, place) => (at >> place) % 2 === 0));
    await Promise.all(lists.map((list, at) => (at % 2 === 0 ? store : other).updateChannel(team, having(...list))));
    const { members } = await store.readChannel(team);
    for (const user of users) {
      const found = members.includes(asUserId(user)) ? ['7'] : [];
      expect(await keysOf(store, person(user))).toEqual(found);
      expect(await keysOf(other, person(user))).toEqual(found);
    }
  });
}
