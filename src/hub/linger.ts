/** What nobody needs any more is kept a little longer, by one timer for all, in case somebody needs it again. */
import { after, type Millis } from '../presence/ids.ts';
import type { Stop } from '../store/store.ts';
import type { Clock } from './clock.ts';

export interface Linger<Key> {
  /** Nobody needs it: `release` is called in a while, unless it is kept. */
  start(key: Key): void;
  keep(key: Key): void;
  close(): void;
}

export function createLinger<Key>(clock: Clock, length: Millis, release: (key: Key) => void): Linger<Key> {
  const until = new Map<Key, Millis>(); // all wait equally long, so the oldest comes first
  let cancel: Stop | null = null;

  function releaseDue(): void {
    cancel = null;
    for (const [key, moment] of until) {
      if (moment > clock.now()) {
        cancel = clock.at(moment, releaseDue);
        return;
      }
      until.delete(key);
      release(key);
    }
  }

  return {
    start(key) {
      until.delete(key);
      until.set(key, after(clock.now(), length));
      cancel ??= clock.at(after(clock.now(), length), releaseDue);
    },
    keep: (key) => {
      until.delete(key);
    },
    close: () => cancel?.(),
  };
}
