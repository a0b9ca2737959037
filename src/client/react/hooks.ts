import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { unknown } from '../presence.ts';
import type { Connection, Presence, Viewer } from '../types.ts';
import { usePresenceClient } from './provider.ts';
import { keepEqual } from './snapshot.ts';

/** What one person looks like now, and with every visible change. */
export function usePresence(userId: string): Presence {
  const client = usePresenceClient();
  const subscribe = useCallback((changed: () => void) => client.watch([userId], changed), [client, userId]);
  const nothing = useMemo(() => unknown(userId), [userId]);
  return useSyncExternalStore(
    subscribe,
    () => client.get(userId),
    () => nothing,
  );
}

/** The same of many, in the order of `userIds`. The list is the same one until somebody in it changes. */
export function usePresences(userIds: readonly string[]): readonly Presence[] {
  const client = usePresenceClient();
  const key = JSON.stringify(userIds); // a list written anew in each render is no other list
  const { subscribe, read, nothing } = useMemo(() => {
    const ids: readonly string[] = JSON.parse(key);
    const keep = keepEqual<Presence>();
    return {
      subscribe: (changed: () => void) => client.watch(ids, changed),
      read: () => keep(ids.map((id) => client.get(id))),
      nothing: ids.map(unknown),
    };
  }, [client, key]);
  return useSyncExternalStore(subscribe, read, () => nothing);
}

/** Oneself, as only oneself sees it; null until it is known. To change something: `usePresenceClient().me`. */
export function useViewer(): Viewer | null {
  const { me } = usePresenceClient();
  const subscribe = useCallback((changed: () => void) => me.onChange(changed), [me]);
  return useSyncExternalStore(
    subscribe,
    () => me.current,
    () => null,
  );
}

/** Whether there is a connection, and in words why not. */
export function useConnection(): Connection {
  const client = usePresenceClient();
  const subscribe = useCallback((changed: () => void) => client.onConnection(changed), [client]);
  return useSyncExternalStore(
    subscribe,
    () => client.connection,
    () => NOT_YET,
  );
}

const NOT_YET: Connection = { state: 'idle', transport: null, sessionId: null, userId: null, reason: null };
