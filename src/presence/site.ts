/** What a site's administrators decide: settings, and the statuses they offer to everyone. */
import { asMicros, type CustomStatusId, type Micros, type Millis } from './ids.ts';
import { type Availability, equal } from './record.ts';

/** null: the server's own default. */
interface SiteSettings {
  readonly allowInvisible: boolean;
  readonly allowStatusText: boolean;
  readonly idleTimeout: Millis | null;
  readonly connectionCap: number | null;
}

export interface CustomStatus {
  readonly id: CustomStatusId;
  readonly name: string;
  readonly emoji: string | null;
  readonly availability: Availability;
}

export interface SiteRecord {
  /** 0: never written. Set by the store; only grows. */
  readonly version: Micros;
  readonly settings: SiteSettings;
  /** In the order in which they were made. */
  readonly customStatuses: readonly CustomStatus[];
}

export const MAX_CUSTOM_STATUSES = 200; // per site

export const EMPTY_SITE: SiteRecord = {
  version: asMicros(0),
  settings: { allowInvisible: true, allowStatusText: true, idleTimeout: null, connectionCap: null },
  customStatuses: [],
};

export function findCustomStatus(site: SiteRecord, id: string): CustomStatus | null {
  return site.customStatuses.find((status) => status.id === id) ?? null;
}

/** Those whose name contains the words searched for, letter case aside, in the order of their names. */
export function searchCustomStatuses(site: SiteRecord, search: string): readonly CustomStatus[] {
  const wanted = search.trim().toLowerCase();
  return site.customStatuses
    .filter((status) => status.name.toLowerCase().includes(wanted))
    .sort((a, b) => a.name.localeCompare(b.name, 'en') || (a.id < b.id ? -1 : 1));
}

/** Adds a status, or puts it in the place of the one with its id. */
export function putCustomStatus(site: SiteRecord, status: CustomStatus): SiteRecord {
  const at = site.customStatuses.findIndex((each) => each.id === status.id);
  if (equal(site.customStatuses[at], status)) return site;
  const customStatuses = at < 0 ? [...site.customStatuses, status] : site.customStatuses.with(at, status);
  return { ...site, customStatuses };
}

export function removeCustomStatus(site: SiteRecord, id: CustomStatusId): SiteRecord {
  const customStatuses = site.customStatuses.filter((status) => status.id !== id);
  return customStatuses.length === site.customStatuses.length ? site : { ...site, customStatuses };
}
