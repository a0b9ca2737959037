/** Who others see as not OFFLINE, by site, as of their last commits. */
import type { Person, SiteId, UserId } from '../presence/ids.ts';

export interface Census {
  set(person: Person, present: boolean): void;
  count(site: SiteId): number;
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
  };
}
