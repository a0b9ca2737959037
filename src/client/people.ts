/**
 * What is known of people, and who listens. Somebody is known for as long as something follows them: a watch, or a
 * channel. Whoever is followed by nothing is forgotten, so memory is bounded by who is looked at.
 */
import type { SomebodyFragment } from './generated/operations.ts';
import { createListeners, type Listeners } from './listeners.ts';
import { presenceOf, same, unknown } from './presence.ts';
import type { Presence, Stop } from './types.ts';

export interface People {
  get(userId: string): Presence;
  /** Tells of each person once known, and of every change; it asks nobody for anything. */
  listen(userIds: Iterable<string>, listener: (presence: Presence) => void): Stop;
  /** Something follows this person, until it lets go. */
  hold(userId: string): void;
  letGo(userId: string): void;
  /** The newest of somebody who is followed. */
  hear(user: SomebodyFragment): void;
  /** Nobody vouches any more for what is known. */
  markStale(): void;
}

interface Person {
  value: Presence;
  holds: number;
  listeners: Listeners<Presence>;
}

const MOST_STRANGERS = 10_000; // values for those nothing is known of; above it the oldest are made anew

export function createPeople(): People {
  const people = new Map<string, Person>();
  const strangers = new Map<string, Presence>();

  function person(userId: string): Person {
    const found = people.get(userId);
    if (found !== undefined) return found;
    const made = { value: stranger(userId), holds: 0, listeners: createListeners<Presence>() };
    people.set(userId, made);
    return made;
  }

  /** The same value each time, or whoever draws would draw it again and again. */
  function stranger(userId: string): Presence {
    const known = strangers.get(userId);
    if (known !== undefined) return known;
    const made = unknown(userId);
    strangers.set(userId, made);
    for (const oldest of strangers.keys()) {
      if (strangers.size <= MOST_STRANGERS) break;
      strangers.delete(oldest);
    }
    return made;
  }

  function forget(userId: string, { holds, listeners }: Person): void {
    if (holds === 0 && listeners.size === 0) people.delete(userId);
  }

  function set(each: Person, value: Presence): void {
    if (same(each.value, value)) return;
    each.value = value;
    each.listeners.tell(value);
  }

  return {
    get: (userId) => people.get(userId)?.value ?? stranger(userId),
    listen(userIds, listener) {
      const stops = [...userIds].map((userId) => {
        const each = person(userId);
        const stop = each.listeners.add(listener);
        return () => {
          stop();
          forget(userId, each);
        };
      });
      return () => {
        for (const stop of stops) stop();
      };
    },
    hold: (userId) => void person(userId).holds++,
    letGo(userId) {
      const each = person(userId);
      each.holds--;
      forget(userId, each);
    },
    hear(user) {
      const each = people.get(user.id);
      if (each !== undefined) set(each, presenceOf(user));
    },
    markStale() {
      for (const each of people.values())
        if (each.value.known) set(each, Object.freeze({ ...each.value, stale: true }));
    },
  };
}
