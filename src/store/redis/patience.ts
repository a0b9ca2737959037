/**
 * How long anybody waits for Redis, and what they are told. A short absence is waited for; a longer one is answered in
 * time, and what was not begun by then is not done later, behind the back of somebody who was told that it failed.
 */
import type { StoreCounts } from '../stats.ts';
import { type Stop, StoreUnavailable } from '../store.ts';
import type { Client } from './client.ts';

export interface Patience {
  /** What `question` answers, or StoreUnavailable after two seconds. */
  ask<Answer>(question: Ask<Answer>): Promise<Answer>;
  /** Whether Redis answered when it was last asked. */
  reachable(): boolean;
  /** From now on everything is StoreUnavailable. */
  close(): void;
}

/** Asks `begin` before each step that changes something; throws nothing but by rejecting. */
type Ask<Answer> = (begin: () => void) => Promise<Answer>;

export interface PatienceOptions {
  readonly client: Client;
  /** Calls `run` once, after `ms` of real time. */
  readonly later: (ms: number, run: () => void) => Stop;
  /** Redis answers again after it did not. */
  readonly onReturn: () => void;
  readonly counts: Pick<StoreCounts, 'failures'>;
}

const MOST = 1_900; // ms; a mutation is answered within two seconds
const RECONNECT = 800; // ms of MOST in which a lost connection may come back; a command may take 1,000 then

export function createPatience({ client, later, onReturn, counts }: PatienceOptions): Patience {
  let closed = false;
  let reached = true;
  let coming: Promise<void> | null = null;

  function ask<Answer>(question: Ask<Answer>): Promise<Answer> {
    if (closed) return Promise.reject(new StoreUnavailable('The store is closed.'));
    return new Promise((resolve, reject) => {
      let late = false;
      const begin = () => {
        if (late) throw new StoreUnavailable('Redis was away for too long.');
      };
      const fail = (error: unknown) => {
        cancel();
        if (error instanceof StoreUnavailable && !late) {
          reached = false;
          counts.failures++;
        }
        reject(error);
      };
      const succeed = (answer: Answer) => {
        cancel();
        if (!late && !reached) onReturn();
        if (!late) reached = true;
        resolve(answer);
      };
      const cancel = later(MOST, () => {
        fail(new StoreUnavailable('Redis did not answer in time.'));
        late = true;
      });
      steps(question, begin).then(succeed, fail);
    });
  }

  function steps<Answer>(question: Ask<Answer>, begin: () => void): Promise<Answer> {
    return client.status === 'ready'
      ? question(begin)
      : becomesReady()
          .then(begin)
          .then(() => question(begin));
  }

  /** One listener, however many wait. */
  function becomesReady(): Promise<void> {
    coming ??= new Promise((resolve) => {
      client.once('ready', () => {
        coming = null;
        resolve();
      });
    });
    return inTime(coming, RECONNECT);
  }

  async function inTime(happens: Promise<void>, ms: number): Promise<void> {
    let cancel: Stop = () => {};
    const tooLate = new Promise<never>((_, reject) => {
      cancel = later(ms, () => reject(new StoreUnavailable('Redis did not answer in time.')));
    });
    try {
      await Promise.race([happens, tooLate]);
    } finally {
      cancel();
    }
  }

  return {
    ask,
    reachable: () => reached && client.status === 'ready' && !closed,
    close() {
      closed = true;
    },
  };
}

/** Redis's answer; whatever ioredis rejects with means that Redis cannot be relied on now. */
export async function answered<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw new StoreUnavailable(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
