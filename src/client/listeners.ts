/** Telling those who listen. What one of them throws is theirs: it is reported, and the others are told all the same. */
import type { Stop } from './types.ts';

export interface Listeners<Value> {
  add(listener: (value: Value) => void): Stop;
  tell(value: Value): void;
  readonly size: number;
}

/**
 * `onFirst` is called when the first begins to listen; what it returns, when the last has stopped, and none has come in
 * the same turn: an element that is moved and React's StrictMode let go in order to take up again.
 */
export function createListeners<Value>(onFirst?: () => Stop): Listeners<Value> {
  const entries = new Set<{ readonly listener: (value: Value) => void }>();
  let onLast: Stop | null = null;

  function ended(): void {
    if (entries.size > 0) return;
    onLast?.();
    onLast = null;
  }

  return {
    get size() {
      return entries.size;
    },
    add(listener) {
      const entry = { listener }; // the same function twice is two listeners
      entries.add(entry);
      if (onFirst !== undefined) onLast ??= onFirst();
      return () => {
        if (entries.delete(entry) && entries.size === 0 && onLast !== null) setTimeout(ended);
      };
    },
    tell(value) {
      for (const entry of [...entries]) if (entries.has(entry)) call(entry.listener, value);
    },
  };
}

export function call<Value>(listener: (value: Value) => void, value: Value): void {
  try {
    listener(value);
  } catch (error) {
    report(error);
  }
}

/** As for what an event listener throws: seen by `window.onerror` and in the console, caught by nobody here. */
export function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  else console.error(error);
}
