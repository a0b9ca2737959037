/**
 * Watching the people of a channel for as long as that is allowed, whoever comes and goes. A watch depends on two
 * records, the channel's and its site's; with each change of either it is settled anew whom it may watch, or why not.
 */
import type { ChannelRecord } from '../presence/channel.ts';
import type { SiteId, UserId } from '../presence/ids.ts';
import { hasPresence, type SiteRecord } from '../presence/site.ts';
import { channelKey, siteKey } from '../store/key.ts';
import type { ChannelName, Stop } from '../store/store.ts';
import { type ChannelViewer, channelName, sees, type WantedPeople } from './channel-viewer.ts';
import type { Core } from './core.ts';
import { createFollowed } from './followed.ts';
import { limitedUserIds } from './input.ts';
import type { Limits } from './limits.ts';
import { Refusal } from './refusal.ts';
import type { Watch, WatchOptions } from './watch.ts';
import type { Reader } from './watch-account.ts';

export interface ChannelWatchOptions {
  readonly core: Core;
  readonly limits: Limits;
  readonly watchPeople: (site: SiteId, users: readonly UserId[], options: WatchOptions) => Promise<Watch>;
}

export interface ChannelWatches {
  /** Everybody in the channel and these others. */
  watch(viewer: ChannelViewer, wanted: WantedPeople, reader: Reader): Promise<Watch>;
  /** What this process itself has just committed need not come back first. */
  learn(channel: ChannelName, record: ChannelRecord): void;
  learnSite(site: SiteId, record: SiteRecord): void;
  /** Reads every channel watched anew, because messages may have been lost. */
  reread(): Promise<void>;
  close(): void;
}

export function createChannelWatches({ core, limits, watchPeople }: ChannelWatchOptions): ChannelWatches {
  const { store } = core;
  const channels = createFollowed({ keyOf: channelKey, read: store.readChannel, follow: store.followChannel });
  const sites = createFollowed({ keyOf: siteKey, read: store.readSite, follow: store.followSite });

  async function watch(viewer: ChannelViewer, { channel, userIds }: WantedPeople, reader: Reader): Promise<Watch> {
    const { site } = viewer.person;
    const name = channelName(site, channel, 'channel.');
    const others = limitedUserIds(userIds, 'userIds', 'WATCH_LIMIT_EXCEEDED', limits.watch);
    const stops: Stop[] = [];
    const onDone = () => {
      for (const stop of stops.splice(0)) stop();
    };
    let settle = () => {};
    const begin = async (): Promise<Watch> => {
      stops.push(await core.sites.follow(site)); // whether its service is on
      const theChannel = await channels.follow(name, () => settle());
      stops.push(theChannel.stop);
      const theSite = await sites.follow(site, () => settle());
      stops.push(theSite.stop);
      const people = (): readonly UserId[] => {
        const { members } = allowed(viewer, name, { channel: theChannel.read(), site: theSite.read() });
        return within([...others, ...members]);
      };
      const watch = await watchPeople(site, people(), { ...reader, onDone });
      settle = oneAtATime(
        async () => watch.retarget(people()),
        (error) => watch.end(error),
      );
      settle(); // by what changed while the watch was being set up

      return watch;
    };
    try {
      return await begin();
    } catch (error) {
      onDone();
      throw error;
    }
  }

  /** Each once, and no more than a watch may have. */
  function within(users: readonly UserId[]): readonly UserId[] {
    const distinct = [...new Set(users)];
    if (distinct.length <= limits.watch) return distinct;
    throw new Refusal(
      'WATCH_LIMIT_EXCEEDED',
      `A watch may have at most ${limits.watch} users; channel, with userIds if there are any, has ${distinct.length}.`,
      { field: 'channel', limit: limits.watch, requested: distinct.length },
    );
  }

  return {
    watch,
    learn: channels.learn,
    learnSite: sites.learn,
    reread: async () => void (await Promise.all([channels.reread(), sites.reread()])),
    close() {
      channels.close();
      sites.close();
    },
  };
}

/** The channel, if this viewer may watch its people. Whether it exists is not for others to know. */
function allowed(
  viewer: ChannelViewer,
  { type }: ChannelName,
  { channel, site }: { readonly channel: ChannelRecord; readonly site: SiteRecord },
): ChannelRecord {
  if (!sees(viewer, channel)) {
    throw new Refusal('NOT_FOUND', 'channel names no channel that you are in.', { field: 'channel' });
  }
  if (!hasPresence(site, type)) {
    throw new Refusal(
      'CHANNEL_PRESENCE_DISABLED',
      `Presence is switched off for channels of type "${type}"; watch their people by userIds.`,
      { field: 'channel' },
    );
  }
  return channel;
}

/** Does `work` again for whatever comes up while it is being done. After a failure it is not done any more. */
function oneAtATime(work: () => Promise<void>, onFailure: (error: unknown) => void): () => void {
  let again = false;
  let busy = false;
  const run = async () => {
    busy = true;
    while (again) {
      again = false;
      await work();
    }
    busy = false;
  };
  return () => {
    again = true;
    if (!busy) run().catch(onFailure);
  };
}
