/** Reading anew whoever is followed, when messages may have been lost. Only what differs is told. */
import { after, asMillis, type Person } from '../presence/ids.ts';
import type { Follower, Stop, Store } from '../store/store.ts';
import { batches } from './batches.ts';
import type { Clock } from './clock.ts';

/** Whoever goes by versions, and has to be told when the store lost some. */
export interface VersionedFollower extends Follower {
  readonly person: Person;
  /** Of what it last heard; null until the first read. */
  version(): number | null;
  /** From now on whatever comes is newer. */
  rewind(): void;
  /** The store answers again, and `hear` has had what it says: tells what is not known yet, or was told with doubt. */
  catchUp(): void;
}

export interface Rereading {
  reread(): Promise<void>;
  close(): void;
}

export interface RereadingOptions {
  readonly store: Pick<Store, 'read'>;
  readonly clock: Clock;
  readonly followers: () => readonly VersionedFollower[];
}

const REREAD_BATCH = 500; // people read at once
/** When what a store has lost is believed to be lost: the processes that remember it notice its return within a second. */
export const SECOND_LOOK = asMillis(2_000); // 2 s

export function createRereading({ store, clock, followers }: RereadingOptions): Rereading {
  let stopSecondLook: Stop | null = null;

  async function reread(): Promise<void> {
    const all = followers();
    const doubtful: VersionedFollower[] = [];
    for (const batch of batches(all, REREAD_BATCH)) doubtful.push(...(await rereadBatch(batch, false)));
    if (doubtful.length === 0) return;
    stopSecondLook?.();
    stopSecondLook = clock.at(after(clock.now(), SECOND_LOOK), () => {
      stopSecondLook = null;
      rereadBatch(doubtful, true).catch(() => undefined); // away again; its return starts another
    });
  }

  /**
   * Resolves with those whose version went backwards: the store lost commits. Whoever made them may be writing them
   * again at this moment, so these are not believed at the first look.
   */
  async function rereadBatch(
    batch: readonly VersionedFollower[],
    believe: boolean,
  ): Promise<readonly VersionedFollower[]> {
    const versions = batch.map((follower) => follower.version());
    const records = await store.read(batch.map(({ person }) => person));
    return batch.filter((follower, at) => {
      const record = records[at];
      const version = follower.version();
      if (record === undefined || version === null) return false;
      const lower = record.version < version;
      // Something newer than what was read may have come meanwhile.
      if (lower && version !== versions[at]) return false;
      if (lower && !believe) return true;
      if (lower) follower.rewind();
      follower.hear(record);
      follower.catchUp();
      return false;
    });
  }

  return { reread, close: () => stopSecondLook?.() };
}
