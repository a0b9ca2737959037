/** Who is in a place, and being there oneself. */
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { report } from '../listeners.ts';
import { occupy } from '../occupy.ts';
import type { Room, RoomEntry, RoomMember } from '../types.ts';
import { usePresenceClient } from './provider.ts';

export interface RoomView {
  /** false: nothing was heard yet. */
  readonly known: boolean;
  readonly count: number;
  /** In the order of entering. */
  readonly members: readonly RoomMember[];
  /** To change one's own label ("typing"), or to enter and leave by hand. */
  readonly room: Room;
}

export interface UseRoomOptions {
  /** Be in the room for as long as the component is on the page: true, or with what to show there. */
  readonly enter?: boolean | RoomEntry;
  /** What the server has against that. */
  readonly onError?: (error: unknown) => void;
}

export function useRoom(key: string, { enter = false, onError = report }: UseRoomOptions = {}): RoomView {
  const client = usePresenceClient();
  const room = useMemo(() => client.room(key), [client, key]);
  const subscribe = useCallback((changed: () => void) => room.onChange(changed), [room]);
  const read = useMemo(() => viewsOf(room), [room]);
  const nothing = useMemo((): RoomView => ({ known: false, count: 0, members: [], room }), [room]);
  const tell = useRef(onError);
  useEffect(() => {
    tell.current = onError;
  });

  const entry = enter === false ? null : JSON.stringify(enter === true ? {} : enter);
  useEffect(() => {
    if (entry === null) return undefined;
    return occupy(room, JSON.parse(entry), (error) => tell.current(error));
  }, [room, entry]);
  return useSyncExternalStore(subscribe, read, () => nothing);
}

/** The same view until the room has another list, or is known to be empty. */
function viewsOf(room: Room): () => RoomView {
  let view: RoomView | null = null;
  return () => {
    const { count, known } = room;
    const members = room.list();
    if (view?.count !== count || view.known !== known || view.members !== members)
      view = { known, count, members, room };
    return view;
  };
}
