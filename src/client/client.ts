/**
 * The client, put together: one connection (`connection.ts`) over one of two wires (`websocket.ts`, `http.ts`), what is
 * known of people (`people.ts`) and how it comes to be known (`watches.ts`). Nothing happens before `connect`.
 */
import { createActivity } from './activity.ts';
import { createChannels } from './channel.ts';
import { type Connecting, createConnecting } from './connection.ts';
import { CustomStatuses } from './generated/operations.ts';
import { call } from './listeners.ts';
import { createMe } from './me.ts';
import { createOpener } from './opener.ts';
import { watchPage } from './page.ts';
import { type Parts, TIMINGS, thisPage } from './parts.ts';
import { createPeople } from './people.ts';
import { createRoom } from './room.ts';
import type { Presence, PresenceClient, PresenceClientOptions, Room, Stop } from './types.ts';
import { createWatches } from './watches.ts';

/**
 * @param parts for tests: other surroundings, and less patience
 * @throws {TypeError} in a page, when the address is none
 */
export function createPresenceClient(
  { url: address, ...others }: PresenceClientOptions,
  parts: Partial<Parts> = {},
): PresenceClient {
  const url = typeof document === 'undefined' ? address : new URL(address, document.baseURI).href;
  const options = { ...others, url };
  const all: Parts = {
    timings: TIMINGS,
    random: Math.random,
    page: thisPage(),
    fetch: (input, init) => fetch(input, init),
    ...parts,
  };
  const { page } = all;
  const { session = true, activity: detects = true, device = 'WEB' } = options;
  const activity = page !== null && session && detects ? createActivity(page, all, { device, url }) : null;
  const connecting = createConnecting(
    options,
    all,
    createOpener(options, all, () => activity?.now()),
  );
  const people = createPeople();
  const watches = createWatches(all, connecting, people);
  const channels = createChannels(all, connecting, people);
  const { me, markStale: markMeStale } = createMe(all, connecting);
  const stale = () => {
    people.markStale();
    markMeStale();
  };
  const stops: (Stop | null)[] = [whenLost(all, connecting, stale)];
  // Not before: a client that is made and not used, as React makes them, would hold on to the page.
  const stopWaiting = connecting.onChange(() => {
    stopWaiting();
    if (page !== null && connecting.current.state === 'connecting')
      stops.push(watchPage(page, connecting), activity?.start(connecting) ?? null);
  });

  function watch(userIds: readonly string[], listener: (presence: Presence) => void): Stop {
    const ids = [...new Set(userIds)];
    connecting.connect();
    const stopListening = people.listen(ids, listener);
    watches.want(ids);
    let stopped = false;
    for (const userId of ids) {
      const presence = people.get(userId);
      if (presence.known && !stopped) call(listener, presence);
    }
    return () => {
      if (stopped) return;
      stopped = true;
      stopListening();
      watches.unwant(ids);
    };
  }

  const rooms = new Map<string, WeakRef<Room>>();
  const roomsInUse = new Set<Room>();

  function room(key: string): Room {
    const known = rooms.get(key)?.deref();
    if (known !== undefined) return known;
    const made: Room = createRoom(key, { parts: all, connecting, people, watch }, (used) => {
      if (used) roomsInUse.add(made);
      else roomsInUse.delete(made);
    });
    for (const [each, weak] of rooms) if (weak.deref() === undefined) rooms.delete(each);
    rooms.set(key, new WeakRef(made));
    return made;
  }

  return {
    connect: connecting.connect,
    async close() {
      watches.close();
      for (const stop of stops) stop?.();
      await connecting.close();
      stale();
    },
    get connection() {
      return connecting.current;
    },
    onConnection: connecting.onChange,
    get: people.get,
    watch,
    watchChannel: channels.watch,
    me,
    room,
    async customStatuses(search) {
      const { customStatuses } = await connecting.request(CustomStatuses, search === undefined ? {} : { search });
      return customStatuses;
    },
    request: connecting.request,
  };
}

/** Not at once: a server that restarts is no reason for a page to flicker. */
function whenLost({ timings }: Parts, connecting: Connecting, stale: () => void): Stop {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = connecting.onLink((link) => {
    clearTimeout(timer);
    if (link === null) timer = setTimeout(stale, timings.staleAfter);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
