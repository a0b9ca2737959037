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
    const found = new Map<string, Answer>();
    const asked = new Map<string, Promise<void>>();
    for (const names of inPlaces(new Set(all.flatMap((each) => each.names)))) {
      const answered = find(names, found);
      for (const name of names) asked.set(name, answered);
    }
    for (const { names, resolve, reject } of all) {
      const answers = () => names.map((name) => found.get(name)).filter((each) => each !== undefined);
      // Mostly one question for all of them.
      Promise.all(new Set(names.map((name) => asked.get(name)))).then(() => resolve(answers()), reject);
    }
  }

  async function find(names: readonly string[], found: Map<string, Answer>): Promise<void> {
    const answers = await ask(names);
    for (const [at, name] of names.entries()) {
      const answer = answers[at];
      if (answer !== undefined) found.set(name, answer);
    }
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
