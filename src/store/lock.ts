/**
 * One process at a time in a data directory. Node has no file locks, so a lock is a flag: a Unix socket in the
 * directory, which is up for exactly as long as its process lives. What `kill -9` leaves behind answers nobody and so
 * is in nobody's way.
 *
 * Everyone raises a flag of their own first and looks for others afterwards. So of two who race at least the later one
 * sees the other; when they see each other, the flag with the greater name goes down.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { connect, createServer, type ListenOptions, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreRefused } from './store.ts';

export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock of a directory that is there.
 * @throws StoreRefused when somebody has it, in this process or another.
 */
export async function takeLock(directory: string): Promise<Lock> {
  const real = await realpath(directory);
  if (process.platform === 'win32') return takePipe(real);
  const place = await placeOf(real);
  // Whoever has the lock is seen before anything is written.
  if ((await look(place)).up.length > 0) throw inUse(directory);
  const flag = await raise(place);
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const others = await look(place, flag.name);
    if (!others.sawOwn) break;
    if (others.up.length === 0) {
      await Promise.all(others.down.map((name) => rm(join(place, name), { force: true })));
      return { release: flag.lower };
    }
    if (others.up.some((name) => name < flag.name)) break;
  }
  await flag.lower();
  throw inUse(directory);
}

/** Looks at somebody who was just as quick, until they give way; about a second. */
const MOST_LOOKS = 2_000;

const FLAG = /^lock-[0-9a-f]{12}\.sock$/;
const NAME_BYTES = 'lock-0123456789ab.sock'.length;
const LONGEST_PATH = 100; // bytes; the address of a Unix socket holds 103 on macOS, 107 on Linux

/** The directory itself, or for a path too long for a socket one in the system's temporary directory, by its hash. */
async function placeOf(directory: string): Promise<string> {
  if (Buffer.byteLength(directory) + 1 + NAME_BYTES <= LONGEST_PATH) return directory;
  const place = join(tmpdir(), `presence-${hashOf(directory)}`);
  await mkdir(place, { recursive: true, mode: 0o700 });
  return place;
}

interface Look {
  /** The flags of others whose process lives. */
  readonly up: readonly string[];
  /** The flags of others whose process is gone; or is raising it, but then it will look only later. */
  readonly down: readonly string[];
  /** Whoever got the lock may have taken a flag down that was just being raised. */
  readonly sawOwn: boolean;
}

async function look(place: string, own?: string): Promise<Look> {
  const entries = await readdir(place, { withFileTypes: true });
  const names = entries.filter((each) => each.isSocket() && FLAG.test(each.name)).map(({ name }) => name);
  const others = names.filter((name) => name !== own);
  const answers = await Promise.all(others.map(async (name) => ({ name, up: await isUp(join(place, name)) })));
  const those = (up: boolean) => answers.filter((each) => each.up === up).map(({ name }) => name);
  return { up: those(true), down: those(false), sawOwn: own !== undefined && names.includes(own) };
}

/** Whether somebody listens there. The system answers, not the process: a stopped or busy one counts too. */
function isUp(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Only these two prove that nobody is there.
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

async function raise(place: string): Promise<{ readonly name: string; lower(): Promise<void> }> {
  const name = `lock-${randomBytes(6).toString('hex')}.sock`;
  const path = join(place, name);
  // Any user may look: one who could not would not know a dead flag from a living one.
  const server = await listen({ path, writableAll: true });
  const lower = async () => {
    await close(server);
    await rm(path, { force: true });
  };
  return { name, lower };
}

/** Pipes have one owner, and no file that could stay behind. */
async function takePipe(directory: string): Promise<Lock> {
  try {
    const server = await listen({ path: `\\\\.\\pipe\\presence-${hashOf(directory.toLowerCase())}` });
    return { release: () => close(server) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') throw inUse(directory);
    throw error;
  }
}

function listen(options: ListenOptions): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', reject);
    // `exclusive`: a worker of node:cluster would otherwise share the socket of its siblings.
    server.listen({ ...options, exclusive: true }, () => {
      server.off('error', reject);
      // Somebody who looked could not be accepted (too many open files); they were answered all the same.
      server.on('error', () => undefined);
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

function inUse(directory: string): StoreRefused {
  return new StoreRefused(
    `The data directory ${directory} is in use by another running server. Stop that one first, or give each a directory of its own.`,
  );
}
