/**
 * Ending everything that somebody has open, on every process: an administrator's way to make them prove anew who they
 * are. Their record loses its sessions at once; the note in the site's record reaches whoever holds their connections.
 */
import type { Person } from '../presence/ids.ts';
import { evict, evictedBetween } from '../presence/site.ts';
import type { Core } from './core.ts';
import { userId } from './input.ts';

export function createEvictions({ clock, log, sites, report }: Pick<Core, 'clock' | 'log' | 'sites' | 'report'>) {
  return {
    /** Of somebody of the same site; the same for one who has no session, or was never seen: nobody learns by it who is there. */
    async endSessions({ site, user: by }: Person, id: string): Promise<void> {
      const user = userId(id, 'userId');
      await report({ site, user }, (record) => record.sessions.map((session) => ({ type: 'end', id: session.id })));
      await sites.change(site, (before) => evict(before, user, clock.now()));
      log.info({ site, user, by }, 'the sessions of somebody were ended');
    },
    /** From now on calls `tell` with everybody whose connections here, if there are any, are to end. It must not throw. */
    onEviction(tell: (person: Person) => void): void {
      sites.onChange((site, record, before) => {
        if (before !== null) for (const user of evictedBetween(before, record)) tell({ site, user });
      });
    },
  };
}
