/** A map by person: two levels, since to make one key of two ids for each look takes longer than to look twice. */
import type { Person, SiteId, UserId } from '../presence/ids.ts';

export class ByPerson<Value> {
  private readonly sites = new Map<SiteId, Map<UserId, Value>>();

  get size(): number {
    let size = 0;
    for (const people of this.sites.values()) size += people.size;
    return size;
  }

  get({ site, user }: Person): Value | undefined {
    return this.at(site, user);
  }

  at(site: SiteId, user: UserId): Value | undefined {
    return this.sites.get(site)?.get(user);
  }

  set({ site, user }: Person, value: Value): void {
    const people = this.sites.get(site);
    if (people === undefined) this.sites.set(site, new Map([[user, value]]));
    else people.set(user, value);
  }

  delete({ site, user }: Person): void {
    const people = this.sites.get(site);
    if (people?.delete(user) && people.size === 0) this.sites.delete(site);
  }

  *values(): Iterable<Value> {
    for (const people of this.sites.values()) yield* people.values();
  }

  of(site: SiteId): Iterable<Value> {
    return this.sites.get(site)?.values() ?? [];
  }
}
