/**
 * Which people are followed, and by which subscriptions: few, each under the server's limit. Nobody who stays is ever
 * without one: a subscription that takes the place of others begins first, and they end when its snapshot is in.
 */
import type { Connecting } from './connection.ts';
import type { PresenceError } from './error.ts';
import { WatchPeople } from './generated/operations.ts';
import type { Link } from './link.ts';
import type { Parts } from './parts.ts';
import type { People } from './people.ts';
import type { Stop } from './types.ts';

export interface Watches {
  /** Each once. */
  want(userIds: Iterable<string>): void;
  unwant(userIds: Iterable<string>): void;
  close(): void;
}

/** One subscription. */
interface Chunk {
  readonly ids: ReadonlySet<string>;
  /** Of whom nothing was heard yet. */
  readonly missing: Set<string>;
  readonly succession: Succession;
  /** Another one takes its place. */
  leaving: boolean;
  /** In a row. */
  failures: number;
  stop: Stop;
}

/** Those that end when all of those that take their place have their snapshots. */
interface Succession {
  readonly old: readonly Chunk[];
  readonly waitingFor: Set<Chunk>;
}

const FIRST_LIMIT = 100; // until the server says otherwise

export function createWatches({ timings, random }: Parts, connecting: Connecting, people: People): Watches {
  const wanted = new Map<string, number>(); // by how many; 0: lingering
  const home = new Map<string, Chunk>(); // the newest subscription that has this person
  let chunks = new Set<Chunk>();
  const lingering = new Map<string, number>(); // until when; the earliest first
  const timers = createTimers();
  let limit = FIRST_LIMIT;
  let link: Link | null = null;

  const stopLinks = connecting.onLink((now) => {
    link = now;
    if (link !== null) begin();
  });

  /** On a new link: everything anew, without those whom nobody wants any more. */
  function begin(): void {
    const before = chunks;
    chunks = new Set();
    home.clear();
    for (const userId of lingering.keys()) wanted.delete(userId);
    lingering.clear();
    gather();
    for (const chunk of before) for (const userId of chunk.ids) people.letGo(userId);
  }

  /** Subscribes to those who are wanted and have no subscription. */
  function gather(): void {
    if (link === null) return;
    const fresh = [...wanted.keys()].filter((userId) => !stays(userId));
    if (link.fewStreams && fresh.length > 0)
      replace(
        [...chunks].filter((chunk) => living(chunk).length < limit),
        fresh,
      );
    else open(fresh);
    timers.set('merge', timings.merge, merge);
  }

  /** Whoever nobody wanted when their subscription was replaced goes with it, unless they are wanted again by then. */
  const stays = (userId: string): boolean => home.get(userId)?.leaving === false;

  function open(
    userIds: readonly string[],
    { old, waitingFor }: Succession = { old: [], waitingFor: new Set() },
  ): void {
    const succession = { old, waitingFor };
    const made: Chunk[] = [];
    for (let from = 0; from < userIds.length; from += limit) {
      const ids = new Set(userIds.slice(from, from + limit));
      const chunk: Chunk = { ids, missing: new Set(ids), succession, leaving: false, failures: 0, stop: () => {} };
      for (const userId of ids) {
        people.hold(userId);
        home.set(userId, chunk);
      }
      waitingFor.add(chunk);
      chunks.add(chunk);
      made.push(chunk);
    }
    for (const chunk of made) subscribe(chunk);
  }

  function subscribe(chunk: Chunk): void {
    if (link === null) return;
    const here = () => chunks.has(chunk);
    chunk.stop = link.subscribe(
      WatchPeople,
      { userIds: [...chunk.ids] },
      {
        next({ presenceChanged: { user } }) {
          if (!here()) return;
          chunk.failures = 0;
          people.hear(user);
          if (chunk.missing.delete(user.id) && isComplete(chunk)) succeed(chunk);
        },
        error: (error) => here() && fail(chunk, error),
        complete: () => here() && again(chunk, null),
      },
    );
  }

  /** It has its snapshot, or is done for. */
  function succeed(chunk: Chunk): void {
    const { old, waitingFor } = chunk.succession;
    if (waitingFor.delete(chunk) && waitingFor.size === 0) for (const each of old) end(each);
  }

  function end(chunk: Chunk): void {
    if (!chunks.delete(chunk)) return;
    chunk.stop();
    succeed(chunk); // nobody is to wait for it
    for (const userId of chunk.ids) {
      if (home.get(userId) === chunk) home.delete(userId);
      people.letGo(userId);
    }
  }

  function fail(chunk: Chunk, error: PresenceError): void {
    const { limit: most } = error.extensions;
    const tooMany = error.code === 'WATCH_LIMIT_EXCEEDED' && typeof most === 'number' && most >= 1;
    if (error.retryable) again(chunk, error.retryAfterMs);
    else if (tooMany && most < chunk.ids.size) split(chunk, most);
    else if (tooMany) makeRoom(chunk);
    else if (error.code === 'REQUEST_ENTITY_TOO_LARGE')
      limit = Math.max(1, Math.ceil(chunk.ids.size / 2)); // with the next link
    // Among them is one that the server does not take: the others shall not suffer from it.
    else if (chunk.ids.size > 1) split(chunk, Math.ceil(chunk.ids.size / 2), limit);
    else succeed(chunk);
  }

  /** All subscriptions together have too many: those that this one replaces count as well, and end before it begins. */
  function makeRoom(chunk: Chunk): void {
    const old = chunk.succession.old.filter((each) => chunks.has(each));
    for (const each of old) end(each);
    again(chunk, old.length > 0 ? 0 : null);
  }

  function split(chunk: Chunk, size: number, limitAfterwards = size): void {
    limit = size;
    open(
      [...chunk.ids].filter((userId) => home.get(userId) === chunk),
      chunk.succession,
    );
    limit = limitAfterwards;
    end(chunk);
  }

  function again(chunk: Chunk, wait: number | null): void {
    const backoff = Math.min(timings.lastRetry, timings.firstRetry * 2 ** chunk.failures++);
    timers.set(chunk, wait ?? backoff * (0.5 + random() / 2), () => chunks.has(chunk) && subscribe(chunk));
  }

  /** Makes one of several that are half empty, or of one that is mostly people whom nobody wants any more. */
  function merge(): void {
    if (link === null) return;
    const staying = [...chunks].filter((chunk) => !chunk.leaving);
    for (const chunk of staying) if (living(chunk).length === 0) end(chunk);
    const small = staying.filter(
      (chunk) => chunks.has(chunk) && isComplete(chunk) && 2 * living(chunk).length <= limit,
    );
    const [only] = small;
    if (only === undefined || (small.length === 1 && 2 * living(only).length > only.ids.size)) return;
    replace(small);
  }

  function replace(old: readonly Chunk[], fresh: readonly string[] = []): void {
    for (const chunk of old) chunk.leaving = true;
    open([...old.flatMap(living), ...fresh], { old, waitingFor: new Set() });
    // They would wait for each other. What is known stays known meanwhile, it is only not followed for a moment.
    if (link?.fewStreams) for (const chunk of old) end(chunk);
  }

  const living = (chunk: Chunk): readonly string[] =>
    [...chunk.ids].filter((userId) => wanted.has(userId) && home.get(userId) === chunk);

  function sweep(): void {
    const now = Date.now();
    for (const [userId, until] of lingering) {
      if (until > now) {
        timers.set('linger', until - now, sweep);
        return;
      }
      lingering.delete(userId);
      wanted.delete(userId);
      timers.set('merge', timings.merge, merge);
    }
  }

  return {
    want(userIds) {
      let fresh = false;
      for (const userId of userIds) {
        wanted.set(userId, (wanted.get(userId) ?? 0) + 1);
        lingering.delete(userId);
        fresh ||= !stays(userId);
      }
      if (fresh) timers.set('gather', timings.gather, gather);
    },
    unwant(userIds) {
      for (const userId of userIds) {
        const count = (wanted.get(userId) ?? 1) - 1;
        wanted.set(userId, count);
        if (count > 0) continue;
        lingering.delete(userId);
        lingering.set(userId, Date.now() + timings.linger);
        timers.set('linger', timings.linger, sweep);
      }
    },
    close() {
      stopLinks();
      timers.close();
    },
  };
}

const isComplete = ({ missing }: Chunk): boolean => missing.size === 0;

/** One timer for each purpose; it is not put off by being set again. */
function createTimers() {
  const running = new Map<unknown, ReturnType<typeof setTimeout>>();
  let closed = false;
  return {
    set(purpose: unknown, ms: number, run: () => void): void {
      if (closed || running.has(purpose)) return;
      const timer = setTimeout(() => {
        running.delete(purpose);
        run();
      }, ms);
      running.set(purpose, timer);
    },
    close(): void {
      closed = true;
      for (const timer of running.values()) clearTimeout(timer);
      running.clear();
    },
  };
}
