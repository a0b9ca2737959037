/**
 * The running part of one process: what people do (session, status, settings), what others see of it (people, watch),
 * whether that is on at all (service), and the clockwork in between (sweeper, own sessions). Rules live in presence/,
 * records in store/; here are the commands, which check what they are told and turn it into events, and the watches,
 * which decide who hears of it.
 */
import { randomBytes } from 'node:crypto';
import { asNodeId } from '../presence/ids.ts';
import type { Store } from '../store/store.ts';
import { createCalendars } from './calendar.ts';
import { createChannels } from './channel.ts';
import { createCharge } from './charge.ts';
import { createClaims } from './claim.ts';
import type { Clock } from './clock.ts';
import { createCore, type Timings } from './core.ts';
import { createEvictions } from './eviction.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';
import { createMailboxes } from './mailboxes.ts';
import { createMembership } from './membership.ts';
import { createPeople } from './people.ts';
import { createRooms } from './room.ts';
import { createService, type ServiceOptions } from './service.ts';
import { createSessions } from './session.ts';
import { createSettings, type SettingsDefaults } from './settings.ts';
import { createHubCounts, type HubStats } from './stats.ts';
import { createStatuses } from './status.ts';
import { createAccounts } from './watch-account.ts';

export type Hub = ReturnType<typeof createHub>;

export interface HubOptions {
  /** Not closed by the hub. */
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Timings & Pick<ServiceOptions, 'pingInterval'>;
  readonly limits: Limits;
  readonly defaults: SettingsDefaults;
  /** Has the work done that reading anew is; for whoever wants to know when, and how long it takes. */
  readonly aroundResync?: (work: () => Promise<void>) => Promise<void>;
}

export function createHub(options: HubOptions) {
  const { store, clock, log, timings, limits, defaults, aroundResync = (work) => work() } = options;
  const node = asNodeId(randomBytes(9).toString('base64url'));
  const counts = createHubCounts();
  const core = createCore({ store, clock, log, timings, node, counts });
  const mailboxes = createMailboxes(clock, counts);
  const { closeWatches, countWatched, reread, watchPeople, silencePeople, refreshPeople, ...people } = createPeople(
    core,
    limits,
    mailboxes,
  );
  const { rereadRooms, closeRooms, countRooms, silenceRooms, refreshRooms, ...rooms } = createRooms(core, mailboxes);
  const { rereadChannels, closeChannels, ...channels } = createChannels({ core, limits, watchPeople });
  const { closeService, rereadHiding, ...service } = createService({
    core,
    mailboxes,
    defaults,
    pingInterval: timings.pingInterval,
  });
  const { closeCalendars, ...calendars } = createCalendars(core);
  const { drain, ...sessions } = createSessions(core, { limits, doubt: () => membership?.doubt() });
  const membership =
    store.nodes === null ? null : createMembership({ core, nodes: store.nodes, lease: timings.nodeLease });
  let closing: Promise<void> | null = null;

  core.sites.onChange((site, { service: { enabled } }) => {
    silencePeople(site, !enabled);
    silenceRooms(site, !enabled);
    // A status that was put on from a custom one tells what that is called now.
    refreshPeople(site);
    refreshRooms(site);
  });

  /** Messages may have been lost, and perhaps more: everything that this process relies on is read anew. */
  const stopGaps = store.onGap(() => {
    membership?.doubt();
    counts.resyncs++;
    aroundResync(rereadAll).catch((error: unknown) => {
      log.warn({ err: error }, 'reading anew failed; the store is away again, and its return starts another');
    });
  });

  /** Sites first: whether watchers are told at all what differs depends on them. A site out of reach keeps nobody waiting. */
  async function rereadAll(): Promise<void> {
    try {
      await core.sites.reread();
    } finally {
      await Promise.all([reread(), rereadRooms(), rereadChannels(), rereadHiding()]);
    }
  }

  const stats = (): HubStats => ({
    ...counts,
    sessions: core.own.count(),
    watches: mailboxes.count(),
    watchedPeople: countWatched(),
    watchedRooms: countRooms(),
    sweepBehind: core.sweepBehind(),
  });

  async function close(): Promise<void> {
    stopGaps();
    mailboxes.endAll();
    closeWatches();
    closeRooms();
    closeChannels();
    await Promise.all([drain(), closeService()]);
    await closeCalendars();
    await membership?.leave();
    await core.close();
  }

  return {
    now: clock.now,
    clock,
    limits,
    charge: createCharge({ clock, store, limits }),
    accountOf: createAccounts(limits),
    ...people,
    ...sessions,
    ...rooms,
    ...channels,
    ...createStatuses(core),
    ...createEvictions(core),
    ...createClaims(core),
    ...calendars,
    ...createSettings(core, defaults),
    ...service,
    stats,
    /** Resolves when the store answers; rejects with StoreUnavailable. */
    check: () => store.check(),
    /** Ends every watch, lets go of every session of this process as a restart would, and stops the clockwork. */
    close(): Promise<void> {
      closing ??= close();
      return closing;
    },
  };
}
