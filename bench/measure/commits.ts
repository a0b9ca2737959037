/** How many updates one Redis serves, from one process and from two, beside what redis-benchmark sets of the same size. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RedisProcess } from '../../test/support/redis-process.ts';
import { startChild } from '../child.ts';
import type { Measurement } from '../measurement.ts';
import type { Task } from './committer.ts';

const AT_ONCE = 50; // updates under way in all; redis-benchmark has as many clients
const PEOPLE = 1_000;

export const commits: Measurement = {
  contenders: ['ours'],
  async measure(lab) {
    const { commits: updates } = lab.sizes;
    const redis = await lab.redis();
    const processes = ['one', 'two'].map((prefix) => ({ prefix, ...startChild(['--import', 'tsx', SCRIPT]) }));
    for (const { stop } of processes) lab.later(() => stop('SIGKILL'));

    /** Updates a second, and microseconds of Redis's processor time for each. */
    async function run(count: number, chosen: typeof processes) {
      const each = { url: redis.url, updates: count / chosen.length, atOnce: AT_ONCE / chosen.length };
      const cpu = await redisCpu(redis);
      const begun = performance.now();
      await Promise.all(chosen.map(({ ask, prefix }) => ask({ ...each, prefix } satisfies Task)));
      const millis = performance.now() - begun;
      return { rate: (count * 1_000) / millis, cpu: ((await redisCpu(redis)) - cpu) / count };
    }

    await run(updates / 5, processes); // until the code is compiled
    const single = await run(updates, processes.slice(0, 1));
    const both = await run(updates, processes);
    const sets = await plainSets(redis, updates);
    return {
      commitRate: both.rate,
      commitCpu: both.cpu,
      commitShare: both.rate / sets,
      commitOneRate: single.rate,
      commitOneShare: single.rate / sets,
      setRate: sets,
    };
  },
};

const SCRIPT = 'bench/measure/committer.ts';

async function redisCpu(redis: RedisProcess): Promise<number> {
  const info = String(await redis.ask('INFO', 'cpu'));
  const seconds = (name: string) => Number(new RegExp(`^used_cpu_${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
  return (seconds('user') + seconds('sys')) * 1_000_000;
}

async function plainSets({ port }: RedisProcess, count: number): Promise<number> {
  const args = { p: port, t: 'set', n: count, c: AT_ONCE, d: 200, r: PEOPLE, P: 1 };
  const all = Object.entries(args).flatMap(([name, value]) => [`-${name}`, String(value)]);
  const { stdout } = await promisify(execFile)('redis-benchmark', [...all, '--csv']);
  return Number(/"SET","([\d.]+)"/.exec(stdout)?.[1]);
}
