/** A room that is looked at on one server while people are in it by way of another, which may be killed. */
import { expect, test } from 'vitest';
import { dataOf } from '../api/operations.ts';
import { connect } from '../process/people.ts';
import { startFleet, until } from '../support/fleet.ts';
import type { Server } from './crowd.ts';

const ENTER = `mutation ($label: String!) { enterRoom(input: { key: "hall", label: $label }) { sessionId } }`;
const LEAVE = `mutation { leaveRoom(input: { key: "hall" }) { sessionId } }`;
const WATCH = `subscription { roomChanged(key: "hall") { kind count member { label user { id } } } }`;
const LOOK = `{ room(key: "hall") { count members { edges { node { label user { id } } } } } }`;

interface Words {
  readonly label: string;
  readonly user: { readonly id: string };
}

const lineOf = ({ user, label }: Words) => `${user.id} ${label}`;

/** Somebody of the server who has entered. */
async function enter(server: Server, user: string, label: string) {
  const device = await connect(server, user);
  const says = async (label: string) => dataOf(await device.ask(ENTER, { label }));
  await says(label);
  return { ...device, says, leaves: async () => dataOf(await device.ask(LEAVE)) };
}

async function watchHall(server: Server) {
  const device = await connect(server, 'watcher', { session: false });
  const stream = device.subscribe<{
    roomChanged: { readonly kind: string; readonly count: number; readonly member: Words };
  }>(WATCH);
  return async () => {
    const { kind, count, member } = dataOf(await stream.take()).roomChanged;
    return `${kind} ${lineOf(member)} ${count}`;
  };
}

/** The same from when nobody is there; whoever enters afterwards is not missed. */
async function watchEmptyHall(server: Server) {
  const host = await enter(server, 'host', 'here');
  const told = await watchHall(server);
  expect(await told()).toBe('PRESENT host here 1');
  await host.leaves();
  expect(await told()).toBe('LEFT host here 0');
  return told;
}

async function look(server: Server) {
  const { room } = dataOf(
    await server.ask<{ room: { count: number; members: { edges: { node: Words }[] } } }>('dev:reader', LOOK),
  );
  expect(room.count).toBe(room.members.edges.length);
  return room.members.edges.map(({ node }) => lineOf(node));
}

async function twoServers(env = {}) {
  const { nodes } = await startFleet(2, { env });
  const [near, far] = nodes;
  if (near === undefined || far === undefined) throw new Error('there are two');
  return { near, far };
}

test('who enters, speaks and leaves by way of one server is seen on the other', async () => {
  const { near, far } = await twoServers();
  const ada = await enter(far, 'ada', 'here');
  const told = await watchHall(near);
  expect(await told()).toBe('PRESENT ada here 1');
  const bob = await enter(near, 'bob', 'too');
  expect(await told()).toBe('ENTERED bob too 2');
  await ada.says('editing');
  expect(await told()).toBe('UPDATED ada editing 2');
  expect([await look(near), await look(far)]).toEqual([
    ['ada editing', 'bob too'],
    ['ada editing', 'bob too'],
  ]);
  await bob.leaves();
  expect(await told()).toBe('LEFT bob too 1');
  await ada.leaves();
  expect(await told()).toBe('LEFT ada editing 0');
  for (const server of [near, far]) await until('nobody is there', async () => (await look(server)).length === 0);
});

test('one person with a device on each server is one member, with what they said last', async () => {
  const { near, far } = await twoServers();
  const told = await watchEmptyHall(near);
  const phone = await enter(far, 'ada', 'phone');
  expect(await told()).toBe('ENTERED ada phone 1');
  const laptop = await enter(near, 'ada', 'laptop');
  expect(await told()).toBe('UPDATED ada laptop 1');
  expect(await look(far)).toEqual(['ada laptop']);
  await laptop.leaves();
  expect(await told()).toBe('UPDATED ada phone 1');
  await phone.leaves();
  expect(await told()).toBe('LEFT ada phone 0');
});

test('whoever was in a room by way of a server that is killed leaves it when they are OFFLINE, unless they come back', async ({
  annotate,
}) => {
  const { near, far } = await twoServers({
    PRESENCE_NODE_LEASE: '1.5',
    PRESENCE_RECONNECT_GRACE: '1',
    PRESENCE_OFFLINE_AFTER: '3',
  });
  const told = await watchEmptyHall(near);
  await enter(far, 'gone', 'here');
  const back = await enter(far, 'back', 'reading');
  await enter(near, 'stays', 'here');
  expect([await told(), await told(), await told()]).toEqual([
    'ENTERED gone here 1',
    'ENTERED back reading 2',
    'ENTERED stays here 3',
  ]);
  const killed = Date.now();
  await far.kill('SIGKILL');
  const again = await connect(near, 'back', { sessionId: back.sessionId });
  expect(again.sessionId).toBe(back.sessionId);
  expect(await told()).toBe('LEFT gone here 2');
  await annotate(`left after ${Date.now() - killed} ms`);
  // The lease first, and from then on what a dropped connection has.
  expect(Date.now() - killed).toBeGreaterThan(3_000);
  expect((await look(near)).sort()).toEqual(['back reading', 'stays here']); // they came within moments, by two clocks
}, 60_000);

test('whoever drops from one server is in the room on the other for as long as they are not OFFLINE', async () => {
  const { near, far } = await twoServers({ PRESENCE_RECONNECT_GRACE: '0.5', PRESENCE_OFFLINE_AFTER: '1.5' });
  const told = await watchEmptyHall(near);
  const ada = await enter(far, 'ada', 'here');
  expect(await told()).toBe('ENTERED ada here 1');
  const dropped = Date.now();
  ada.socket.terminate();
  const dotOfAda = async () =>
    dataOf(
      await near.ask<{ user: { presence: { availability: string } } }>(
        'dev:reader',
        '{ user(id: "ada") { presence { availability } } }',
      ),
    ).user.presence.availability;
  await until('she is AWAY', async () => (await dotOfAda()) === 'AWAY');
  expect(await look(near)).toEqual(['ada here']);
  expect(await told()).toBe('LEFT ada here 0');
  expect(Date.now() - dropped).toBeGreaterThan(1_400);
  expect(await dotOfAda()).toBe('OFFLINE');
}, 60_000);
