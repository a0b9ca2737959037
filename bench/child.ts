/** A process of the bench that answers what it is asked over IPC, and ends when the bench does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Child {
  /** Resolves with the answer to `order`; rejects with the problem that it tells, or when it ends instead. */
  ask(order: object): Promise<unknown>;
  /** Resolves with the first match in what it printed. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** SIGTERM unless said otherwise; resolves when it is gone. May be called again. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const ROOT = join(import.meta.dirname, '..');
const PATIENCE = 10_000; // ms for a process to end by itself

/** @param env the whole environment of it, besides PATH */
export function startChild(args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const { stdout } = child;
  if (stdout === null) throw new Error('a child without an output');
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let said = '';
  stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.on('message', ({ id, value, problem }: { id: number; value: unknown; problem?: string }) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (problem === undefined) asked?.resolve(value);
    else asked?.reject(new Error(problem));
  });
  const gone = once(child, 'exit').then(([code, signal]) => {
    for (const { reject } of waiting.values()) reject(new Error(`${args.join(' ')} ended with ${code ?? signal}`));
    waiting.clear();
  });

  return {
    ask: (order) =>
      new Promise((resolve, reject) => {
        if (!child.connected) return reject(new Error(`${args.join(' ')} has ended`));
        const id = ++last;
        waiting.set(id, { resolve, reject });
        child.send({ ...order, id });
      }),
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(said);
          if (found !== null) resolve(found);
        };
        stdout.on('data', look);
        gone.then(() => reject(new Error(`${args.join(' ')} ended and had only said: ${said}`)), reject);
        look();
      }),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
      await gone;
      clearTimeout(timer);
    },
  };
}
