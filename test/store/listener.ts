import type { Person } from '../../src/presence/ids.ts';
import type { PresenceRecord } from '../../src/presence/record.ts';
import type { Stop, Store } from '../../src/store/store.ts';

/** Follows with a follower of its own, which is told by `tell`. */
export async function followed(
  store: Pick<Store, 'follow' | 'unfollow'>,
  person: Person,
  tell: (record: PresenceRecord) => void,
): Promise<Stop> {
  const follower = { hear: tell };
  await store.follow(person, follower);
  return () => store.unfollow(person, follower);
}

/** Somebody who follows: everything they were told, in order. */
export interface Listener<Entry> {
  readonly told: readonly Entry[];
  readonly tell: (entry: Entry) => void;
  /** Resolves with everything told, once the given version or a newer one was. */
  until(version: number): Promise<readonly Entry[]>;
}

export function listener<Entry extends { readonly version: number }>(): Listener<Entry> {
  const told: Entry[] = [];
  let waiting: (() => void)[] = [];
  return {
    told,
    tell(entry) {
      told.push(entry);
      for (const look of waiting.splice(0)) look();
    },
    until(version) {
      return new Promise((resolve) => {
        const look = () => {
          if (told.some((entry) => entry.version >= version)) resolve(told);
          else waiting = [...waiting, look];
        };
        look();
      });
    },
  };
}
