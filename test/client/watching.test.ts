/** Seeing people through the SDK. */
import { expect, test, vi } from 'vitest';
import type { Presence } from '../../src/client/index.ts';
import { startService } from '../support/service.ts';
import { eavesdrop, openClient, until, words } from './devices.ts';

const crowd = (size: number) => Array.from({ length: size }, (_, number) => `user-${number}`);

test('two hundred and fifty people are three subscriptions, each person told of once, and two listeners cost what one costs', async () => {
  const service = await startService();
  const line = eavesdrop();
  const ada = openClient(service, { token: 'dev:ada', webSocket: line.webSocket });
  const [one, two] = [words(), words()];
  ada.watch(crowd(250), one.listen);
  expect(ada.get('user-7')).toMatchObject({ userId: 'user-7', known: false });
  expect(ada.get('user-7')).toBe(ada.get('user-7'));
  await until(() => expect(one.told).toHaveLength(250));
  expect(line.watched().map((ids) => ids.length)).toEqual([100, 100, 50]);

  const stop = ada.watch(crowd(120), two.listen);
  expect(two.told).toEqual(one.told.slice(0, 120)); // at once
  const before = ada.get('user-7');
  expect(before).toMatchObject({ known: true, online: false, stale: false });
  expect(Object.isFrozen(before)).toBe(true);
  await service.ask('dev:user-7', 'mutation { openSession(input: {}) { session { id } } }');
  await until(() => expect(one.told.slice(250)).toEqual(['user-7 ONLINE']));
  expect(two.told.slice(120)).toEqual(['user-7 ONLINE']);
  expect(ada.get('user-7')).not.toBe(before);
  stop();
  stop();
  await service.ask('dev:user-7', 'mutation { setStatus(input: { availability: BUSY }) { viewer { availability } } }');
  await until(() => expect(one.told.at(-1)).toBe('user-7 BUSY'));
  expect(two.told).toHaveLength(121);
  expect(line.watched()).toHaveLength(3);
});

test('a smaller limit of the server is kept to, and an id that it does not take is nobody else’s harm', async () => {
  const service = await startService({ PRESENCE_WATCH_LIMIT: '10' });
  const line = eavesdrop();
  const ada = openClient(service, { token: 'dev:ada', webSocket: line.webSocket });
  const { told, listen } = words();
  ada.watch([...crowd(24), 'no\nid'], listen);
  await until(() => expect(told).toHaveLength(24));
  expect(new Set(told)).toEqual(new Set(crowd(24).map((id) => `${id} OFFLINE`)));
  expect(ada.get('no\nid').known).toBe(false);
});

test('through a list that is scrolled, whoever stays in sight is told of once, and followed all the time', async () => {
  const service = await startService();
  const line = eavesdrop();
  const ada = openClient(service, { token: 'dev:ada', webSocket: line.webSocket });
  const { told, listen } = words();
  ada.watch(['grace'], listen);
  const changes = ['BUSY', 'AWAY', 'ONLINE'];
  await service.ask('dev:grace', 'mutation { openSession(input: {}) { session { id } } }');
  await until(() => expect(told.at(-1)).toBe('grace ONLINE'));
  const seen: Presence[] = [];
  let out = ada.watch(crowd(10), (presence) => seen.push(presence));
  for (let top = 1; top < 40; top++) {
    const sight = ada.watch(crowd(50).slice(top, top + 10), (presence) => seen.push(presence));
    out();
    out = sight;
    const change = changes[top / 10 - 1];
    if (change !== undefined) {
      const says = `mutation { setStatus(input: { availability: ${change} }) { viewer { availability } } }`;
      await service.ask('dev:grace', says);
    }
    await new Promise((resolve) => setTimeout(resolve, 8));
  }
  await until(() => expect(line.watched()).toHaveLength(1)); // what had become small was put together
  expect(line.watched()[0]).toEqual(expect.arrayContaining([...crowd(50).slice(39, 49), 'grace']));
  expect(line.watched()[0]?.length).toBeLessThanOrEqual(22); // and of those out of sight there is not more than the half
  expect(told.slice(-3)).toEqual(changes.map((change) => `grace ${change}`));
  expect(told.filter((word, at) => word === told[at - 1])).toEqual([]);
  expect(seen.every((presence) => presence.known && !presence.stale)).toBe(true);
  expect(ada.get('user-0').known).toBe(false); // forgotten

  // Somebody who comes back into sight soon was there all the time.
  out();
  const back = words();
  ada.watch(['user-40'], back.listen);
  expect(back.told).toEqual(['user-40 OFFLINE']);
});

