import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apply } from '../../src/presence/apply.ts';
import { deadline } from '../../src/presence/deadline.ts';
import type { PresenceEvent } from '../../src/presence/event.ts';
import { asMillis, asSessionId } from '../../src/presence/ids.ts';
import { EMPTY_RECORD, type PresenceRecord } from '../../src/presence/record.ts';
import { resolve } from '../../src/presence/resolve.ts';
import {
  announcedIn,
  canBeRoom,
  changedPlaces,
  colorOf,
  HIDEOUT,
  MAX_ROOM_ENTRIES,
  placesOf,
} from '../../src/presence/room.ts';
import { settle } from '../../src/presence/settle.ts';

const second = 1_000;
const opens = (id: string, roomsOnly = false): PresenceEvent => ({
  type: 'open',
  arrival: { id: asSessionId(id), node: null, transport: 'HTTP', ttl: asMillis(75 * second), roomsOnly },
  siteIdleTimeout: asMillis(300 * second),
  refreshEvery: asMillis(900 * second),
});
const enters = (id: string, label = 'online', seconds: number | null = null, room = 'hall'): PresenceEvent => ({
  type: 'enter',
  room,
  sessionId: asSessionId(id),
  label,
  metadata: null,
  expiresAfter: seconds === null ? null : asMillis(seconds * second),
});
const hides = (invisible: boolean): PresenceEvent => ({ type: 'hide', invisible });

/** Each event at its second. */
const lived = (...story: readonly (readonly [number, PresenceEvent])[]): PresenceRecord =>
  story.reduce((record, [at, event]) => apply(record, event, asMillis(at * second)), EMPTY_RECORD);
const memberAt = (record: PresenceRecord, at: number) => placesOf(settle(record, asMillis(at * second))).get('hall');
const picksOffline = (seconds: number | null = null): PresenceEvent => ({
  type: 'choose',
  availability: 'OFFLINE',
  line: null,
  expiresAt: seconds === null ? null : asMillis(seconds * second),
});
const labelAt = (record: PresenceRecord, at: number, room = 'hall') =>
  placesOf(settle(record, asMillis(at * second))).get(room)?.label ?? null;

