/**
 * What is due when: a binary heap over keys whose time may change. Changing a time leaves the old entry in the heap;
 * it is dropped when it comes up, and all of them at once when they outnumber the living.
 */
import type { Millis } from '../presence/ids.ts';

export interface Agenda<Key> {
  /** The key's time from now on; null: none. */
  set(key: Key, at: Millis | null): void;
  /** Whether the key has a time. */
  has(key: Key): boolean;
  /** Keys whose time is at or before `now`, earliest first, at most `limit`. They stay until they are set anew. */
  due(now: Millis, limit: number): readonly Key[];
  /** The earliest time of all; with `after`, the earliest after it. */
  next(after?: Millis): Millis | null;
}

interface Entry<Key> {
  readonly key: Key;
  readonly at: Millis;
}

export function createAgenda<Key>(): Agenda<Key> {
  const entries = new Map<Key, Entry<Key>>();
  let heap: Entry<Key>[] = [];

  const alive = (entry: Entry<Key>): boolean => entries.get(entry.key) === entry;

  function set(key: Key, at: Millis | null): void {
    if (at === null) {
      entries.delete(key);
    } else if (entries.get(key)?.at !== at) {
      const entry = { key, at };
      entries.set(key, entry);
      push(heap, entry);
    }
    if (heap.length > 2 * entries.size + 64) heap = [...entries.values()].sort((a, b) => a.at - b.at); // which is a heap
  }

  function due(now: Millis, limit: number): readonly Key[] {
    const taken: Entry<Key>[] = [];
    while (taken.length < limit) {
      const top = peek();
      if (top === undefined || top.at > now) break;
      pop(heap);
      taken.push(top);
    }
    for (const entry of taken) push(heap, entry);
    return taken.map((entry) => entry.key);
  }

  /** Looks only where something earlier than what was found may be, so that what is due costs no more than itself. */
  function next(after?: Millis): Millis | null {
    if (after === undefined) return peek()?.at ?? null;
    let found: Millis | null = null;
    const places = [0];
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      const entry = heap[place];
      if (entry === undefined || (found !== null && entry.at >= found)) continue;
      if (entry.at > after && alive(entry)) found = entry.at;
      else places.push(2 * place + 1, 2 * place + 2);
    }
    return found;
  }

  function peek(): Entry<Key> | undefined {
    for (let top = heap[0]; top !== undefined; top = heap[0]) {
      if (alive(top)) return top;
      pop(heap);
    }
    return undefined;
  }

  return { set, has: (key) => entries.has(key), due, next };
}

function push<Key>(heap: Entry<Key>[], entry: Entry<Key>): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const up = (at - 1) >> 1;
    const parent = heap[up];
    if (parent === undefined || parent.at <= entry.at) break;
    heap[at] = parent;
    at = up;
  }
  heap[at] = entry;
}

function pop<Key>(heap: Entry<Key>[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    const child = right !== undefined && left !== undefined && right.at < left.at ? right : left;
    if (child === undefined || child.at >= last.at) break;
    heap[at] = child;
    at = child === left ? 2 * at + 1 : 2 * at + 2;
  }
  heap[at] = last;
}
