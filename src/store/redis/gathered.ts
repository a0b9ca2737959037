/**
 * Questions of one turn of the event loop, asked together: ten thousand who come back at once ask a few dozen times.
 * What is asked of different places stays apart, so that nobody waits for a place that does not answer but for their own.
 */
type Ask<Answer> = (names: readonly string[]) => Promise<readonly Answer[]>;

interface Waiting<Answer> {
  readonly names: readonly string[];
  readonly resolve: (answers: readonly Answer[]) => void;
  readonly reject: (error: unknown) => void;
}

const MOST_AT_ONCE = 500; // names in one question, so that nobody waits long behind it

/** Answers in the order of the names, as `ask` does, which gets each name once, those of one place (`placeOf`) together. */
export function gathered<Answer>(ask: Ask<Answer>, placeOf: (name: string) => number): Ask<Answer> {
  let waiting: Waiting<Answer>[] = [];

  function flush(): void {
    const all = waiting;
    waiting = [];
    const asked = new Map<string, Promise<ReadonlyMap<string, Answer>>>();
    for (const names of inPlaces(new Set(all.flatMap((each) => each.names)))) {
      const answers = answersTo(names);
      for (const name of names) asked.set(name, answers);
    }
    for (const { names, resolve, reject } of all) {
      Promise.all(names.map((name) => asked.get(name)))
        .then((answers) =>
          resolve(names.map((name, at) => answers[at]?.get(name)).filter((each) => each !== undefined)),
        )
        .catch(reject);
    }
  }

  async function answersTo(names: readonly string[]): Promise<ReadonlyMap<string, Answer>> {
    const answers = await ask(names);
    return new Map(answers.flatMap((answer, at) => names.slice(at, at + 1).map((name) => [name, answer] as const)));
  }

  function inPlaces(names: Iterable<string>): readonly (readonly string[])[] {
    const open = new Map<number, string[]>();
    const all: string[][] = [];
    for (const name of names) {
      const place = placeOf(name);
      const together = open.get(place);
      if (together !== undefined && together.length < MOST_AT_ONCE) together.push(name);
      else {
        const begun = [name];
        open.set(place, begun);
        all.push(begun);
      }
    }
    return all;
  }

  return (names) =>
    new Promise((resolve, reject) => {
      waiting.push({ names, resolve, reject });
      if (waiting.length === 1) setImmediate(flush);
    });
}
