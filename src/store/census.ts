/** Who others see as not OFFLINE, by site, as of their last commits. */
import type { Person, SiteId, UserId } from '../presence/ids.ts';

export interface Census {
  set(person: Person, present: boolean): void;
  count(site: SiteId): number;
  /** By id: at most `limit` of those behind `after`. */
  list(site: SiteId, after: UserId | null, limit: number): readonly UserId[];
}

export function createCensus(): Census {
  const sites = new Map<SiteId, Set<UserId>>();
  return {
    set({ site, user }, present) {
      const users = sites.get(site) ?? new Set();
      if (present) users.add(user);
      else users.delete(user);
      if (users.size > 0) sites.set(site, users);
      else sites.delete(site);
    },
    count: (site) => sites.get(site)?.size ?? 0,
    list: (site, after, limit) => pageOf([...(sites.get(site) ?? [])], after, limit),
  };
}

/** The first `limit` by id behind `after`. */
export function pageOf(users: readonly UserId[], after: UserId | null, limit: number): readonly UserId[] {
  const behind = after === null ? [...users] : users.filter((user) => user > after);
  return behind.sort().slice(0, limit);
}
