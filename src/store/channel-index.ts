/** Which channels each person is in, in memory: made of what is found on disk, and kept current by what is committed. */
import type { ChannelRecord } from '../presence/channel.ts';
import type { Person, UserId } from '../presence/ids.ts';
import { channelOf, personKey } from './key.ts';

export interface ChannelIndex {
  /** The channel with this key says something else of its members now. */
  change(key: string, before: ChannelRecord, after: ChannelRecord): void;
  /** Keys of channels, as in key.ts, in no order. */
  of(person: Person): readonly string[];
}

export function createChannelIndex(): ChannelIndex {
  const channels = new Map<string, Set<string>>();

  function add(person: string, key: string): void {
    const theirs = channels.get(person);
    if (theirs === undefined) channels.set(person, new Set([key]));
    else theirs.add(key);
  }

  function remove(person: string, key: string): void {
    const theirs = channels.get(person);
    theirs?.delete(key);
    if (theirs?.size === 0) channels.delete(person);
  }

  return {
    change(key, before, after) {
      const site = channelOf(key)?.site;
      if (site === undefined) return;
      const person = (user: UserId) => personKey({ site, user });
      for (const user of before.members) remove(person(user), key);
      for (const user of after.members) add(person(user), key);
    },
    of: (person) => [...(channels.get(personKey(person)) ?? [])],
  };
}
