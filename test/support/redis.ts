import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findProgram } from './program.ts';

export interface RedisServer {
  readonly url: string;
  /** Kills the server and removes its folder. May be called twice. */
  readonly stop: () => Promise<void>;
}

export const REDIS_NAMES = ['redis-server', 'valkey-server'];

/**
 * Starts a Redis that keeps nothing on disk, on a free port of 127.0.0.1. For tests that stop or starve their Redis;
 * the others share the one at `inject('redisUrl')`.
 * @throws Error saying what to install when neither Redis nor Valkey is on PATH.
 */
export async function startRedis(): Promise<RedisServer> {
  const program = findProgram(REDIS_NAMES);
  if (!program) throw new Error(MISSING);
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(program);
    } catch (error) {
      // Another process can take the port between our look and Redis' bind.
      if (attempt === 3) throw error;
    }
  }
}

/** @throws Error naming the server when nothing answers a PING there within 5 s. */
export async function assertAnswers(url: string): Promise<void> {
  const client = connect(url);
  try {
    await client.ping();
  } catch (error) {
    // Not as `cause`: vitest cannot print an error whose name is a getter, as those of ioredis are.
    throw new Error(`The Redis at REDIS_URL (${new URL(url).host}) does not answer: ${error}`);
  } finally {
    client.disconnect();
  }
}

const MISSING =
  'The tests need Redis. Install redis-server or valkey-server (Debian, Ubuntu: `apt-get install redis-server`; macOS: ' +
  '`brew install redis`) or set REDIS_URL to a Redis that tests may write to.';

async function launch(program: string): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'presence-redis-'));
  const port = await freePort();
  const child = spawn(program, [...OPTIONS, '--port', String(port), '--dir', folder], { stdio: 'ignore' });
  const killAtExit = (): boolean => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      process.off('exit', killAtExit);
      await kill(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await untilAnswers(server.url, child);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

const OPTIONS = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];

async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  const client = connect(url);
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with exit code ${code} before it answered.`)));
  });
  try {
    const info = await Promise.race([client.info('server'), failed]);
    if (!info.includes(`process_id:${child.pid}\r`)) throw new Error(`Another Redis answers at ${url}.`);
  } finally {
    client.disconnect();
  }
}

/** A client that tries for 5 s: 100 attempts, 50 ms apart. */
function connect(url: string): Redis {
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: 100 });
  client.on('error', () => {}); // the command's own promise reports the failure
  return client;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}
