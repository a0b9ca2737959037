/**
 * Which channels a person may be in, so that they are found without reading every channel. A person's list is in their
 * own shard and a channel's record in another, so the two cannot change together: the list may have more than is true,
 * and whoever reads it believes the records. It is written before a commit and again after it (index-channel.lua).
 */
import type { ChannelRecord } from '../../presence/channel.ts';
import type { UserId } from '../../presence/ids.ts';
import { channelOf, personKey } from '../key.ts';
import type { Client } from './client.ts';
import type { Keys } from './keys.ts';
import { answered } from './patience.ts';
import type { PlainIndex } from './plain-records.ts';
import { groups } from './stored.ts';

export interface ChannelIndex extends PlainIndex<ChannelRecord> {
  /** The keys of channels, as in key.ts, among them all that the person with this key is in. */
  of(person: string): Promise<readonly string[]>;
}

export interface ChannelIndexOptions {
  readonly client: Client;
  readonly keys: Keys;
  readonly cluster: boolean;
}

const MOST_AT_ONCE = 1_000; // people in one call; a script blocks Redis for about 1 us each

export function createChannelIndex({ client, keys, cluster }: ChannelIndexOptions): ChannelIndex {
  const listOf = (person: string) => keys.channels(person);

  async function note(channel: string, { version, present, gone }: Note): Promise<void> {
    const site = channelOf(channel)?.site;
    if (site === undefined) return;
    const people = [...present, ...gone].map((user) => personKey({ site, user }));
    const calls = groups(people, (person) => (cluster ? keys.shardOf(person) : 0))
      .flatMap(inBatches)
      .map((places) => {
        const staying = places.filter((at) => at < present.length).length; // they come first in every batch
        const lists = places.map((at) => listOf(people[at] ?? ''));
        return answered(client.indexChannel(lists.length, ...lists, channel, version, staying));
      });
    await Promise.all(calls);
  }

  return {
    announce: (channel, { members }) => note(channel, { version: 0, present: members, gone: [] }),
    settle(channel, before, after) {
      const [were, are] = [new Set(before.members), new Set(after.members)];
      return note(channel, {
        version: after.version,
        present: after.members.filter((user) => !were.has(user)),
        gone: before.members.filter((user) => !are.has(user)),
      });
    },
    of: (person) => answered(client.hkeys(listOf(person))),
  };
}

interface Note {
  /** Of the record that says so; 0 before it is committed. */
  readonly version: number;
  readonly present: readonly UserId[];
  readonly gone: readonly UserId[];
}

function inBatches<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / MOST_AT_ONCE) }, (_, at) =>
    items.slice(at * MOST_AT_ONCE, (at + 1) * MOST_AT_ONCE),
  );
}
