/** What a store has done since it was opened; each number only grows. */
export interface StoreStats {
  /** Changes that were written: of people, sites and channels. */
  readonly commits: number;
  /** Changes begun again, because another process had written the same record first. */
  readonly conflicts: number;
  /** Commands sent to Redis, but for those of subscribing; writes to the disk, where that is the store. */
  readonly roundTrips: number;
  /** Questions answered with StoreUnavailable. */
  readonly failures: number;
  /** Records that Redis had lost, and that were written again. */
  readonly restored: number;
}

/** Numbers in one object that whoever counts is given: counting costs an addition. */
export type StoreCounts = { -readonly [Name in keyof StoreStats]: number };

export const createStoreCounts = (): StoreCounts => ({
  commits: 0,
  conflicts: 0,
  roundTrips: 0,
  failures: 0,
  restored: 0,
});
