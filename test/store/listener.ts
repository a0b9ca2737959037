/** Somebody who follows: everything they were told, in order. */
export interface Listener<Entry> {
  readonly told: readonly Entry[];
  readonly tell: (entry: Entry) => void;
  /** Resolves with everything told, once the given version or a newer one was. */
  until(version: number): Promise<readonly Entry[]>;
}

export function listener<Entry extends { readonly version: number }>(): Listener<Entry> {
  const told: Entry[] = [];
  let waiting: (() => void)[] = [];
  return {
    told,
    tell(entry) {
      told.push(entry);
      for (const look of waiting.splice(0)) look();
    },
    until(version) {
      return new Promise((resolve) => {
        const look = () => {
          if (told.some((entry) => entry.version >= version)) resolve(told);
          else waiting = [...waiting, look];
        };
        look();
      });
    },
  };
}