describe('who is in a room', () => {
  const typing = lived([0, opens('tab')], [1, enters('tab', 'reading')], [2, enters('tab', 'typing', 5)]);

  test.each([
    ['somebody who never entered is not there', lived([0, opens('tab')]), 1, null],
    ['somebody who entered is', lived([0, opens('tab')], [1, enters('tab')]), 1, 'online'],
    ['typing shows', typing, 2, 'typing'],
    ['typing reverts by itself to the label before', typing, 7, 'reading'],
    [
      'typing again does not make typing the label before',
      apply(typing, enters('tab', 'typing', 5), asMillis(3_000)),
      8,
      'reading',
    ],
    [
      'an entry with an end and nothing before it ends',
      lived([0, opens('tab')], [1, enters('tab', 'here', 3)]),
      4,
      null,
    ],
    [
      'the newest entry of several devices counts',
      lived([0, opens('a')], [0, opens('b')], [1, enters('b', 'old')], [2, enters('a', 'new')]),
      2,
      'new',
    ],
    [
      'a person stays while any device is there',
      lived(
        [0, opens('a')],
        [0, opens('b')],
        [1, enters('a', 'a')],
        [2, enters('b', 'b')],
        [3, { type: 'end', id: asSessionId('b') }],
      ),
      3,
      'a',
    ],
    [
      'leaving leaves',
      lived([0, opens('a')], [1, enters('a')], [2, { type: 'exit', room: 'hall', sessionId: asSessionId('a') }]),
      2,
      null,
    ],
    ['a session that ends leaves its rooms', lived([0, opens('a')], [1, enters('a')]), 75, null],
    ['nobody enters with a session they do not have', lived([0, opens('a')], [1, enters('b')]), 1, null],
    ['somebody invisible is in no room', lived([0, opens('a')], [1, enters('a')], [2, hides(true)]), 2, null],
    [
      'somebody who ceases to be invisible is where they are',
      lived([0, opens('a')], [1, hides(true)], [2, enters('a')], [3, hides(false)]),
      3,
      'online',
    ],
  ] as const)('%s', (_, record, at, label) => {
    expect(labelAt(record, at)).toBe(label);
  });

  const hidden = [
    [0, opens('a')],
    [0, opens('b')],
    [1, enters('a', 'before')],
  ] as const;

  test.each([
    ['invisible', lived(...hidden, [2, hides(true)], [3, enters('b', 'meanwhile')], [5, hides(false)])],
    ['OFFLINE by choice', lived(...hidden, [2, picksOffline()], [3, enters('b', 'meanwhile')], [5, { type: 'clear' }])],
    ['OFFLINE by choice for a while', lived(...hidden, [2, picksOffline(5)], [3, enters('b', 'meanwhile')])],
  ])('somebody who ceases to be %s has come, and spoken, at that moment', (_, record) => {
    const at = asMillis(5 * second);
    expect(memberAt(record, 5)).toMatchObject({ label: 'meanwhile', enteredAt: at, lastSeen: at });
    const left = apply(record, { type: 'end', id: asSessionId('b') }, asMillis(6 * second));
    expect(memberAt(left, 6)).toMatchObject({ label: 'before', enteredAt: at, lastSeen: at });
  });

  const twoTabs = lived(
    [0, opens('a')],
    [0, opens('b')],
    [1, enters('a', 'reading')],
    [2, enters('b', 'tab2')],
    [3, enters('a', 'typing', 5)],
  );

  test('typing in one of two tabs reverts to what was said last before it, in whichever tab', () => {
    expect([labelAt(twoTabs, 7), labelAt(twoTabs, 8)]).toEqual(['typing', 'tab2']);
    const again = apply(twoTabs, enters('a', 'typing', 5), asMillis(4 * second));
    expect(labelAt(again, 9)).toBe('tab2');
    const left = apply(again, { type: 'end', id: asSessionId('b') }, asMillis(10 * second));
    expect(labelAt(left, 10)).toBe('reading');
  });

  test('a label that reverts does not make its person seen longer ago', () => {
    expect([memberAt(twoTabs, 7), memberAt(twoTabs, 8)].map((member) => member?.lastSeen)).toEqual([3_000, 3_000]);
  });

  test('typing while hidden reverts as it would have otherwise', () => {
    const shown = apply(apply(twoTabs, hides(true), asMillis(4 * second)), hides(false), asMillis(5 * second));
    expect([labelAt(shown, 5), labelAt(shown, 8)]).toEqual(['typing', 'tab2']);
  });

  test('a guest is in rooms and not online, and was never seen', () => {
    const guest = lived([0, opens('a', true)], [1, enters('a')]);
    expect(labelAt(guest, 1)).toBe('online');
    expect(resolve(guest, asMillis(second))).toEqual({ availability: 'OFFLINE', status: null, lastActive: null });
    expect(deadline(guest)).toBe(75 * second);
  });

  test(`is bounded: ${MAX_ROOM_ENTRIES} rooms, and one more is refused`, () => {
    let record = lived([0, opens('a')]);
    for (let room = 0; room <= MAX_ROOM_ENTRIES; room++)
      record = apply(record, enters('a', 'x', null, `room ${room}`), asMillis(0));
    expect(placesOf(record).size).toBe(MAX_ROOM_ENTRIES);
  });

  test('says which rooms have something to tell', () => {
    const before = lived([0, opens('a')], [1, enters('a')], [1, enters('a', 'x', null, 'garden')]);
    expect(changedPlaces(before, apply(before, enters('a', 'y', null, 'garden'), asMillis(2_000)))).toEqual(['garden']);
    expect([...changedPlaces(before, apply(before, hides(true), asMillis(2_000)))].sort()).toEqual(['garden', 'hall']);
    expect(changedPlaces(before, before)).toEqual([]);
  });

  test.each([
    ['a moment before, by its clock', 1.99],
    ['in the same millisecond', 2],
  ])('shows what was said last, though it was said %s', (_, at) => {
    const said = lived([0, opens('a')], [0, opens('b')], [2, enters('b', 'first')], [at, enters('a', 'last')]);
    expect(labelAt(said, 3)).toBe('last');
    expect(
      labelAt(lived([0, opens('a')], [0, opens('b')], [2, enters('a', 'first')], [at, enters('b', 'last')]), 3),
    ).toBe('last');
  });

  test('has nothing to tell of somebody who hides; servers hear of it, until their last session ends', () => {
    const before = lived([0, opens('a')], [1, enters('a')]);
    const hidden = apply(before, hides(true), asMillis(2_000));
    expect([...announcedIn(before, hidden)].sort()).toEqual([HIDEOUT, 'hall']);
    expect(announcedIn(hidden, apply(hidden, enters('a', 'x', null, 'garden'), asMillis(3_000)))).toEqual([]);
    const gone = apply(hidden, { type: 'end', id: asSessionId('a') }, asMillis(3_000));
    expect(announcedIn(hidden, gone)).toEqual([HIDEOUT]);
    expect(announcedIn(gone, apply(gone, hides(false), asMillis(4_000)))).toEqual([]);
  });

  test('has a key, so none is where servers hear of that', () => {
    expect(canBeRoom(HIDEOUT)).toBe(false);
  });
});

test('every colour is readable on white and on black, and the same every time', () => {
  const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (user) => {
      const color = colorOf(user);
      expect(color).toMatch(/^#[0-9a-f]{6}$/);
      expect(colorOf(user)).toBe(color);
      const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
        linear(Number.parseInt(color.slice(at, at + 2), 16) / 255),
      );
      const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      // WCAG 2.2 asks 4.5 of text.
      expect(1.05 / (luminance + 0.05)).toBeGreaterThan(4.4);
      expect((luminance + 0.05) / 0.05).toBeGreaterThan(4.4);
    }),
  );
});
