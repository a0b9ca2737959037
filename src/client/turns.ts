/** Lets at most so many go on at once; the others wait for their turn. */
export function createTurns(most: number) {
  let free = most;
  const waiting: (() => void)[] = [];
  return {
    async take(): Promise<void> {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    /** Once for each turn that was taken. */
    give(): void {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    },
  };
}
