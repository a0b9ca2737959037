/** Redis processes of a test's own, to be killed and paused. They keep nothing on disk, and end with the test process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import { findProgram } from './program.ts';
import { REDIS_NAMES } from './redis.ts';

export interface RedisProcess {
  readonly port: number;
  readonly url: string;
  /** One command, on a connection of its own. */
  ask(...command: readonly (string | number)[]): Promise<unknown>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: it keeps its connections and answers nobody. */
  pause(): void;
  resume(): void;
  /** After `kill`: the same port and folder, and nothing else of what it knew. */
  restart(): Promise<void>;
  /** Kills it, and removes its folder. May be called again. */
  stop(): Promise<void>;
}

export interface LaunchOptions {
  readonly args?: readonly string[];
  /** Arguments before all others, as for a configuration file; those that every Redis has are then left out. */
  readonly first?: readonly string[];
  /** The argument that takes the port. */
  readonly port?: string;
  /** What is to be in its folder, which is where it runs, before it starts. */
  readonly prepare?: (folder: string) => Promise<void>;
  /** How to connect, where that takes more than the port. */
  readonly connect?: RedisOptions;
}

export const PATIENCE = 30_000; // ms; for a slow machine that runs other tests beside these

export async function launchRedis(options: LaunchOptions = {}): Promise<RedisProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(options);
    } catch (error) {
      // Another process can take the port between our look and Redis's bind.
      if (attempt === 3) throw error;
    }
  }
}

async function launch({ args = [], first, port: listen = '--port', prepare, connect = {} }: LaunchOptions) {
  const program = findProgram(REDIS_NAMES) ?? 'redis-server';
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'presence-redis-'));
  await prepare?.(folder);
  let child = start();

  function start(): ChildProcess {
    const all = [...(first ?? COMMON), ...args, listen, String(port)];
    const started = spawn(program, all, { cwd: folder, stdio: 'ignore' });
    started.on('error', () => {}); // told by `answers`
    return started;
  }

  async function ask(...[name = '', ...rest]: readonly (string | number)[]): Promise<unknown> {
    const client = new Redis({ port, ...connect, lazyConnect: true, retryStrategy: () => null, commandTimeout: 2_000 });
    client.on('error', () => {}); // told by the rejections below
    try {
      await client.connect();
      return await client.call(String(name), ...rest.map(String));
    } finally {
      client.disconnect();
    }
  }

  /** Whether it is this one that answers. */
  async function answers(): Promise<boolean> {
    if (child.pid === undefined || child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
    const info = await ask('INFO', 'server').catch(() => '');
    return String(info).includes(`process_id:${child.pid}\r`);
  }

  async function kill(): Promise<void> {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const self: RedisProcess = {
    port,
    url: `redis://127.0.0.1:${port}`,
    ask,
    kill,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async restart() {
      child = start();
      await until('Redis answers again', answers);
    },
    async stop() {
      process.off('exit', killAtExit);
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await until('Redis answers', answers);
    return self;
  } catch (error) {
    await self.stop();
    throw error;
  }
}

// A replica would otherwise wait five seconds for others to come.
const COMMON = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--repl-diskless-sync-delay', '0'];

/** Looks again and again; for what another process does, which tells nobody when it has. */
export async function until(what: string, look: () => Promise<boolean>, ms = PATIENCE): Promise<void> {
  for (const end = performance.now() + ms; ; ) {
    if (await look()) return;
    if (performance.now() > end) throw new Error(`${what}: not within ${ms} ms`);
    await sleep(25);
  }
}

const PORTS = { from: 11_000, to: 21_000 }; // below those that the system gives away by itself, also 10,000 further up

/** One that is free together with the one 10,000 above it, on which a cluster's nodes talk to each other. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
