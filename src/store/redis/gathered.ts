/** Questions of one turn of the event loop, asked together: ten thousand who come back at once ask a few dozen times. */

type Ask<Answer> = (names: readonly string[]) => Promise<readonly Answer[]>;

interface Waiting<Answer> {
  readonly names: readonly string[];
  readonly resolve: (answers: readonly Answer[]) => void;
  readonly reject: (error: unknown) => void;
}

const MOST_AT_ONCE = 500; // names in one question, so that nobody waits long behind it

/** Answers in the order of the names, as `ask` does, which gets each name once. */
export function gathered<Answer>(ask: Ask<Answer>): Ask<Answer> {
  let waiting: Waiting<Answer>[] = [];

  function flush(): void {
    const all = waiting;
    waiting = [];
    for (const batch of batches(all)) void answer(batch);
  }

  /** Never rejects: whoever waits is told. */
  async function answer(batch: readonly Waiting<Answer>[]): Promise<void> {
    const asked = [...new Set(batch.flatMap(({ names }) => names))];
    try {
      const answers = await ask(asked);
      const found = new Map(asked.map((name, at) => [name, answers.slice(at, at + 1)] as const));
      for (const { names, resolve } of batch) resolve(names.flatMap((name) => found.get(name) ?? []));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return (names) =>
    new Promise((resolve, reject) => {
      waiting.push({ names, resolve, reject });
      if (waiting.length === 1) setImmediate(flush);
    });
}

/** No question is taken apart, so one that has more names than that is a batch of its own. */
function* batches<Answer>(all: readonly Waiting<Answer>[]): Iterable<readonly Waiting<Answer>[]> {
  let batch: Waiting<Answer>[] = [];
  let size = 0;
  for (const each of all) {
    if (size > 0 && size + each.names.length > MOST_AT_ONCE) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(each);
    size += each.names.length;
  }
  yield batch;
}
