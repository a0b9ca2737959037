/** Watching oneself: every change of anything that a person can see of themselves. */
import type { Millis, Person } from '../presence/ids.ts';
import { equal, type PresenceRecord } from '../presence/record.ts';
import { selfView } from '../presence/self.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import { type Home, Mailbox } from './mailbox.ts';
import type { Mailboxes } from './mailboxes.ts';
import type { VersionedFollower } from './reread.ts';

export interface SelfWatchOptions {
  readonly store: Pick<Store, 'follow' | 'unfollow' | 'read'>;
  readonly clock: Clock;
  readonly mailboxes: Mailboxes;
  /** Whoever watches themselves, once for each time; it is among them until its reader goes away. */
  readonly selves: Set<VersionedFollower>;
}

/** Begins with the next change. Resolves when nothing can be missed any more. */
export async function watchSelf(
  person: Person,
  until: Millis | null,
  { store, clock, mailboxes, selves }: SelfWatchOptions,
): Promise<AsyncIterableIterator<PresenceRecord>> {
  let last: { readonly version: number; readonly shown: object } | null = null;
  let following: Promise<unknown> | null = null;
  const mailbox = new SelfWatch(mailboxes, () => {
    selves.delete(self);
    // Whoever goes away while the subscription is being set up leaves nothing behind either.
    following?.then(() => store.unfollow(person, self)).catch(() => undefined);
  });
  mailboxes.keep(mailbox, until);
  const hear = (record: PresenceRecord) => {
    if (last !== null && record.version <= last.version) return;
    const before = last;
    last = { version: record.version, shown: shownToSelf(record, clock.now()) };
    if (before !== null && !equal(before.shown, last.shown)) mailbox.put('self', record);
  };
  const rewind = () => {
    last = last && { ...last, version: -1 };
  };
  const self: VersionedFollower = { person, version: () => last?.version ?? null, hear, rewind, catchUp: () => {} };
  selves.add(self);
  try {
    following = Promise.resolve(store.follow(person, self));
    await following;
    for (const record of await store.read([person])) hear(record);
  } catch (error) {
    await mailbox.return();
    throw error;
  }
  return mailbox;
}

class SelfWatch extends Mailbox<'self', PresenceRecord> {
  private readonly onDone: () => void;

  constructor(home: Home, onDone: () => void) {
    super(home);
    this.onDone = onDone;
  }

  protected override merge(_: PresenceRecord, newer: PresenceRecord): PresenceRecord {
    return newer;
  }

  protected override closed(): void {
    this.onDone();
  }
}

/** Kept rather than the record: at a later moment the record would show what time has changed since as well. */
const shownToSelf = (record: PresenceRecord, now: Millis): object => ({
  ...selfView(record, now),
  name: record.name?.value,
});
