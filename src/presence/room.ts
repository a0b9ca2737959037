/**
 * Who is here: what the sessions of one person say in rooms, and the one member that others see of it. A room has no
 * record of its own; it is the people whose records say so, which is why hiding, leaving and every ending of a session
 * need no rule of their own here.
 */
import { hash } from './hash.ts';
import { after, asMillis, type Millis, type SessionId } from './ids.ts';
import { isHidden } from './last-active.ts';
import { equal, type PresenceRecord, type RoomEntry, type RoomWords, revise } from './record.ts';
import { later } from './session.ts';
import { lineProblem } from './text.ts';

export const ROOM_KEY_LIMIT = 128; // characters
export const LABEL_LIMIT = 64; // characters
export const MAX_ROOM_ENTRIES = 200; // of all sessions of a person
export const MAX_EXPIRY = 86_400; // seconds: a day

/** One person in a room, as others see them. */
export interface Member extends RoomWords {
  /** When the person came or said something last, with whichever session; at the earliest when they ceased to hide. */
  readonly lastSeen: Millis;
  /** When the person came: members are listed in this order. */
  readonly enteredAt: Millis;
  readonly expiresAt: Millis | null;
}

export interface Entering extends RoomWords {
  readonly room: string;
  readonly sessionId: SessionId;
  /** null: until it is left. */
  readonly expiresAfter: Millis | null;
}

/** Whether there can be a room of this key. */
export const canBeRoom = (key: string): boolean => lineProblem(key, ROOM_KEY_LIMIT) === null;

/** Enters, or updates what is said there. What expires gives way again to what was said before it without an end. */
export function enterRoom(record: PresenceRecord, entering: Entering, now: Millis): PresenceRecord {
  const { room, sessionId, label, metadata, expiresAfter } = entering;
  const mine = record.rooms.find((entry) => entry.room === room && entry.sessionId === sessionId);
  if (mine === undefined && record.rooms.length >= MAX_ROOM_ENTRIES) return record;
  if (!record.sessions.some((session) => session.id === sessionId)) return record;
  const lasting = mine === undefined ? null : mine.expiresAt === null ? saidIn(mine) : mine.lasting;
  const entry: RoomEntry = {
    room,
    sessionId,
    label,
    metadata,
    enteredAt: mine?.enteredAt ?? now,
    at: now,
    wordsAt: afterOthers(record, mine, { room, now }),
    expiresAt: expiresAfter === null ? null : after(now, expiresAfter),
    lasting: expiresAfter === null ? null : lasting,
  };
  return revise(record, { rooms: [...record.rooms.filter((each) => each !== mine), entry] });
}

/** What is said last counts, also when it is said by way of a server whose clock is behind, or in the same millisecond. */
function afterOthers(
  { rooms }: PresenceRecord,
  mine: RoomEntry | undefined,
  { room, now }: { readonly room: string; readonly now: Millis },
): Millis {
  const others = rooms.filter((entry) => entry.room === room && entry !== mine);
  return asMillis(Math.max(now, ...others.map(({ wordsAt }) => wordsAt + 1)));
}

const saidIn = ({ label, metadata, wordsAt }: RoomEntry) => ({ label, metadata, wordsAt });

export function leaveRoom(record: PresenceRecord, room: string, sessionId: SessionId): PresenceRecord {
  return revise(record, { rooms: record.rooms.filter((each) => each.room !== room || each.sessionId !== sessionId) });
}

/** What time and the ending of sessions leave of the entries. */
export function passRooms(record: PresenceRecord, at: Millis): PresenceRecord {
  if (record.rooms.length === 0) return record;
  const open = new Set(record.sessions.map(({ id }) => id));
  return revise(record, {
    rooms: record.rooms
      .filter(({ sessionId }) => open.has(sessionId))
      .flatMap((entry) => (entry.expiresAt === null || entry.expiresAt > at ? entry : lapse(entry))),
  });
}

