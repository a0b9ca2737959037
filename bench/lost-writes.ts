/**
 * How many changes that were answered Redis loses when it is killed under load, and for how long nobody can write:
 * `npx tsx bench/lost-writes.ts [rounds]`. The process that writes is killed together with Redis, so that nobody is left
 * who remembers; killing leaves what the operating system has in its buffers, which losing the machine does not.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { asMillis, asSiteId, asUserId, type Person } from '../src/presence/ids.ts';
import { personKey } from '../src/store/key.ts';
import { createKeys } from '../src/store/redis/keys.ts';
import { openRedisStore, type RedisStore } from '../src/store/redis/redis.ts';
import { startCluster } from '../test/support/redis-cluster.ts';
import { launchRedis } from '../test/support/redis-process.ts';

const PREFIX = 'bench:';
const WARM_UP = 4_000; // ms; a process has to start, too
const LOAD = 3_000; // ms
const FAILOVER = 10_000; // ms until the replica of a dead master has long taken over
const people = Array.from({ length: 200 }, (_, at): Person => ({ site: asSiteId('s'), user: asUserId(`user-${at}`) }));

const [, script = '', what, given = ''] = process.argv;
if (what === 'write') await write(given);
else await measure(Number(what ?? 3));

async function measure(rounds: number): Promise<void> {
  for (const [name, args] of [
    ['append-only file, everysec', ['--appendonly', 'yes', '--appendfsync', 'everysec']],
    ['append-only file, always', ['--appendonly', 'yes', '--appendfsync', 'always']],
    ['no append-only file', []],
  ] as const) {
    for (let round = 0; round < rounds; round++) await killSingle(name, args);
  }
  for (let round = 0; round < rounds; round++) await killMaster('cluster, master and writer killed', true);
  for (let round = 0; round < rounds; round++) await killMaster('cluster, master killed', false);
}

async function killSingle(name: string, args: readonly string[]): Promise<void> {
  const redis = await launchRedis({ args });
  const writer = startWriter(redis.url);
  await pause(WARM_UP + LOAD);
  writer.child.kill('SIGKILL');
  await redis.kill();
  await redis.restart();
  await tell(name, writer, redis.url);
  await redis.stop();
}

async function killMaster(name: string, writerToo: boolean): Promise<void> {
  const cluster = await startCluster();
  const writer = startWriter(cluster.url);
  await pause(WARM_UP + LOAD);
  const [somebody] = people;
  const victim = await cluster.masterOf(createKeys(PREFIX).record(somebody === undefined ? '' : personKey(somebody)));
  writer.forgetGaps();
  if (writerToo) writer.child.kill('SIGKILL');
  await victim.kill();
  await pause(FAILOVER);
  if (!writerToo) writer.child.kill('SIGKILL');
  await tell(name, writer, cluster.nodes.find((node) => node !== victim)?.url ?? '');
  await cluster.stop();
}

async function tell(name: string, writer: Writer, url: string): Promise<void> {
  if (writer.child.exitCode === null && writer.child.signalCode === null) await once(writer.child, 'exit');
  const store = await open(url);
  const records = await store.read(people);
  await store.close();
  const lost = people.reduce((sum, { user }, at) => {
    const count = Number(records[at]?.lastActive ?? 0);
    return sum + Math.max(0, (writer.answered.get(user) ?? 0) - count);
  }, 0);
  const all = [...writer.answered.values()].reduce((sum, count) => sum + count, 0);
  const figures = `${String(lost).padStart(8)} lost of ${String(all).padStart(8)} answered`;
  process.stdout.write(`${name.padEnd(36)} ${figures}, longest wait of one person ${writer.longestGap()} ms\n`);
}

interface Writer {
  readonly child: ChildProcess;
  /** What each person had counted to when that was last answered. */
  readonly answered: ReadonlyMap<string, number>;
  forgetGaps(): void;
  longestGap(): number;
}

function startWriter(url: string): Writer {
  const args = ['--import', 'tsx', script, 'write', url];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const answered = new Map<string, number>();
  const heard = new Map<string, number>();
  let gap = 0;
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    const now = performance.now();
    for (const line of lines) {
      const [user = '', count] = line.split(' ');
      gap = Math.max(gap, now - (heard.get(user) ?? now));
      heard.set(user, now);
      answered.set(user, Number(count));
    }
  });
  return {
    child,
    answered,
    forgetGaps: () => {
      gap = 0;
    },
    longestGap: () => Math.round(gap),
  };
}

/** Counts for everybody, one change of each at a time, and says which were answered; until it is killed. */
async function write(url: string): Promise<void> {
  const store = await open(url);
  await Promise.all(
    people.map(async (person) => {
      for (;;) {
        try {
          const { lastActive } = await store.update(person, (record) => ({
            ...record,
            lastActive: asMillis((record.lastActive ?? 0) + 1),
          }));
          writeSync(1, `${person.user} ${lastActive}\n`);
        } catch {
          await pause(20);
        }
      }
    }),
  );
}

function open(url: string): Promise<RedisStore> {
  return openRedisStore({
    url,
    prefix: PREFIX,
    wall: Date.now,
    later(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
