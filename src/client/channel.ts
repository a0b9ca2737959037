/** Whoever is in a channel: one subscription for all who watch it. */
import type { Connecting } from './connection.ts';
import type { PresenceError } from './error.ts';
import { follow } from './followed.ts';
import { WatchChannel } from './generated/operations.ts';
import { call, createListeners, type Listeners } from './listeners.ts';
import type { Parts } from './parts.ts';
import type { People } from './people.ts';
import type { ChannelRef, Presence, PresenceClient, Stop } from './types.ts';

interface Followed {
  readonly listeners: Listeners<Presence>;
  readonly refusals: Listeners<PresenceError>;
  readonly members: Map<string, Stop>;
}

export function createChannels(
  parts: Parts,
  connecting: Connecting,
  people: People,
): { readonly watch: PresenceClient['watchChannel'] } {
  const channels = new Map<string, Followed>();

  function followChannel({ type, key }: ChannelRef, name: string): Followed {
    const members = new Map<string, Stop>();
    const refusals = createListeners<PresenceError>();
    const listeners = createListeners<Presence>(() => {
      connecting.connect();
      const stop = follow(
        { connecting, parts },
        { document: WatchChannel, variables: { channel: { type, key } } },
        {
          next({ presenceChanged: { user } }) {
            if (!members.has(user.id)) {
              people.hold(user.id);
              members.set(user.id, people.listen([user.id], listeners.tell));
            }
            people.hear(user);
          },
          refused(error) {
            channels.delete(name); // whoever asks again may be luckier
            letGo(); // nobody follows them here any more
            refusals.tell(error);
          },
        },
      );
      return () => {
        stop();
        if (channels.get(name)?.listeners === listeners) channels.delete(name);
        letGo();
      };
    });

    function letGo(): void {
      for (const [userId, stopMember] of members) {
        stopMember();
        people.letGo(userId);
      }
      members.clear();
    }

    return { listeners, refusals, members };
  }

  return {
    watch(channel, listener, onRefused = () => {}) {
      const name = JSON.stringify([channel.type, channel.key]);
      const followed = channels.get(name) ?? followChannel(channel, name);
      channels.set(name, followed);
      const stops = [followed.refusals.add(onRefused), followed.listeners.add(listener)];
      for (const userId of followed.members.keys()) call(listener, people.get(userId));
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
