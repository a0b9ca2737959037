/** What the client takes from its surroundings, and how long things take. Tests give others. */
import type { IdleDetector } from './idle-detector.ts';

export interface Timings {
  /** People to watch are gathered for this long into one subscription. */
  readonly gather: number;
  /** Somebody no longer watched is still followed for this long. */
  readonly linger: number;
  /** Subscriptions that have become small are made into one, this long after the first of them did. */
  readonly merge: number;
  /** What is known counts as out of date after this long without a connection. Longer than a server takes to restart. */
  readonly staleAfter: number;
  /** The first try to connect again comes within this; each further one within twice as long. */
  readonly firstRetry: number;
  readonly lastRetry: number;
  /** A connection that lasted this long was a good one: the next retry is a first one again. */
  readonly goodAfter: number;
  /** A connection that is not acknowledged by then is given up. */
  readonly openTimeout: number;
  /** A socket is asked for a sign of life this often, */
  readonly ping: number;
  /** and given up without one after this long. */
  readonly pong: number;
  /** A heartbeat of a session over HTTP, of which the server waits for three. */
  readonly heartbeat: number;
  /** A stream over HTTP that says nothing for this long is dead; the server says something every 12 s. */
  readonly quietStream: number;
  /** Over HTTP, a WebSocket is tried again after this long, and then after twice as long. */
  readonly retryWebSocket: number;
  /** Whoever asks for something without a connection waits this long for one. */
  readonly patience: number;
  /** Activity is told to the server at most this often, and to other tabs. */
  readonly activity: number;
}

// All in milliseconds.
export const TIMINGS: Timings = {
  gather: 50,
  linger: 5_000,
  merge: 1_000,
  staleAfter: 2_000,
  firstRetry: 1_000,
  lastRetry: 30_000,
  goodAfter: 10_000,
  openTimeout: 10_000,
  ping: 15_000,
  pong: 5_000,
  heartbeat: 25_000,
  quietStream: 45_000,
  retryWebSocket: 30_000,
  patience: 10_000,
  activity: 45_000,
};

export interface Parts {
  readonly timings: Timings;
  readonly random: () => number;
  readonly page: Page | null;
  readonly fetch: typeof fetch;
}

/** As much of a browser's page as is used; null elsewhere. */
export interface Page {
  readonly window: EventTarget;
  readonly document: EventTarget & { readonly visibilityState: string };
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
  readonly permissions: { query(of: { readonly name: string }): Promise<{ readonly state: string }> } | null;
  readonly idleDetector: (new () => IdleDetector) | null;
}

export function thisPage(): Page | null {
  if (typeof window === 'undefined' || typeof document === 'undefined') return null;
  const permissions = navigator.permissions ?? null;
  const idleDetector = 'IdleDetector' in window ? Object(window).IdleDetector : null;
  return { window, document, storage: sessionStorageIfAny(), permissions, idleDetector };
}

/** Touching it throws where a user has forbidden storage, and writing where it is full. */
function sessionStorageIfAny(): Page['storage'] {
  try {
    const storage = sessionStorage;
    return {
      getItem: (key) => storage.getItem(key),
      removeItem: (key) => storage.removeItem(key),
      setItem(key, value) {
        try {
          storage.setItem(key, value);
        } catch {
          // A page that is reloaded then has a new session.
        }
      },
    };
  } catch {
    return null;
  }
}
