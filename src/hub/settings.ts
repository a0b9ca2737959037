/** What a site's administrators decide: its settings, and the custom statuses they offer. */
import { randomBytes } from 'node:crypto';
import { asCustomStatusId, asMillis, type Millis, type SiteId } from '../presence/ids.ts';
import { type Availability, type Choice, MAX_IDLE_TIMEOUT, type PresenceRecord } from '../presence/record.ts';
import { hidesAnew, speaksAnew } from '../presence/settle.ts';
import {
  type CustomStatus,
  findCustomStatus,
  MAX_CUSTOM_STATUSES,
  putCustomStatus,
  removeCustomStatus,
  type SiteRecord,
  searchCustomStatuses,
} from '../presence/site.ts';
import type { Core } from './core.ts';
import { oneEmoji, statusText, within } from './input.ts';
import { badInput, Refusal } from './refusal.ts';

export interface SettingsInput {
  readonly allowInvisible?: boolean | null | undefined;
  readonly allowStatusText?: boolean | null | undefined;
  readonly idleTimeoutSeconds?: number | null | undefined;
  readonly connectionCap?: number | null | undefined;
}

export interface CustomStatusInput {
  readonly name?: string | null | undefined;
  readonly availability?: Availability | null | undefined;
  readonly emoji?: string | null | undefined;
}

/** A site's settings with the server's defaults in the places that its administrators left open. */
export interface Settings {
  readonly site: SiteId;
  readonly allowInvisible: boolean;
  readonly allowStatusText: boolean;
  readonly idleTimeout: Millis;
  readonly connectionCap: number;
}

export interface SettingsDefaults {
  readonly connectionCap: number;
}

const MOST_CONNECTIONS = 2_147_483_647; // the largest Int; PRESENCE_CONNECTION_CAP has the same bound

export function createSettings(core: Core, defaults: SettingsDefaults) {
  const settingsOf = (site: SiteId, { settings }: SiteRecord): Settings => ({
    site,
    allowInvisible: settings.allowInvisible,
    allowStatusText: settings.allowStatusText,
    idleTimeout: settings.idleTimeout ?? core.timings.idleTimeout,
    connectionCap: connectionCapOf({ settings }, defaults),
  });

  async function updateSettings(site: SiteId, input: SettingsInput): Promise<Settings> {
    if (Object.values(input).every((value) => value == null)) throw badInput('input', 'must have at least one setting');
    const seconds =
      input.idleTimeoutSeconds == null
        ? null
        : within(input.idleTimeoutSeconds, 1, MAX_IDLE_TIMEOUT, 'idleTimeoutSeconds');
    const cap = input.connectionCap == null ? null : within(input.connectionCap, 0, MOST_CONNECTIONS, 'connectionCap');
    const record = await core.sites.change(site, (before) => ({
      ...before,
      settings: {
        allowInvisible: input.allowInvisible ?? before.settings.allowInvisible,
        allowStatusText: input.allowStatusText ?? before.settings.allowStatusText,
        idleTimeout: seconds === null ? before.settings.idleTimeout : asMillis(seconds * 1_000),
        connectionCap: cap ?? before.settings.connectionCap,
      },
    }));
    return settingsOf(site, record);
  }

  async function createCustomStatus(
    site: SiteId,
    input: CustomStatusInput & { readonly name: string; readonly availability: Availability },
  ): Promise<CustomStatus> {
    const status: CustomStatus = {
      id: asCustomStatusId(`customStatus:${randomBytes(9).toString('base64url')}`),
      name: statusText(input.name, 'name'),
      emoji: input.emoji == null ? null : oneEmoji(input.emoji, 'emoji'),
      availability: input.availability,
    };
    await core.sites.change(site, (before) => {
      if (before.customStatuses.length >= MAX_CUSTOM_STATUSES) {
        throw badInput('input', `cannot be added: a site has at most ${MAX_CUSTOM_STATUSES} custom statuses`);
      }
      refuseNamesake(before, status);
      return putCustomStatus(before, status);
    });
    return status;
  }

  /** Those who wear it keep the words and the dot they took from it; what is left out stays. */
  async function updateCustomStatus(site: SiteId, id: string, input: CustomStatusInput): Promise<CustomStatus> {
    if (input.name == null && input.availability == null && input.emoji == null) {
      throw badInput('input', 'must have a name, an availability or an emoji');
    }
    const name = input.name == null ? null : statusText(input.name, 'name');
    const emoji = input.emoji == null ? null : oneEmoji(input.emoji, 'emoji');
    let updated: CustomStatus | undefined;
    await core.sites.change(site, (before) => {
      const status = existing(before, id);
      updated = {
        ...status,
        name: name ?? status.name,
        emoji: emoji ?? status.emoji,
        availability: input.availability ?? status.availability,
      };
      refuseNamesake(before, updated);
      return putCustomStatus(before, updated);
    });
    if (updated === undefined) throw noSuchStatus();
    return updated;
  }

  async function deleteCustomStatus(site: SiteId, id: string): Promise<void> {
    await core.sites.change(site, (before) => removeCustomStatus(before, existing(before, id).id));
  }

  /** At once where the site is known, as it is wherever somebody watches: a promise for each who is told would cost more than all the rest. */
  function customStatus(site: SiteId, id: string): CustomStatus | null | Promise<CustomStatus | null> {
    const known = core.sites.known(site);
    return known === null
      ? core.sites.get(site).then((record) => findCustomStatus(record, id))
      : findCustomStatus(known, id);
  }

  return {
    settings: async (site: SiteId) => settingsOf(site, await core.sites.get(site)),
    updateSettings,
    customStatuses: async (site: SiteId, search = '') => searchCustomStatuses(await core.sites.get(site), search),
    customStatus,
    createCustomStatus,
    updateCustomStatus,
    deleteCustomStatus,
  };
}

