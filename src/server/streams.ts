/** Streams of server-sent events by whose they are, so that they can be ended with the person's sessions. */
import type { Hub } from '../hub/hub.ts';
import type { Person } from '../presence/ids.ts';
import { personKey } from '../store/key.ts';

export interface Streams {
  /** `end` may be called once, until `remove` is called with it. */
  add(person: Person, end: () => void): void;
  remove(person: Person, end: () => void): void;
  count(person: Person): number;
}

export function createStreams({ onEviction }: Pick<Hub, 'onEviction'>): Streams {
  const open = new Map<string, Set<() => void>>();
  onEviction((person) => {
    for (const end of [...(open.get(personKey(person)) ?? [])]) end();
  });
  return {
    add(person, end) {
      const key = personKey(person);
      open.set(key, (open.get(key) ?? new Set()).add(end));
    },
    count: (person) => open.get(personKey(person))?.size ?? 0,
    remove(person, end) {
      const key = personKey(person);
      const theirs = open.get(key);
      theirs?.delete(end);
      if (theirs?.size === 0) open.delete(key);
    },
  };
}
