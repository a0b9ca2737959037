/**
 * What a site's administrators decide: settings, the statuses they offer to everyone, whether it is on at all; and for
 * which types of channel presence is on.
 */
import { asMicros, asMillis, type CustomStatusId, type Micros, type Millis, type UserId } from './ids.ts';
import { type Availability, equal } from './record.ts';

/** null: the server's own default. */
interface SiteSettings {
  readonly allowInvisible: boolean;
  readonly allowStatusText: boolean;
  readonly idleTimeout: Millis | null;
  readonly connectionCap: number | null;
}

/** What people may do on this site; what was done before stays as it is. */
export type Permits = Pick<SiteSettings, 'allowInvisible' | 'allowStatusText'>;

/** `reason`: why it is off, a sentence for whoever asks; null while it is on. */
export type ServiceState =
  | { readonly enabled: true; readonly reason: null }
  | { readonly enabled: false; readonly reason: string };

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
  /** Kept here, so that switching it is one commit that every process hears of. */
  readonly service: ServiceState;
  /** Types of channel whose people cannot be watched through them. */
  readonly typesWithoutPresence: readonly string[];
  /** Kept here, so that every process that has sockets of the site hears of it, at the latest when it is back. */
  readonly evictions: readonly Eviction[];
}

/** Somebody all of whose connections were ended. */
interface Eviction {
  readonly user: UserId;
  readonly at: Millis;
}

export const MAX_CUSTOM_STATUSES = 200; // per site
export const MAX_TYPES_WITHOUT_PRESENCE = 100; // per site
const MAX_EVICTIONS = 200; // remembered per site
const EVICTION_KEPT = 3_600_000; // 1 h: a process that was cut off for longer may not hear of it

export const EMPTY_SITE: SiteRecord = {
  version: asMicros(0),
  settings: { allowInvisible: true, allowStatusText: true, idleTimeout: null, connectionCap: null },
  customStatuses: [],
  service: { enabled: true, reason: null },
  typesWithoutPresence: [],
  evictions: [],
};

/** Switches the service. What is so already stays as it is, and so does the reason that it went off for first. */
export function switchService(site: SiteRecord, to: ServiceState): SiteRecord {
  return site.service.enabled === to.enabled ? site : { ...site, service: to };
}

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

/** Whether the people of channels of this type can be watched through them: unless somebody decided otherwise. */
export const hasPresence = (site: SiteRecord, type: string): boolean => !site.typesWithoutPresence.includes(type);

export function setTypePresence(site: SiteRecord, type: string, on: boolean): SiteRecord {
  if (hasPresence(site, type) === on) return site;
  const others = site.typesWithoutPresence.filter((each) => each !== type);
  return { ...site, typesWithoutPresence: on ? others : [...others, type] };
}

/** Notes that all connections that somebody has by now are to end. */
export function evict(site: SiteRecord, user: UserId, now: Millis): SiteRecord {
  const before = site.evictions.find((each) => each.user === user);
  const at = asMillis(Math.max(now, (before?.at ?? 0) + 1)); // another than before, also within one millisecond
  const others = site.evictions.filter((each) => each.user !== user && each.at > now - EVICTION_KEPT);
  return { ...site, evictions: [...others, { user, at }].slice(-MAX_EVICTIONS) };
}

/** Who was evicted between these two. */
export function evictedBetween(before: SiteRecord, after: SiteRecord): readonly UserId[] {
  const known = new Map(before.evictions.map(({ user, at }) => [user, at]));
  return after.evictions.filter(({ user, at }) => (known.get(user) ?? 0) < at).map(({ user }) => user);
}
