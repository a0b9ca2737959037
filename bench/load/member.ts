/** One client: a socket, a name, and what it is waiting for. */
import { DIALECTS, type DialectName } from './dialect.ts';
import type { Recorder } from './recorder.ts';
import type { Tally } from './tally.ts';
import { openWire, type Wire } from './wire.ts';

export interface Member {
  readonly name: string;
  /** Resolves when the present values have come. */
  watch(people: readonly string[]): Promise<void>;
  /** Resolves when it is answered. One at a time. @throws {Refused} */
  set(text: string): Promise<void>;
}

export interface MemberOptions {
  readonly name: string;
  readonly url: string;
  readonly dialect: DialectName;
  readonly tally: Tally;
  /** While it is on, everything is read and nothing is counted. */
  readonly recorder: Recorder;
  readonly ended: (name: string, why: string) => void;
}

/** The server answered with an error; `retryable` when it said that the same may work later. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly retryable: boolean;

  constructor(answer: string) {
    super(answer);
    this.retryable = answer.includes('"retryable":true');
  }
}

interface Asking {
  readonly resolve: () => void;
  readonly reject: (error: Refused) => void;
}

interface Watching {
  /** How many messages are still to come. */
  told: number;
  readonly done: () => void;
}

/** Resolves when the server has said welcome. */
export async function join({ name, url, dialect, tally, recorder, ended }: MemberOptions): Promise<Member> {
  const language = DIALECTS[dialect];
  let watching: Watching | null = null;
  let asking: Asking | null = null;
  let welcomed: (() => void) | null = null;
  let last = 0;

  const wire: Wire = await openWire({
    port: Number(new URL(url).port),
    path: language.path(name),
    subprotocol: language.subprotocol,
    hear(bytes, from, to) {
      if (watching === null && !recorder.isOn() && tally.count(bytes, from, to)) return;
      hearOther(bytes.toString('utf8', from, to));
    },
    ended: (why) => ended(name, why),
  });

  function hearOther(text: string): void {
    recorder.hear(name, text);
    const reply = language.reply(text);
    if (reply !== null) wire.send(reply);
    else if (text.includes('"errors"') || text.includes('"type":"error"')) hearProblem(text);
    else if (watching !== null) hearWatched(watching, text);
    else if (language.isAnswer(text)) asking?.resolve();
    else if (language.isWelcome(text)) welcomed?.();
  }

  function hearProblem(text: string): void {
    if (asking !== null) asking.reject(new Refused(text));
    else if (!recorder.isOn()) throw new Error(`${name} was told: ${text}`);
  }

  function hearWatched(watch: Watching, text: string): void {
    if (!language.isTold(text) || --watch.told > 0) return;
    watching = null;
    watch.done();
  }

  const hello = language.hello(name);
  if (hello !== null) {
    const welcome = new Promise<void>((resolve) => {
      welcomed = resolve;
    });
    wire.send(hello);
    await welcome;
    welcomed = null;
  }

  return {
    name,
    watch(people) {
      const { messages, told } = language.watch(++last, people);
      return new Promise((done) => {
        watching = { told, done };
        for (const message of messages) wire.send(message);
      });
    },
    async set(text) {
      try {
        await new Promise<void>((resolve, reject) => {
          asking = { resolve, reject };
          wire.send(language.set(++last, text));
        });
      } finally {
        asking = null;
      }
    },
  };
}
