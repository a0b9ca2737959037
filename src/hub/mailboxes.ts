/** Every mailbox that is open in this process, so that all can be ended, and each at the latest when its reader's token is. */
import type { Millis } from '../presence/ids.ts';
import type { Stop } from '../store/store.ts';
import type { Clock } from './clock.ts';
import type { Endable, Home } from './mailbox.ts';
import { Refusal } from './refusal.ts';
import type { HubCounts } from './stats.ts';

export interface Mailboxes extends Home {
  /** Ends it with UNAUTHENTICATED at `until`; null: never. */
  keep(mailbox: Endable, until: Millis | null): void;
  endAll(): void;
  /** How many are open. */
  count(): number;
}

export function createMailboxes(clock: Clock, counts: Pick<HubCounts, 'conflated'>): Mailboxes {
  const all = new Set<Endable>();
  const expiring = new Map<Endable, Stop>();

  return {
    keep(mailbox, until) {
      all.add(mailbox);
      if (until === null) return;
      const expire = () =>
        mailbox.end(new Refusal('UNAUTHENTICATED', 'The token has expired. Come back with a new one.'));
      expiring.set(mailbox, clock.at(until, expire));
    },
    forget(mailbox) {
      all.delete(mailbox);
      expiring.get(mailbox)?.();
      expiring.delete(mailbox);
    },
    noteConflated() {
      counts.conflated++;
    },
    count: () => all.size,
    endAll() {
      for (const mailbox of [...all]) mailbox.end();
    },
  };
}
