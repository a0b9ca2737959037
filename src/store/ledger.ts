/**
 * Takes the changes to the records of one kind; those of one record one after the other. Changes that wait for the same
 * record are made together: each gets what the one before left, one save lasts for all of them, and only then does
 * anybody see any of them. So a thousand updates of one person cost two writes, not a thousand.
 */
import { asMicros, type Micros, type Millis } from '../presence/ids.ts';
import type { StoreCounts } from './stats.ts';

export interface Ledger<Entry> {
  update(key: string, change: Change<Entry>): Promise<Entry>;
  /** Resolves when no update is under way. */
  idle(): Promise<void>;
}

type Change<Entry> = (entry: Entry) => Entry;

export interface LedgerOptions<Entry> {
  readonly now: () => Millis;
  /** What stands. */
  readonly load: (key: string) => Entry;
  /** Resolves once `after` lasts; when it rejects, everything that led from `before` to it has not happened. */
  readonly save: (key: string, before: Entry, after: Entry) => Promise<void>;
  /** Shows what now stands, and the steps that led there. */
  readonly show: (key: string, before: Entry, after: Entry, steps: readonly Entry[]) => Promise<void>;
  readonly counts: Pick<StoreCounts, 'commits'>;
}

interface Waiting<Entry> {
  readonly change: Change<Entry>;
  readonly resolve: (entry: Entry) => void;
  readonly reject: (error: unknown) => void;
}

export function createLedger<Entry extends { readonly version: Micros }>(options: LedgerOptions<Entry>): Ledger<Entry> {
  const { now, load, save, show, counts } = options;
  /** A line for each record with updates under way; as many wait as there are callers that wait. */
  const lines = new Map<string, Waiting<Entry>[]>();
  const serving = new Set<Promise<void>>();

  function begin(key: string, line: Waiting<Entry>[]): void {
    lines.set(key, line);
    const served = serve(key, line).finally(() => serving.delete(served));
    serving.add(served);
  }

  /** Never rejects: those who wait are told. */
  async function serve(key: string, line: Waiting<Entry>[]): Promise<void> {
    // What is asked for in one go is done in one go.
    await undefined;
    while (line.length > 0) {
      const waiting = line.splice(0);
      try {
        const answers = await commit(key, waiting);
        for (const answer of answers) answer();
      } catch (error) {
        for (const { reject } of waiting) reject(error);
      }
    }
    lines.delete(key);
  }

  async function commit(key: string, waiting: readonly Waiting<Entry>[]): Promise<readonly (() => void)[]> {
    const before = load(key);
    const steps: Entry[] = [];
    let entry = before;
    const answers = waiting.map(({ change, resolve, reject }) => {
      try {
        const changed = change(entry);
        if (changed !== entry) {
          entry = { ...changed, version: versionAfter(entry.version, now()) };
          steps.push(entry);
        }
        const stands = entry;
        return () => resolve(stands);
      } catch (error) {
        return () => reject(error);
      }
    });
    if (steps.length > 0) {
      await save(key, before, entry);
      counts.commits += steps.length;
      await show(key, before, entry, steps);
    }
    return answers;
  }

  return {
    update(key, change) {
      return new Promise((resolve, reject) => {
        const waiting = { change, resolve, reject };
        const line = lines.get(key);
        if (line === undefined) begin(key, [waiting]);
        else line.push(waiting);
      });
    },
    async idle() {
      await Promise.all(serving);
    },
  };
}

/** Greater than the one before, and than any that a process before this one gave, as long as clocks go forward. */
export const versionAfter = (version: Micros, at: Millis): Micros =>
  asMicros(Math.max(version + 1, Math.floor(at * 1_000)));
