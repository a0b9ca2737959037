/** Every mailbox that is open in this process, so that all can be ended, and each at the latest when its reader's token is. */
import type { Millis } from '../presence/ids.ts';
import type { Clock } from './clock.ts';
import { Mailbox, type MailboxOptions } from './mailbox.ts';
import { Refusal } from './refusal.ts';

export interface Mailboxes {
  /** Ends with UNAUTHENTICATED at `until`; null: never. */
  open<Key, Value>(until: Millis | null, options: MailboxOptions<Value>): Mailbox<Key, Value>;
  endAll(): void;
}

interface Endable {
  end(error?: unknown): void;
}

export function createMailboxes(clock: Clock): Mailboxes {
  const all = new Set<Endable>();

  return {
    open<Key, Value>(until: Millis | null, { merge, onDone }: MailboxOptions<Value>) {
      const mailbox: Mailbox<Key, Value> = new Mailbox({
        ...(merge === undefined ? {} : { merge }),
        onDone: () => {
          all.delete(mailbox);
          cancel?.();
          onDone();
        },
      });
      const expire = () =>
        mailbox.end(new Refusal('UNAUTHENTICATED', 'The token has expired. Come back with a new one.'));
      const cancel = until === null ? null : clock.at(until, expire);
      all.add(mailbox);
      return mailbox;
    },
    endAll() {
      for (const mailbox of [...all]) mailbox.end();
    },
  };
}
