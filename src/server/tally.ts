/** How many of something are open at once for each key, such as connections of one address. */
export interface Tally<Key> {
  /** One more; false when it would be one too many, and then it does not count. */
  enter(key: Key): boolean;
  /** One less of those that were let in. */
  leave(key: Key): void;
}

/** Where the numbers are: a map. */
interface Numbers<Key> {
  get(key: Key): number | undefined;
  set(key: Key, count: number): unknown;
  delete(key: Key): unknown;
}

/** @param most for each key; 0: any number */
export function createTally<Key>(most: number, open: Numbers<Key>): Tally<Key> {
  return {
    enter(key) {
      const count = open.get(key) ?? 0;
      if (most > 0 && count >= most) return false;
      open.set(key, count + 1);
      return true;
    },
    leave(key) {
      const count = (open.get(key) ?? 0) - 1;
      if (count > 0) open.set(key, count);
      else open.delete(key);
    },
  };
}
