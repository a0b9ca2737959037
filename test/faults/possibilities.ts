/** What something of a person may be at rest, where nobody knows whether the attempts to change it that failed came through. */
export interface Possibilities<Value> {
  /** `attempt` changes it to `value`, if it succeeds; otherwise perhaps. Resolves and rejects as that does. */
  change(user: string, value: Value, attempt: Promise<unknown>): Promise<void>;
  allow(user: string, value: Value): boolean;
  /** All of them, in words. */
  of(user: string): string;
}

export function possibilities<Value>(initial: Value): Possibilities<Value> {
  const known = new Map<string, { values: Set<Value>; underWay: number; begun: number }>();

  function entryOf(user: string) {
    const entry = known.get(user) ?? { values: new Set([initial]), underWay: 0, begun: 0 };
    known.set(user, entry);
    return entry;
  }

  return {
    async change(user, value, attempt) {
      const entry = entryOf(user);
      const alone = entry.underWay++ === 0;
      const mine = ++entry.begun;
      entry.values.add(value);
      try {
        await attempt;
        if (alone && entry.begun === mine) entry.values = new Set([value]);
      } finally {
        entry.underWay--;
      }
    },
    allow: (user, value) => entryOf(user).values.has(value),
    of: (user) => [...entryOf(user).values].join(' or '),
  };
}
