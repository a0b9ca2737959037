import { expect, test } from 'vitest';
import type { PresenceRecord } from '../../../src/presence/record.ts';
import type { Opened } from '../contract.ts';
import { followed, listener } from '../listener.ts';
import { connected, counted, ending, gone, named, person } from '../samples.ts';

export function following(opened: () => Opened): void {
  const ada = person('ada');

  test('a follower is told every record that is committed from then on, whatever changed in it', async () => {
    const { store } = opened();
    await store.update(ada, named('before'));
    const { tell, until } = listener<PresenceRecord>();
    const stop = await followed(store, ada, tell);
    const updated: PresenceRecord[] = [];
    for (const change of [named('Ada'), connected('session:1'), ending(4e12), gone('session:1'), named('Ada L.')]) {
      updated.push(await store.update(ada, change));
    }
    expect(await until(updated.at(-1)?.version ?? 0)).toEqual(updated);
    stop();
  });

  test('updates made at once are told once each, in the order of their versions', async () => {
    const { store } = opened();
    const { tell, until } = listener<PresenceRecord>();
    const stop = await followed(store, ada, tell);
    const updated = await Promise.all(Array.from({ length: 200 }, () => store.update(ada, counted)));
    const told = await until(Math.max(...updated.map(({ version }) => version)));
    expect(told.map(({ name }) => Number(name?.value))).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
    stop();
  });

  test('an update that begins when following resolved is never missed', async () => {
    const { store } = opened();
    for (let round = 0; round < 50; round++) {
      const who = person(`user-${round}`);
      const { tell, until } = listener<PresenceRecord>();
      const stop = await followed(store, who, tell);
      const { version } = await store.update(who, counted);
      await until(version);
      stop();
    }
  });

  test('nothing is told after stopping, and stopping again does no harm', async () => {
    const { store } = opened();
    const [stopped, other] = [listener<PresenceRecord>(), listener<PresenceRecord>()];
    const stop = await followed(store, ada, stopped.tell);
    const stopOther = await followed(store, ada, other.tell);
    const first = await store.update(ada, counted);
    await stopped.until(first.version);
    stop();
    stop();
    const second = await store.update(ada, counted);
    await other.until(second.version);
    expect(stopped.told).toEqual([first]);
    expect(other.told).toEqual([first, second]);
    stopOther();
  });

  test('who follows twice with one function is told twice, until each has stopped', async () => {
    const { store } = opened();
    const { told, tell, until } = listener<PresenceRecord>();
    const [stopOne, stopTwo] = [await followed(store, ada, tell), await followed(store, ada, tell)];
    const first = await store.update(ada, counted);
    await until(first.version);
    stopOne();
    stopOne();
    const second = await store.update(ada, counted);
    await until(second.version);
    stopTwo();
    expect(told).toEqual([first, first, second]);
  });

  test('a follower may stop while being told', async () => {
    const { store } = opened();
    const [hasty, other] = [listener<PresenceRecord>(), listener<PresenceRecord>()];
    const stop = await followed(store, ada, (record) => {
      hasty.tell(record);
      stop();
    });
    const stopOther = await followed(store, ada, other.tell);
    const first = await store.update(ada, counted);
    const second = await store.update(ada, counted);
    await other.until(second.version);
    expect(hasty.told).toEqual([first]);
    expect(other.told).toEqual([first, second]);
    stopOther();
  });

  test('following again after the last one stopped works at once', async () => {
    const { store } = opened();
    for (let round = 0; round < 20; round++) {
      const { told, tell, until } = listener<PresenceRecord>();
      const stop = await followed(store, ada, tell);
      const updated = await store.update(ada, counted);
      await until(updated.version);
      expect(told).toEqual([updated]);
      stop();
    }
  });

  test('a follower is told of nobody else, however similar the names', async () => {
    const { store } = opened();
    const { told, tell, until } = listener<PresenceRecord>();
    const stop = await followed(store, person('b:c', 'a'), tell);
    await store.update(person('c', 'a:b'), named('somebody else'));
    await store.update(person('b:c', 'A'), named('somebody else'));
    await Promise.all(Array.from({ length: 300 }, (_, at) => store.update(person(`user-${at}`, 'a'), counted)));
    const updated = await store.update(person('b:c', 'a'), named('the one'));
    await until(updated.version);
    expect(told).toEqual([updated]);
    stop();
  });

  test('two thousand people are followed at once, and each follower is told of their own', async () => {
    const { store } = opened();
    const people = Array.from({ length: 2_000 }, (_, at) => person(`user-${at}`));
    const listeners = people.map(() => listener<PresenceRecord>());
    const stops = await Promise.all(people.map((each, at) => followed(store, each, listeners[at]?.tell ?? (() => {}))));
    const updated = await Promise.all(people.map((each) => store.update(each, counted)));
    await Promise.all(updated.map(({ version }, at) => listeners[at]?.until(version)));
    expect(listeners.map(({ told }) => told)).toEqual(updated.map((record) => [record]));
    for (const stop of stops) stop();
  });
}
