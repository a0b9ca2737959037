/**
 * What devices report of themselves again and again: who is active, and that they are still there. Refusing such a
 * report would leave a wrong dot, so too many are merged: of each session and kind the last takes effect when the window
 * is over, and costs one commit however many there were.
 */
import { after, asMillis, type Millis, type Person, type SessionId } from '../presence/ids.ts';
import type { PresenceRecord } from '../presence/record.ts';
import { personKey } from '../store/key.ts';
import type { Stop } from '../store/store.ts';
import type { Core } from './core.ts';
import { createRates } from './rates.ts';
import { Refusal } from './refusal.ts';

interface Report {
  readonly person: Person;
  readonly session: SessionId;
  /** A later one of the same kind takes its place. */
  readonly kind: string;
  carryOut(): Promise<PresenceRecord>;
}

export interface Reports {
  /** Carries it out, now or in a while; resolves with the record as it is after that, or meanwhile. */
  hear(report: Report): Promise<PresenceRecord>;
  /** Something newer is so already. */
  drop(session: SessionId, kind: string): void;
  /** What waits is not carried out any more: the sessions of this process are about to be told of as gone. */
  close(): void;
}

/** @param limit reports of one person that are carried out at once within the window; 0: all */
export function createReports({ clock, store, log }: Pick<Core, 'clock' | 'store' | 'log'>, limit: number): Reports {
  const rates = createRates({ clock, limit, share: null });
  const waiting = new Map<string, { report: Report; readonly cancel: Stop }>();
  const keyOf = (session: SessionId, kind: string) => `${session} ${kind}`;

  function wait(report: Report, length: Millis): void {
    const key = keyOf(report.session, report.kind);
    const before = waiting.get(key);
    if (before !== undefined) before.report = report;
    else waiting.set(key, { report, cancel: clock.at(after(clock.now(), length), () => carryOut(key)) });
  }

  function carryOut(key: string): void {
    const entry = waiting.get(key);
    waiting.delete(key);
    entry?.report.carryOut().catch((error: unknown) => {
      // The session may be over by now.
      if (!(error instanceof Refusal)) log.warn({ err: error }, 'a report that had waited could not be written down');
    });
  }

  async function meanwhile({ person, session }: Report): Promise<PresenceRecord | null> {
    const [record] = await store.read([person]);
    return record?.sessions.some(({ id }) => id === session) ? record : null;
  }

  return {
    async hear(report) {
      const length = rates.spend(personKey(report.person), 1);
      if (length === null) {
        this.drop(report.session, report.kind);
        return report.carryOut();
      }
      const record = await meanwhile(report);
      if (record === null) return report.carryOut(); // which says what is wrong
      wait(report, asMillis(length));
      return record;
    },
    drop(session, kind) {
      const key = keyOf(session, kind);
      waiting.get(key)?.cancel();
      waiting.delete(key);
    },
    close() {
      for (const { cancel } of waiting.values()) cancel();
      waiting.clear();
    },
  };
}
