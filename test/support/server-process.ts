/**
 * A server as its operator runs it: a process of its own on a port of its own, compiled for this run of the tests
 * (built-server.ts). One test in test/process/readme.test.ts runs `npm start` itself, on a copy.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { onEndings } from './endings.ts';
import { client, type Service } from './service.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

type Environment = Readonly<Record<string, string>>;

interface Exit {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** How long after the start, or after `kill`. Milliseconds. */
  readonly took: number;
}

export interface Program {
  readonly exited: Promise<Exit>;
  /** Everything it printed so far, to both outputs. */
  output(): string;
  /** Resolves with the first match in its output; rejects when it ends without one. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** SIGTERM unless said otherwise, to it and to what it has started, as Ctrl-C in a terminal does. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
}

export interface ServerProcess extends Program, Pick<Service, 'ask' | 'connect'> {
  readonly url: string;
}

/**
 * Resolves when it listens. Killed after the test, or after all of the file's when it was started before them.
 * `env` is its whole configuration: nothing comes from the environment of the tests.
 */
export function startProcess(env: Environment = {}): Promise<ServerProcess> {
  return untilListening(runServer(env));
}

/** The same without waiting, for one that is refused. */
export function runServer(env: Environment = {}): Program {
  return runNode([inject('serverProgram')], { PORT: '0', DATA_DIR: 'memory', ...env });
}

/** @throws Error with its output when it ends instead. */
export async function untilListening(program: Program): Promise<ServerProcess> {
  const [, url = ''] = await program.says(/Presence is on (http\S+)\/graphql/);
  return { ...program, url, ...client(url) };
}

/** Any script in a process of its own, with the project's packages at hand; killed after the test. */
export function runNode(args: readonly string[], env: Environment = {}): Program {
  return run(process.execPath, args, { env });
}

/** Any program, killed after the test with all that it has started. */
export function run(
  command: string,
  args: readonly string[],
  { env, cwd = ROOT }: { readonly env: Environment; readonly cwd?: string },
): Program {
  const { PATH = '', HOME = '', TMPDIR = tmpdir() } = process.env;
  const started = performance.now();
  const child = spawn(command, args, {
    cwd,
    env: { PATH, HOME, TMPDIR, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, so that it can be killed with its children
  });
  owners.add(child);
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  let since = started;
  const exited = once(child, 'close').then(
    ([code, signal]): Exit => ({ code, signal, took: Math.round(performance.now() - since) }),
  );
  return {
    exited,
    output: () => output,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(output);
          if (found === null) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
        exited.then(({ code }) => reject(new Error(`It ended with ${code} without a word of ${pattern}:\n${output}`)));
      }),
    kill(signal = 'SIGTERM') {
      since = performance.now();
      signalAll(child, signal);
      return exited;
    },
  };
}

/** A directory of its own, removed after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'presence-process-'));
  directories.add(directory);
  return directory;
}

/** For those who need the same port twice. */
export async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return String(address.port);
}

// Whoever was started before the tests serves all of them; whoever was started in one ends with it.
const shared = new Set<ChildProcess>();
const own = new Set<ChildProcess>();
let owners = shared;
const directories = new Set<string>();

onEndings({
  beforeTest() {
    owners = own;
  },
  async afterTest() {
    owners = shared;
    await end(own);
  },
  async afterFile() {
    await end(shared);
    for (const directory of directories) await rm(directory, { recursive: true, force: true });
    directories.clear();
  },
});
// A worker that is cut short leaves no server behind.
process.once('exit', () => {
  for (const child of [...own, ...shared]) signalAll(child, 'SIGKILL');
});

async function end(children: Set<ChildProcess>): Promise<void> {
  const closings = [...children].map((child) => {
    const closed = child.exitCode === null && child.signalCode === null ? once(child, 'close') : null;
    signalAll(child, 'SIGKILL');
    return closed;
  });
  children.clear();
  await Promise.all(closings);
}

/** The process and those it has started. */
function signalAll({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // None of them is there any more.
  }
}
