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
    const round = new Round(ask, placeOf);
    const numbers = all.map(({ names }) => names.map((name) => round.add(name)));
    const asked = round.begin();
    for (const [at, { resolve, reject }] of all.entries()) {
      const mine = numbers[at] ?? [];
      asked(mine).then(() => resolve(round.answers(mine)), reject);
    }
  }

  return (names) =>
    new Promise((resolve, reject) => {
      waiting.push({ names, resolve, reject });
      if (waiting.length === 1) setImmediate(flush);
    });
}

/** The names of one turn, numbered, each once. */
class Round<Answer> {
  private readonly numbers = new Map<string, number>();
  private readonly found: Answer[] = [];
  private readonly ask: Ask<Answer>;
  private readonly placeOf: (name: string) => number;

  constructor(ask: Ask<Answer>, placeOf: (name: string) => number) {
    this.ask = ask;
    this.placeOf = placeOf;
  }

  add(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    const number = this.numbers.size;
    this.numbers.set(name, number);
    return number;
  }

  /** Asks. Returns what says when those of these numbers are answered. */
  begin(): (numbers: readonly number[]) => Promise<unknown> {
    const questions = this.questions();
    const asked = questions.map((question) => this.put(question));
    const [only] = asked;
    if (only !== undefined && asked.length === 1) return () => only; // mostly
    const questionOf: number[] = [];
    for (const [at, { numbers }] of questions.entries()) for (const number of numbers) questionOf[number] = at;
    return (numbers) =>
      Promise.all([...new Set(numbers.map((number) => questionOf[number] ?? 0))].map((at) => asked[at]));
  }

  answers(numbers: readonly number[]): readonly Answer[] {
    return numbers.map((number) => this.found[number]).filter((each) => each !== undefined);
  }

  private async put({ names, numbers }: Question): Promise<void> {
    const answers = await this.ask(names);
    for (const [at, number] of numbers.entries()) {
      const answer = answers[at];
      if (answer !== undefined) this.found[number] = answer;
    }
  }

  private questions(): readonly Question[] {
    const open = new Map<number, Question>();
    const all: Question[] = [];
    for (const [name, number] of this.numbers) {
      const place = this.placeOf(name);
      let question = open.get(place);
      if (question === undefined || question.names.length === MOST_AT_ONCE) {
        question = { names: [], numbers: [] };
        open.set(place, question);
        all.push(question);
      }
      question.names.push(name);
      question.numbers.push(number);
    }
    return all;
  }
}

interface Question {
  readonly names: string[];
  readonly numbers: number[];
}
