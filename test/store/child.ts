/** Another process that runs a file of this folder. It reports on standard output, one line for each thing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

export interface Child {
  readonly process: ChildProcess;
  send(line: string): void;
  /** The next line; throws when the process ended without one. */
  line(): Promise<string>;
  /** Ends the process as a power failure would, and resolves once it is gone. */
  kill(): Promise<void>;
}

/** Killed after the test. */
export function start(file: string, ...args: readonly string[]): Child {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, file), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  return {
    process: child,
    send: (line) => void child.stdin.write(`${line}\n`),
    async line() {
      const next = await lines.next();
      if (next.done) throw new Error(`${file} ended too early (${child.exitCode ?? child.signalCode}).`);
      return next.value;
    },
    kill,
  };
}
