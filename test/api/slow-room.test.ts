/** Somebody who looks at a room and reads slower than it changes: the sum of what they missed, and the right number in the end. */
import { expect, it } from 'vitest';
import { asSiteId } from '../../src/presence/ids.ts';
import { type Device, type Service, startService } from '../support/service.ts';
import { dataOf } from './operations.ts';

const ENTER = `mutation ($label: String) { enterRoom(input: { key: "hall", label: $label }) { room { count } } }`;
const LEAVE = `mutation { leaveRoom(input: { key: "hall" }) { room { count } } }`;

async function setUp(...present: readonly string[]) {
  const service = await startService();
  const people = new Map<string, Device>();
  for (const user of ['ada', 'bob', 'cleo']) people.set(user, await service.connect({ token: `dev:${user}` }));
  const ask = async (user: string, mutation: string, variables = {}) => {
    const device = people.get(user);
    if (device !== undefined) dataOf(await device.ask(mutation, variables));
    await service.clock.pass(1);
  };
  const enters = (user: string, label = 'online') => ask(user, ENTER, { label });
  const leaves = (user: string) => ask(user, LEAVE);
  for (const user of present) await enters(user);
  return { enters, leaves, ...(await slowly(service)) };
}

/** By the hub: a socket has room for so much that nobody could say what its reader has missed. */
async function slowly({ hub }: Service) {
  const watch = await hub.watchRoom(asSiteId('default'), 'hall', null);
  const reads = async () => {
    const { value: change } = await watch.next();
    return change && [change.kind, change.member.seen.person.user, change.member.label, change.count];
  };
  /** What waits to be read. */
  const rest = async () => {
    const lines: unknown[] = [];
    for (let change = watch.take(); change !== undefined; change = watch.take())
      lines.push([change.kind, change.member.seen.person.user, change.member.label, change.count]);
    return lines;
  };
  return { reads, rest };
}

it('of somebody who was there and left before that was read, nothing is told', async () => {
  const { leaves, rest } = await setUp('ada', 'bob');
  await leaves('ada');
  expect(await rest()).toEqual([['PRESENT', 'bob', 'online', 1]]);
});

it('of somebody who came and left before that was read, nothing is told', async () => {
  const { enters, leaves, reads, rest } = await setUp('ada');
  expect(await reads()).toEqual(['PRESENT', 'ada', 'online', 1]);
  await enters('bob');
  await leaves('bob');
  expect(await rest()).toEqual([]);
});

it('somebody who was there, left and came again before that was read has come', async () => {
  const { enters, leaves, rest } = await setUp('ada', 'bob');
  await leaves('ada');
  await enters('ada', 'back');
  expect(await rest()).toEqual([
    ['PRESENT', 'bob', 'online', 2],
    ['ENTERED', 'ada', 'back', 2],
  ]);
});

it('somebody who was seen there, left and came again has something new to say', async () => {
  const { enters, leaves, reads, rest } = await setUp('ada');
  expect(await reads()).toEqual(['PRESENT', 'ada', 'online', 1]);
  await leaves('ada');
  await enters('ada', 'back');
  expect(await rest()).toEqual([['UPDATED', 'ada', 'back', 1]]);
});

it('somebody who was there and changed is there as they are now', async () => {
  const { enters, rest } = await setUp('ada', 'bob');
  await enters('ada', 'editing');
  expect(await rest()).toEqual([
    ['PRESENT', 'ada', 'editing', 2],
    ['PRESENT', 'bob', 'online', 2],
  ]);
});

it('whoever has read everything knows how many there are, though others came and left meanwhile', async () => {
  const { enters, leaves, rest } = await setUp('ada');
  await enters('bob');
  await enters('cleo');
  await leaves('bob');
  await leaves('ada');
  expect(await rest()).toEqual([['ENTERED', 'cleo', 'online', 1]]);
});

it('somebody who was counted already and left unseen is told to have left, so that the number is right', async () => {
  const { leaves, reads, rest } = await setUp('ada', 'bob', 'cleo');
  expect(await reads()).toEqual(['PRESENT', 'ada', 'online', 3]);
  await leaves('bob');
  await leaves('cleo');
  expect(await rest()).toEqual([['LEFT', 'cleo', 'online', 1]]);
});

it('and has come, if they come back before that is read', async () => {
  const { enters, leaves, reads, rest } = await setUp('ada', 'bob');
  expect(await reads()).toEqual(['PRESENT', 'ada', 'online', 2]);
  await leaves('bob');
  await enters('bob', 'back');
  expect(await rest()).toEqual([['ENTERED', 'bob', 'back', 2]]);
});
