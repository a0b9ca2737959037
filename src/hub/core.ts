/** What every capability of the hub builds on: one way to change a record, one to read it, and the site's settings. */
import { apply } from '../presence/apply.ts';
import { deadline } from '../presence/deadline.ts';
import type { PresenceEvent } from '../presence/event.ts';
import type { Millis, NodeId, Person } from '../presence/ids.ts';
import type { PresenceRecord } from '../presence/record.ts';
import { settle } from '../presence/settle.ts';
import type { SiteRecord } from '../presence/site.ts';
import { type Store, StoreUnavailable } from '../store/store.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import { createOwnSessions, type OwnSessions } from './own-sessions.ts';
import { createSites, type Sites } from './sites.ts';
import type { HubCounts } from './stats.ts';
import { createSweeper, type Sweeper } from './sweeper.ts';

/** Lengths of time, and what each decides. `offlineAfter` is at least `reconnectGrace`. */
export interface Timings {
  /** The default of sites whose administrators set none: no activity for this long means AWAY. */
  readonly idleTimeout: Millis;
  /** A closed or dropped connection changes nothing for this long. */
  readonly reconnectGrace: Millis;
  /** A dropped connection means OFFLINE this long after it was noticed. */
  readonly offlineAfter: Millis;
  /** An HTTP session lives this long after each heartbeat. */
  readonly heartbeatTtl: Millis;
  /** lastActive is refreshed this often while connected. */
  readonly lastActiveRefresh: Millis;
  /** A process that is not heard of for this long is gone, and its sessions count as lost. */
  readonly nodeLease: Millis;
  /** Somebody stays followed this long after the last watcher left. */
  readonly linger: Millis;
}

export interface Core {
  readonly clock: Clock;
  readonly store: Store;
  readonly log: Log;
  readonly timings: Timings;
  readonly node: NodeId;
  readonly sites: Sites;
  readonly own: OwnSessions;
  readonly counts: HubCounts;
  /** See HubStats. */
  sweepBehind(): Millis;
  /** Applies the events that `say` makes of the record as it stands, in one update. */
  report(person: Person, say: Say): Promise<Reported>;
  /** From now on calls `tell` with whatever a report leaves, those among them that only let time pass. It must not throw. */
  onReport(tell: (person: Person, record: PresenceRecord) => void): void;
  close(): Promise<void>;
}

/** May run again with a newer record; may throw a Refusal, and then nothing changes. */
export type Say = (record: PresenceRecord, at: Circumstances) => readonly PresenceEvent[];

interface Circumstances {
  readonly now: Millis;
  /** How long a member of this site may be inactive unless they chose otherwise. */
  readonly siteIdleTimeout: Millis;
  readonly site: SiteRecord;
}

export interface Reported extends Pick<Circumstances, 'siteIdleTimeout'> {
  /** Settled at the moment of the report. */
  readonly before: PresenceRecord;
  readonly after: PresenceRecord;
}

export interface CoreOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly log: Log;
  readonly timings: Timings;
  readonly node: NodeId;
  readonly counts: HubCounts;
}

export function createCore({ clock, store, log, timings, node, counts }: CoreOptions): Core {
  const idleTimeoutOf = (site: SiteRecord): Millis => site.settings.idleTimeout ?? timings.idleTimeout;
  const sites = createSites(store);
  sites.onChange((id, site, before) => {
    if (before !== null) own.retimeSite(id, idleTimeoutOf(site));
  });

  const listeners: ((person: Person, record: PresenceRecord) => void)[] = [];

  const own: OwnSessions = createOwnSessions({
    clock,
    log,
    goIdle: ({ person, id, generation, activeAt }) =>
      report(person, (_, at) => [{ type: 'idle', id, generation, activeAt, siteIdleTimeout: at.siteIdleTimeout }]),
  });

  const sweeper: Sweeper = createSweeper({
    clock,
    log,
    due: (now, limit) => store.due(now, limit),
    settle: (person) => report(person, () => []),
    counts,
  });

  async function report(person: Person, say: Say): Promise<Reported> {
    const site = sites.known(person.site) ?? (await sites.get(person.site));
    const siteIdleTimeout = idleTimeoutOf(site);
    let before: PresenceRecord | undefined;
    const change = (record: PresenceRecord) => {
      const now = clock.now();
      before = settle(record, now, site.settings);
      return say(before, { now, siteIdleTimeout, site }).reduce((reached, event) => apply(reached, event, now), before);
    };
    const after = await store.update(person, change).catch((error: unknown) => {
      // It may have happened all the same, and then nobody else times what follows from it.
      if (error instanceof StoreUnavailable) sweeper.expect(clock.now());
      throw error;
    });
    sweeper.expect(deadline(after));
    own.learn(person, after, siteIdleTimeout);
    for (const tell of listeners) tell(person, after);
    return { before: before ?? after, after, siteIdleTimeout };
  }

  return {
    clock,
    store,
    log,
    timings,
    node,
    sites,
    own,
    counts,
    sweepBehind: sweeper.behind,
    report,
    onReport: (tell) => void listeners.push(tell),
    async close() {
      own.close();
      await sweeper.close();
      sites.close();
    },
  };
}