/** 0: none. */
export const connectionCapOf = ({ settings }: Pick<SiteRecord, 'settings'>, defaults: SettingsDefaults): number =>
  settings.connectionCap ?? defaults.connectionCap;

/** Throws when somebody is to become invisible and the site's administrators have switched hiding off. Those invisible already stay so. */
export function refuseInvisible(record: PresenceRecord, site: SiteRecord): void {
  if (!record.invisible) refuseHiding(site);
}

/** The same for what somebody picks for their dot and says beside it, and for texts. What is so already may be said again. */
export function refuseChoice(record: PresenceRecord, { availability, line }: Wishes, site: SiteRecord): void {
  if (hidesAnew(record, availability)) refuseHiding(site);
  if (speaksAnew(record, line)) refuseText(site);
}

type Wishes = Pick<Choice, 'availability' | 'line'>;

function refuseHiding(site: SiteRecord): void {
  if (!site.settings.allowInvisible) {
    throw new Refusal(
      'INVISIBLE_DISABLED',
      'Hiding is switched off on this site; nobody can newly become invisible or appear offline.',
    );
  }
}

/** Throws when the site's administrators have switched status texts off. Texts that are there stay. */
export function refuseText(site: SiteRecord): void {
  if (!site.settings.allowStatusText) {
    throw new Refusal(
      'STATUS_TEXT_DISABLED',
      'Status texts are switched off on this site; an emoji or a custom status can be set.',
    );
  }
}

function existing(site: SiteRecord, id: string): CustomStatus {
  const status = findCustomStatus(site, id);
  if (status === null) throw noSuchStatus();
  return status;
}

function refuseNamesake(site: SiteRecord, status: CustomStatus): void {
  const same = (other: CustomStatus) =>
    other.id !== status.id && other.name.toLowerCase() === status.name.toLowerCase();
  if (site.customStatuses.some(same))
    throw badInput('name', `must be new; there is a custom status "${status.name}" already`);
}

const noSuchStatus = () => new Refusal('NOT_FOUND', 'id names no custom status of this site.', { field: 'id' });
