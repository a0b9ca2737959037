/** Channels: what the application's backend says of them, who finds them, and watching their people. */
import { CHANNEL_TYPE_LIMIT, MAX_CHANNEL_MEMBERS, matches, upsertChannel } from '../presence/channel.ts';
import type { Person, SiteId } from '../presence/ids.ts';
import type { JsonObject } from '../presence/record.ts';
import { hasPresence, MAX_TYPES_WITHOUT_PRESENCE, setTypePresence } from '../presence/site.ts';
import { personKey } from '../store/key.ts';
import type { Channel, ChannelName } from '../store/store.ts';
import { type ChannelRef, type ChannelViewer, channelName, sees } from './channel-viewer.ts';
import { type ChannelWatchOptions, createChannelWatches } from './channel-watch.ts';
import { given, limitedUserIds, line } from './input.ts';
import { badInput } from './refusal.ts';

export interface UpsertChannelInput extends ChannelRef {
  readonly memberIds?: readonly string[] | null | undefined;
  readonly custom?: JsonObject | null | undefined;
}

export interface SetChannelTypeInput {
  readonly type: string;
  readonly presence: boolean;
}

export function createChannels(options: ChannelWatchOptions) {
  const { store, sites } = options.core;
  const watches = createChannelWatches(options);
  const asking = new Map<string, Promise<readonly Channel[]>>();

  async function upsert(site: SiteId, input: UpsertChannelInput): Promise<Channel> {
    const name = channelName(site, input);
    const members =
      input.memberIds == null
        ? null
        : limitedUserIds(input.memberIds, 'memberIds', 'USER_LIMIT_EXCEEDED', MAX_CHANNEL_MEMBERS);
    const changes = given({ members, custom: input.custom });
    const record = await store.updateChannel(name, (before) => upsertChannel(before, changes));
    watches.learn(name, record);
    return { name, record };
  }

  async function setChannelType(site: SiteId, input: SetChannelTypeInput): Promise<SetChannelTypeInput> {
    const type = line(input.type, CHANNEL_TYPE_LIMIT, 'type');
    const record = await sites.change(site, (before) => {
      const after = setTypePresence(before, type, input.presence);
      if (after.typesWithoutPresence.length > MAX_TYPES_WITHOUT_PRESENCE) {
        throw badInput(
          'type',
          `cannot be added: presence is off for at most ${MAX_TYPES_WITHOUT_PRESENCE} types of channel`,
        );
      }
      return after;
    });
    watches.learnSite(site, record);
    return { type, presence: hasPresence(record, type) };
  }

  /** null when there is none, or it is not for them to see. */
  async function channel(viewer: ChannelViewer, ref: ChannelRef): Promise<Channel | null> {
    const name = channelName(viewer.person.site, ref);
    const record = await store.readChannel(name);
    return sees(viewer, record) ? { name, record } : null;
  }

  /** Those that the person is in, by type and then key. */
  async function channels(person: Person, filter: JsonObject): Promise<readonly Channel[]> {
    return (await channelsOf(person)).filter(({ record }) => matches(record.custom, filter));
  }

  /** All of them, read once for all who ask in one go: an operation may ask thousands of times. */
  function channelsOf(person: Person): Promise<readonly Channel[]> {
    const key = personKey(person);
    const asked = asking.get(key);
    if (asked !== undefined) return asked;
    const read = async () => {
      await undefined; // whoever asks from here on is answered anew, with whatever was changed before they asked
      asking.delete(key);
      return [...(await store.channelsOf(person))].sort(byName);
    };
    const reading = read();
    asking.set(key, reading);
    return reading;
  }

  return {
    upsertChannel: upsert,
    setChannelType,
    channel,
    channels,
    channelHasPresence: async ({ site, type }: ChannelName) => hasPresence(await sites.get(site), type),
    watchChannel: watches.watch,
    rereadChannels: watches.reread,
    closeChannels: watches.close,
  };
}

const byName = ({ name: a }: Channel, { name: b }: Channel): number => compare(a.type, b.type) || compare(a.key, b.key);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