test('whoever comes back into sight just while subscriptions are put together is followed', async () => {
  const service = await startService();
  const line = eavesdrop();
  const { told, listen } = words();
  let replaced = () => {};
  class Watching extends line.webSocket {
    override send(data: string): void {
      super.send(data);
      if (line.watched().length === 2) replaced(); // and the first one has not ended yet
    }
  }
  const ada = openClient(service, { token: 'dev:ada', webSocket: Watching });
  const early = words();
  ada.watch(['grace'], early.listen);
  const out = ada.watch(crowd(10), early.listen);
  await until(() => expect(early.told).toHaveLength(11));
  replaced = () => {
    replaced = () => {};
    ada.watch(['user-7'], listen);
  };
  out();
  await until(() => expect(told).toEqual(['user-7 OFFLINE']));
  await until(() => expect(line.watched().flat()).not.toContain('user-6'));
  await service.ask('dev:user-7', 'mutation { openSession(input: {}) { session { id } } }');
  await until(() => expect(told.at(-1)).toBe('user-7 ONLINE'));
});

test('with as many people as a connection may watch, those who stay are not torn apart, and others come when there is room', async () => {
  const service = await startService({ PRESENCE_WATCH_LIMIT: '10', PRESENCE_WATCH_LIMIT_PER_SOCKET: '20' });
  const line = eavesdrop();
  const ada = openClient(service, { token: 'dev:ada', webSocket: line.webSocket });
  const { told, listen } = words();
  const out = ada.watch(crowd(20), listen);
  await until(() => expect(told).toHaveLength(20));
  ada.watch([...crowd(5), ...crowd(15).slice(10)], listen);
  const late = words();
  ada.watch(['late'], late.listen);
  out();
  await until(() => expect(late.told).toEqual(['late OFFLINE']));
  await until(() => expect(line.watched().flat()).not.toContain('user-5'));
  await service.ask('dev:user-12', 'mutation { openSession(input: {}) { session { id } } }');
  await until(() => expect(told.at(-1)).toBe('user-12 ONLINE'));
  const alone = line.said.filter(({ payload }) => payload?.variables?.userIds?.length === 1);
  expect(alone.map(({ payload }) => payload?.variables?.userIds)).not.toContainEqual(['user-12']);
});

test('what one listener throws is reported, and the others are told', async () => {
  const reported = vi.spyOn(console, 'error').mockImplementation(() => {});
  const service = await startService();
  const ada = openClient(service, { token: 'dev:ada' });
  const { told, listen } = words();
  ada.watch(['grace'], () => {
    throw new Error('mine');
  });
  ada.watch(['grace'], listen);
  await until(() => expect(told).toEqual(['grace OFFLINE']));
  expect(reported).toHaveBeenCalledWith(new Error('mine'));
  await ada.close();
  reported.mockRestore();
});

test('a channel is watched by one subscription for all who ask, and who may not is told why', async () => {
  const service = await startService();
  const make = (members: string) =>
    service.ask(
      'dev:backend:server',
      `mutation { upsertChannel(input: { type: "team", key: "7", memberIds: [${members}] }) { channel { id } } }`,
    );
  await make('"ada", "grace"');
  const line = eavesdrop();
  const ada = openClient(service, { token: 'dev:ada', webSocket: line.webSocket });
  const [one, two] = [words(), words()];
  const team = { type: 'team', key: '7' };
  const refusals: unknown[] = [];
  ada.watchChannel(team, one.listen, ({ code }) => refusals.push(code));
  await until(() => expect(one.told.toSorted()).toEqual(['ada ONLINE', 'grace OFFLINE']));
  ada.watchChannel({ ...team }, two.listen);
  expect(two.told).toHaveLength(2);
  await make('"ada", "grace", "hal"');
  await until(() => expect(two.told.at(-1)).toBe('hal OFFLINE'));
  expect(line.said.filter(({ payload }) => payload?.query?.includes('WatchChannel'))).toHaveLength(1);
  await make('"grace"');
  await until(() => expect(refusals).toEqual(['NOT_FOUND']));
});
