import { expect, test } from 'vitest';
import { apply } from '../../src/presence/apply.ts';
import type { PresenceEvent } from '../../src/presence/event.ts';
import { asMillis, asNodeId, asSessionId } from '../../src/presence/ids.ts';
import { EMPTY_RECORD, type PresenceRecord, type Session } from '../../src/presence/record.ts';
import { resolve } from '../../src/presence/resolve.ts';

const id = asSessionId('session:1');
const minute = asMillis(60_000);
const now = asMillis(Date.UTC(2026, 5, 1));
const online = apply(
  EMPTY_RECORD,
  {
    type: 'open',
    arrival: { id, node: asNodeId('node'), transport: 'WEBSOCKET', ttl: null },
    siteIdleTimeout: minute,
    refreshEvery: minute,
  },
  now,
);
const session = online.sessions[0] as Session;
const held: PresenceEvent = { type: 'hold', session, refreshEvery: minute };
const left = (generation: number): PresenceEvent => ({
  type: 'leave',
  id,
  generation,
  activeAt: now,
  lostAfter: null,
  endsAfter: minute,
});
const happen = (record: PresenceRecord, ...events: readonly PresenceEvent[]) =>
  events.reduce((reached, event) => apply(reached, event, now), record);

test('a socket whose store forgot everything brings its person back online', () => {
  expect(resolve(happen(EMPTY_RECORD, held), now).availability).toBe('ONLINE');
});

test('a socket that was given up for lost brings its person back online', () => {
  const lost = happen(online, { ...left(1), lostAfter: asMillis(0) } as PresenceEvent);
  expect(resolve(lost, now).availability).toBe('AWAY');
  expect(happen(lost, held)).toEqual(online);
});

test('who signed out stays signed out, though the socket is still open and its process says so', () => {
  const signedOut = happen(online, { type: 'end', id });
  expect(happen(signedOut, held)).toBe(signedOut);
});

test('a sign-out is remembered until that very socket closes', () => {
  const signedOut = happen(online, { type: 'end', id });
  expect(happen(signedOut, left(2)).ended).toEqual([{ id, generation: 1 }]);
  expect(happen(signedOut, left(1)).ended).toEqual([]);
});

test('a socket that was replaced does not take its session back', () => {
  const resumed = happen(online, {
    type: 'open',
    arrival: { id, node: asNodeId('other'), transport: 'WEBSOCKET', ttl: null },
    siteIdleTimeout: minute,
    refreshEvery: minute,
  });
  expect(happen(resumed, held)).toBe(resumed);
});
