/**
 * A channel of the application, as its backend states it: who is in it, and a few fields of the application's own to
 * find it by. Who may see it and whether its people can be watched through it follow from that; what they look like
 * does not.
 */
import { asMicros, type Micros, type UserId } from './ids.ts';
import { equal, type JsonObject } from './record.ts';
import { lineProblem } from './text.ts';

export const CHANNEL_TYPE_LIMIT = 64; // characters
export const CHANNEL_KEY_LIMIT = 128; // characters
export const MAX_CHANNEL_MEMBERS = 10_000;

export interface ChannelRecord {
  /** 0: never written, so there is no such channel. Set by the store; only grows. */
  readonly version: Micros;
  /** Each once, in the order given. */
  readonly members: readonly UserId[];
  readonly custom: JsonObject | null;
}

/** No channel. */
export const EMPTY_CHANNEL: ChannelRecord = { version: asMicros(0), members: [], custom: null };

/** What is said of a channel; what is left out stays. */
export interface ChannelChanges {
  readonly members?: readonly UserId[];
  readonly custom?: JsonObject;
}

/** Makes the channel, or changes it. Nothing changed returns the same object; one without anybody is a channel too. */
export function upsertChannel(channel: ChannelRecord, changes: ChannelChanges): ChannelRecord {
  const members = changes.members === undefined ? channel.members : [...new Set(changes.members)];
  const custom = changes.custom ?? channel.custom;
  const stays = exists(channel) && equal(members, channel.members) && equal(custom, channel.custom);
  return stays ? channel : { ...channel, members, custom };
}

/** Whether there can be a channel of this type and key. */
export const canBeChannel = (type: string, key: string): boolean =>
  lineProblem(type, CHANNEL_TYPE_LIMIT) === null && lineProblem(key, CHANNEL_KEY_LIMIT) === null;

export const exists = (channel: ChannelRecord): boolean => channel.version > 0;

export const isMember = (channel: ChannelRecord, user: UserId): boolean => channel.members.includes(user);

/** Whether every field of the filter is a field of `custom` with an equal value, however deep; an empty filter asks for nothing. */
export function matches(custom: JsonObject | null, filter: JsonObject): boolean {
  return Object.entries(filter).every(
    ([name, value]) => custom !== null && Object.hasOwn(custom, name) && equal(custom[name], value),
  );
}
