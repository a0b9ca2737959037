/** What one measurement works with: servers, Redises and load generators of its own, all of them ended with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchRedis, type RedisProcess } from '../test/support/redis-process.ts';
import { type Child, startChild } from './child.ts';
import { CONTENDERS, type Contender, type ContenderName } from './contenders.ts';
import type { DialectName } from './load/dialect.ts';
import type { Asked, Order } from './load/order.ts';
import type { Sizes } from './sizes.ts';
import { within } from './within.ts';

const LIMIT = 180_000; // ms for one contender's measurement

export interface Lab {
  readonly sizes: Sizes;
  redis(): Promise<RedisProcess>;
  /** On this Redis, or on one of its own. */
  serve(name: ContenderName, redis?: RedisProcess): Promise<Server>;
  /** A load generator. It starts while what follows does; whatever it is asked for waits. */
  load(): Asked;
  /** What is to happen when the measurement is over, however it ends. */
  later(stop: () => Promise<unknown>): void;
}

export interface Server {
  readonly url: string;
  readonly dialect: DialectName;
  /** Microseconds of processor time, user and system, that it took while `work` went on. */
  cpuDuring(work: () => Promise<unknown>): Promise<number>;
  /** Bytes of resident memory, after garbage collection that leaves no holes. */
  memory(): Promise<number>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Runs `work`, and afterwards ends everything that it started, the newest first. */
export async function inLab<Result>(sizes: Sizes, work: (lab: Lab) => Promise<Result>): Promise<Result> {
  const stops: (() => Promise<unknown>)[] = [];
  const loads: (() => Promise<unknown>)[] = [];
  const later = (stop: () => Promise<unknown>) => void stops.push(stop);

  async function redis(): Promise<RedisProcess> {
    const launched = await launchRedis();
    later(launched.stop);
    return launched;
  }

  async function serve(name: ContenderName, given?: RedisProcess): Promise<Server> {
    const contender: Contender = CONTENDERS[name];
    const { url } = given ?? (await redis());
    const folder = await mkdtemp(join(tmpdir(), 'presence-bench-'));
    later(() => rm(folder, { recursive: true, force: true }));
    const child = startChild(['--expose-gc', '--import', './bench/peers/inside.js', contender.script], {
      REDIS_URL: url,
      DATA_DIR: folder,
      ...contender.env,
    });
    later(() => child.stop('SIGKILL')); // 10,000 goodbyes take time, and nobody is left to hear them
    const [, listening = ''] = await child.says(/(http:\/\/127\.0\.0\.1:\d+)/);
    return { url: listening, dialect: contender.dialect, ...meters(child) };
  }

  function load(): Asked {
    const child = startChild(['--import', 'tsx', 'bench/load/main.ts']);
    loads.push(() => child.stop('SIGKILL'));
    return remote(child);
  }

  try {
    return await within(LIMIT, work({ sizes, redis, serve, load, later }), () => 'it does not come to an end');
  } finally {
    // Clients first: to them a server that goes is a failure.
    for (const stop of [...loads, ...stops.reverse()]) await stop();
  }
}

function meters(child: Child): Pick<Server, 'cpuDuring' | 'memory' | 'kill'> {
  const ask = async (what: string) => Number(await child.ask({ ask: what }));
  return {
    async cpuDuring(work) {
      const before = await ask('cpu');
      await work();
      return (await ask('cpu')) - before;
    },
    async memory() {
      await ask('compact');
      await ask('memory'); // what one collection frees, the next gives back
      return ask('memory');
    },
    kill: () => child.stop('SIGKILL'),
  };
}

/** The load generator's own functions, called by IPC: what comes back is what they resolve with there. */
function remote(child: Child): Asked {
  const call =
    <Verb extends keyof Asked>(verb: Verb) =>
    (given?: Parameters<Asked[Verb]>[0]) =>
      child.ask({ verb, given } satisfies Omit<Order, 'id'>) as ReturnType<Asked[Verb]>;
  return {
    open: call('open'),
    watch: call('watch'),
    change: call('change'),
    ask: call('ask'),
    record: call('record'),
    told: call('told'),
    flow: call('flow'),
    query: call('query'),
  };
}
