/**
 * Several servers that share a Redis of their own, for tests that break them: real processes on loopback, all of them
 * killed after the test.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import { onEndings } from './endings.ts';
import { findProgram } from './program.ts';
import { REDIS_NAMES } from './redis.ts';
import { type Program, runNode, type ServerProcess, untilListening } from './server-process.ts';

type Environment = Readonly<Record<string, string>>;

export interface PrivateRedis {
  readonly url: string;
  readonly port: number;
  /** On a connection of its own, which outlives a crash. */
  command(name: string, ...args: readonly string[]): Promise<unknown>;
  /** kill -9. */
  crash(): Promise<void>;
  /** Starts it again on its port after a crash, with what it has on disk. */
  start(): Promise<void>;
  /** SIGSTOP: connections stay open, nobody answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
}

export interface RedisOptions {
  /** Whether every write is on disk before it is answered; otherwise nothing ever is. */
  readonly aof?: boolean;
  /** More arguments for redis-server. */
  readonly args?: readonly string[];
}

export async function startPrivateRedis({ aof = false, args = [] }: RedisOptions = {}): Promise<PrivateRedis> {
  const program = findProgram(REDIS_NAMES);
  if (program === undefined) throw new Error('These tests need a redis-server or valkey-server on PATH.');
  const folder = await mkdtemp(join(tmpdir(), 'presence-faults-'));
  folders.add(folder);
  const port = await lastingPort();
  const options = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', ...args];
  const persistence = aof ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  const client = new Redis({ port, retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => {}); // it is tried again
  clients.add(client);
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = spawn(program ?? '', [...options, ...persistence], { stdio: 'ignore' });
    children.add(child);
    const info = await client.info('server');
    if (!info.includes(`process_id:${child.pid}\r`)) throw new Error(`Another Redis answers on port ${port}.`);
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    command: (name, ...words) => client.call(name, ...words),
    crash: () => kill(child),
    start,
    pause: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
  };
}

/**
 * One that is still free when its Redis comes back: below those from which the system takes the near end of connections.
 * Whoever tries to connect to one of those again and again ends up, sooner or later, connected to themselves.
 */
async function lastingPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer().listen(port, '127.0.0.1');
    const [taken] = await Promise.race([once(server, 'error'), once(server, 'listening')]);
    if (taken !== undefined) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

export interface Fleet {
  readonly redis: PrivateRedis;
  readonly nodes: readonly ServerProcess[];
}

/** @param env the configuration of every node */
export async function startFleet(
  size: number,
  { env = {}, ...redisOptions }: RedisOptions & { readonly env?: Environment } = {},
): Promise<Fleet> {
  const redis = await startPrivateRedis(redisOptions);
  const nodes = await Promise.all(Array.from({ length: size }, () => startNode(redis.url, env)));
  return { redis, nodes };
}

/** @param aheadBy how far its clock is ahead of everybody else's, in ms */
export async function startNode(redisUrl: string, env: Environment = {}, aheadBy = 0): Promise<ServerProcess> {
  return untilListening(tryNode(redisUrl, env, aheadBy));
}

/** The same without waiting until it listens, for one that is refused. */
export function tryNode(redisUrl: string, env: Environment = {}, aheadBy = 0): Program {
  return runNode([...shiftedClock(aheadBy), inject('serverProgram')], { ...FOR_TESTS, REDIS_URL: redisUrl, ...env });
}

const FOR_TESTS = { PORT: '0', LOG_LEVEL: 'warn', PRESENCE_WATCH_LIMIT: '1000', PRESENCE_DRAIN_TIME: '0.1' };

/** Arguments for node with which every way to ask for the time of day is off by `ms`. */
function shiftedClock(ms: number): readonly string[] {
  if (ms === 0) return [];
  const script = `const Real = Date;
    globalThis.Date = class Date extends Real {
      constructor(...given) { super(...(given.length === 0 ? [Date.now()] : given)); }
      static now() { return Real.now() + ${ms}; }
    };`;
  return ['--import', `data:text/javascript,${encodeURIComponent(script)}`];
}

/** Resolves once `condition` holds; rejects with what was awaited when it does not within `limit` ms. */
export async function until(what: string, condition: () => unknown, limit = 20_000): Promise<void> {
  const end = performance.now() + limit;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`After ${limit / 1_000} s still not: ${what}`);
    await pause(10);
  }
}

/** For time that has to pass because a test is about it. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const children = new Set<ChildProcess>();
const clients = new Set<Redis>();
const folders = new Set<string>();

onEndings({
  async afterTest() {
    for (const client of clients) client.disconnect();
    clients.clear();
    await Promise.all([...children].map(kill));
    children.clear();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
    folders.clear();
  },
});
// A worker that is cut short leaves no Redis behind.
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

async function kill(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
