/**
 * The running part of one process: what people do (session, status, settings), what others see of it (people, watch),
 * and the clockwork in between (sweeper, own sessions). Rules live in presence/, records in store/; here are the
 * commands, which check what they are told and turn it into events, and the watches, which decide who hears of it.
 */
import { randomBytes } from 'node:crypto';
import { asNodeId } from '../presence/ids.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { createCore, type Timings } from './core.ts';
import type { Log } from './log.ts';
import { createPeople, type Limits } from './people.ts';
import { createSessions } from './session.ts';
import { createSettings, type SettingsDefaults } from './settings.ts';
import { createStatuses } from './status.ts';

export type Hub = ReturnType<typeof createHub>;

export interface HubOptions {
  /** Not closed by the hub. */
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly timings: Timings;
  readonly limits: Limits;
  readonly defaults: SettingsDefaults;
}

export function createHub({ store, clock, log, timings, limits, defaults }: HubOptions) {
  const node = asNodeId(randomBytes(9).toString('base64url'));
  const core = createCore({ store, clock, log, timings, node });
  const { closeWatches, ...people } = createPeople(core, limits);
  const { drain, ...sessions } = createSessions(core);
  let closing: Promise<void> | null = null;

  async function close(): Promise<void> {
    closeWatches();
    await drain();
    await core.close();
  }

  return {
    now: clock.now,
    clock,
    limits,
    ...people,
    ...sessions,
    ...createStatuses(core),
    ...createSettings(core, defaults),
    /** Resolves when the store answers; rejects with StoreUnavailable. */
    check: () => store.check(),
    /** Ends every watch, lets go of every session of this process as a restart would, and stops the clockwork. */
    close(): Promise<void> {
      closing ??= close();
      return closing;
    },
  };
}
