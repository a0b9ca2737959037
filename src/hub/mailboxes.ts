/** Every mailbox that is open in this process, so that all can be ended, and each at the latest when its reader's token is. */
import type { Millis } from '../presence/ids.ts';
import type { Clock } from './clock.ts';
import { createMailbox, type Mailbox, type MailboxOptions } from './mailbox.ts';
import { Refusal } from './refusal.ts';

export interface Mailboxes {
  /** Ends with UNAUTHENTICATED at `until`; null: never. */
  open<Value>(until: Millis | null, options: MailboxOptions<Value>): Mailbox<string, Value>;
  endAll(): void;
}

export function createMailboxes(clock: Clock): Mailboxes {
  const ends = new Set<() => void>();

  function open<Value>(until: Millis | null, options: MailboxOptions<Value>): Mailbox<string, Value> {
    const expire = () =>
      mailbox.end(new Refusal('UNAUTHENTICATED', 'The token has expired. Come back with a new one.'));
    const cancel = until === null ? null : clock.at(until, expire);
    const end = () => mailbox.end();
    const mailbox = createMailbox<string, Value>({
      ...options,
      onDone: () => {
        ends.delete(end);
        cancel?.();
        options.onDone();
      },
    });
    ends.add(end);
    return mailbox;
  }

  return {
    open,
    endAll() {
      for (const end of [...ends]) end();
    },
  };
}
