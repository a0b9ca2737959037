/** Values as last seen, the least recently used forgotten first. What it says may be out of date. */
export interface Recent<Value> {
  get(key: string): Value | undefined;
  /** The same, but whoever looks does not use it. */
  peek(key: string): Value | undefined;
  set(key: string, value: Value): void;
  entries(): Iterable<readonly [string, Value]>;
}

/** @param most what the weights of the values may come to together; each has one unless `weightOf` says otherwise */
export function createRecent<Value>(most: number, weightOf: (value: Value) => number = () => 1): Recent<Value> {
  const values = new Map<string, Value>();
  let weight = 0;

  function forget(key: string): void {
    const value = values.get(key);
    if (value === undefined || !values.delete(key)) return;
    weight -= weightOf(value);
  }

  return {
    get(key) {
      const value = values.get(key);
      if (value === undefined) return undefined;
      values.delete(key);
      values.set(key, value);
      return value;
    },
    peek: (key) => values.get(key),
    set(key, value) {
      forget(key);
      values.set(key, value);
      weight += weightOf(value);
      for (const oldest of values.keys()) {
        if (weight <= most) return;
        forget(oldest);
      }
    },
    entries: () => values.entries(),
  };
}
