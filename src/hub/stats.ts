/** What the running part of one process holds, and what it has done since it began. */
import type { Millis } from '../presence/ids.ts';

/** Each only grows. */
export interface HubCounts {
  /** Visible changes of people and rooms that are watched here. */
  changes: number;
  /** Values that nobody will be told, because a newer one came before they were read. */
  conflated: number;
  /** Times that everything followed here was read anew, because messages may have been lost. */
  resyncs: number;
  /** Times that records which had become due were settled. */
  sweeps: number;
  /** How late those were together, each from the earliest deadline until the last record was settled; ms. */
  sweepLag: number;
}

export interface HubStats extends Readonly<HubCounts> {
  /** Sessions whose sockets this process holds. */
  readonly sessions: number;
  /** Open subscriptions. */
  readonly watches: number;
  /** Different people watched here, or a moment ago. */
  readonly watchedPeople: number;
  readonly watchedRooms: number;
  /** For how long the earliest deadline that is not settled yet has been due; ms. */
  readonly sweepBehind: Millis;
}

export const createHubCounts = (): HubCounts => ({ changes: 0, conflated: 0, resyncs: 0, sweeps: 0, sweepLag: 0 });