function lapse(entry: RoomEntry): readonly RoomEntry[] {
  return entry.lasting === null ? [] : [{ ...entry, ...entry.lasting, expiresAt: null, lasting: null }];
}

/** Whoever ceases to hide comes at that moment: when they entered or spoke before tells what they did while hidden. */
export function noteReturn(before: PresenceRecord, record: PresenceRecord, at: Millis): PresenceRecord {
  if (!isHidden(before) || isHidden(record)) return record;
  return revise(record, { rooms: record.rooms.map((entry) => ({ ...entry, enteredAt: later(entry.enteredAt, at) })) });
}

/** The rooms in which others see this person, and how; none while hidden. */
export function placesOf(record: PresenceRecord): ReadonlyMap<string, Member> {
  const places = new Map<string, Member>();
  if (isHidden(record)) return places;
  for (const entry of [...record.rooms].sort(newestFirst)) {
    const known = places.get(entry.room);
    const member = memberFrom(entry);
    places.set(entry.room, known === undefined ? member : together(known, member));
  }
  return places;
}

/** The words of the first, and the times of both. */
const together = (first: Member, second: Member): Member => ({
  ...first,
  enteredAt: first.enteredAt <= second.enteredAt ? first.enteredAt : second.enteredAt,
  lastSeen: later(first.lastSeen, second.lastSeen),
});

/** The rooms in which two states of a record show somebody differently. */
export function changedPlaces(before: PresenceRecord, later: PresenceRecord): readonly string[] {
  if (before.rooms.length === 0 && later.rooms.length === 0) return [];
  const [had, has] = [placesOf(before), placesOf(later)];
  return [...new Set([...had.keys(), ...has.keys()])].filter((room) => !equal(had.get(room), has.get(room)));
}

/** Where servers hear of those who begin or cease to hide while connected. Not the key of any room, so nobody else can. */
export const HIDEOUT = '';

/** Where a change is announced besides to those who follow the person: in the rooms that it changes, and in HIDEOUT. */
export function announcedIn(before: PresenceRecord, later: PresenceRecord): readonly string[] {
  const places = changedPlaces(before, later);
  return hidesNow(before) === hidesNow(later) ? places : [HIDEOUT, ...places];
}

/** Whether they are connected, and hide it. */
export const hidesNow = (record: PresenceRecord): boolean => record.sessions.length > 0 && isHidden(record);

const memberFrom = ({ label, metadata, at, enteredAt, expiresAt }: RoomEntry): Member => ({
  label,
  metadata,
  lastSeen: later(at, enteredAt),
  enteredAt,
  expiresAt,
});

/** Of all the person's sessions what was said last counts; of two at once the one of the greater session id. */
const newestFirst = (a: RoomEntry, b: RoomEntry): number =>
  b.wordsAt - a.wordsAt || (a.sessionId < b.sessionId ? 1 : -1);

/**
 * A colour for a person, the same everywhere and always. Its relative luminance (WCAG 2.2) is 0.179, where the contrast
 * is 4.6 to 1 both on white and on black; only hue and saturation follow from the id.
 */
export function colorOf(userId: string): string {
  const value = hash(userId);
  const hue = value % 360;
  const saturation = 0.55 + ((value >>> 9) % 41) / 100;
  let [low, high] = [0, 1];
  for (let step = 0; step < 20; step++) {
    const middle = (low + high) / 2;
    if (luminance(fromHsl(hue, saturation, middle)) < TARGET_LUMINANCE) low = middle;
    else high = middle;
  }
  const channel = (value: number) =>
    Math.round(value * 255)
      .toString(16)
      .padStart(2, '0');
  return `#${fromHsl(hue, saturation, low).map(channel).join('')}`;
}

const TARGET_LUMINANCE = 0.179;

type Rgb = readonly [number, number, number];

/** CSS Color 4, section 7.1. */
function fromHsl(hue: number, saturation: number, lightness: number): Rgb {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const k = (offset + hue / 30) % 12;
    return lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return [channel(0), channel(8), channel(4)];
}

/** WCAG 2.2, "relative luminance". */
function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}
