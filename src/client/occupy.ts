/**
 * Being in a room for as long as something on the page wants to: any number of elements and components share the one
 * entry that a client has in a room, and whoever lets go of it to take it up again in the same turn (a list that is
 * sorted anew, React's StrictMode) neither leaves nor enters in the eyes of others.
 */
import { isUnsaid, PresenceError } from './error.ts';
import type { Room, RoomEntry, Stop } from './types.ts';

const occupants = new WeakMap<Room, number>();

/** Enters now, and leaves when everybody has stopped. `failed` hears of what the server refused. */
export function occupy(room: Room, entry: RoomEntry, failed: (error: unknown) => void): Stop {
  occupants.set(room, (occupants.get(room) ?? 0) + 1);
  const failedUnless = (harmless: (error: unknown) => boolean) => (error: unknown) => {
    if (!harmless(error)) failed(error);
  };
  room.enter(entry).catch(failedUnless(isUnsaid));
  let over = false;
  return () => {
    if (over) return;
    over = true;
    setTimeout(() => {
      const left = (occupants.get(room) ?? 1) - 1;
      occupants.set(room, left);
      if (left === 0) room.leave().catch(failedUnless(isGone));
    });
  };
}

/** Whoever is not there is in no room. */
const isGone = (error: unknown): boolean =>
  isUnsaid(error) || (error instanceof PresenceError && ['CLOSED', 'CONNECTION_REFUSED'].includes(error.code));
