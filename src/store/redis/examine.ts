/**
 * Looks at a Redis as its operator would have to: whether it keeps what it is given, whether it lets the service do what
 * it has to, and whether anybody is there. It changes nothing but a key of its own, which it removes.
 * Each server of a cluster is asked by itself, because what is wrong with one may keep a cluster client from connecting.
 */
import { Cluster, type Redis } from 'ioredis';
import type { Finding } from '../finding.ts';
import { type Connected, checkVersion, connect, contact, fieldOf, hostOf } from './client.ts';
import { createKeys, SHARDS } from './keys.ts';
import type { RedisStoreOptions } from './redis.ts';

const MOST_SKEW = 1_000; // ms
const OVERDUE = 10_000; // ms after which whoever should have settled a record is not there
const ALL_SLOTS = 16_384;
const FULL = 0.9; // of maxmemory

/** Never rejects: that Redis cannot be reached is something found. */
export async function examineRedis(options: RedisStoreOptions): Promise<readonly Finding[]> {
  const first = await examineServers(options);
  if (first.some(({ about, level }) => level === 'fail' && FATAL.has(about))) return first;
  return [...first, ...(await examineService(options))];
}

/** What makes further questions vain. */
const FATAL = new Set(['connection', 'version', 'cluster']);

async function examineServers({ url, wall }: RedisStoreOptions): Promise<readonly Finding[]> {
  const opened: Redis[] = [];
  try {
    const first = await contact(url);
    opened.push(first);
    const { version, cluster } = checkVersion(await first.info());
    const findings: Finding[] = [
      { level: 'ok', about: 'connection', says: `${hostOf(url)} answers` },
      { level: 'ok', about: 'version', says: `Redis ${version}${cluster ? ', a cluster' : ''}` },
    ];
    if (cluster) findings.push(clusterFinding(String(await first.cluster('INFO'))));
    const masters: Redis[] = [];
    for (const place of cluster ? await mastersOf(first) : []) {
      const master = await contact(url, place);
      opened.push(master);
      masters.push(master);
    }
    findings.push(...(await examineEach(cluster ? masters : [first], wall)));
    return findings;
  } catch (error) {
    return [failed(error, 'connection', 'Look whether it runs, and at REDIS_URL: host, port, user and password.')];
  } finally {
    for (const each of opened) each.disconnect();
  }
}

async function examineEach(servers: readonly Redis[], wall: () => number): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const skews: number[] = [];
  for (const server of servers) {
    const name = servers.length > 1 ? `${server.options.host}:${server.options.port}: ` : '';
    const info = await server.info();
    findings.push(
      ...[roleOf(info), persistence(info), memory(info), ...replicasOf(info)].map((each) => ({
        ...each,
        says: name + each.says,
      })),
    );
    skews.push(await skewOf(server, wall));
  }
  return [...findings, ...clocks(skews)];
}

const mastersOf = async (first: Redis): Promise<readonly { readonly host: string; readonly port: number }[]> => {
  const ranges = await first.cluster('SLOTS');
  const { host: own = '127.0.0.1' } = first.options;
  const masters = ranges.flatMap(([, , master]) =>
    master === undefined ? [] : [{ host: master[0] || own, port: Number(master[1]) }],
  );
  return [...new Map(masters.map((each) => [`${each.host}:${each.port}`, each])).values()];
};

function clusterFinding(info: string): Finding {
  const [state, assigned] = [fieldOf(info, 'cluster_state'), Number(fieldOf(info, 'cluster_slots_assigned'))];
  const ok = Number(fieldOf(info, 'cluster_slots_ok'));
  if (state === 'ok' && ok === ALL_SLOTS)
    return { level: 'ok', about: 'cluster', says: `all ${ALL_SLOTS} slots are served` };
  return {
    level: 'fail',
    about: 'cluster',
    says: `its state is ${state}: ${assigned} of ${ALL_SLOTS} slots are assigned, and ${ok} of them are served`,
    todo: 'Assign the rest (redis-cli --cluster fix), and bring masters that are down back, or their replicas up.',
  };
}

function roleOf(info: string): Finding {
  const role = fieldOf(info, 'role');
  if (role === 'master') return { level: 'ok', about: 'role', says: 'is a master' };
  const todo = 'Point REDIS_URL at the master, or at the sentinels (sentinel://…).';
  return {
    level: 'fail',
    about: 'role',
    says: `is a ${role === 'slave' ? 'replica' : role}, which takes no changes`,
    todo,
  };
}

function persistence(info: string): Finding {
  const about = 'persistence';
  if (fieldOf(info, 'aof_enabled') !== '1') {
    const todo = 'Set appendonly yes, in its configuration file too.';
    return {
      level: 'fail',
      about,
      says: 'writes no append-only file: a crash loses statuses, and hides nobody any more',
      todo,
    };
  }
  const broken = ['aof_last_write_status', 'aof_last_bgrewrite_status'].filter((name) => fieldOf(info, name) === 'err');
  if (broken.length > 0) {
    return {
      level: 'fail',
      about,
      says: `could not write its append-only file (${broken.join(', ')})`,
      todo: 'Look at its disk and its log.',
    };
  }
  return { level: 'ok', about, says: 'writes an append-only file' };
}

function memory(info: string): Finding {
  const about = 'memory';
  const [policy, most, used] = [
    fieldOf(info, 'maxmemory_policy'),
    Number(fieldOf(info, 'maxmemory')),
    Number(fieldOf(info, 'used_memory')),
  ];
  const todo = 'Set maxmemory-policy noeviction.';
  if (policy !== '' && policy !== 'noeviction') {
    return most > 0
      ? { level: 'fail', about, says: `evicts keys when memory is short (${policy}), which forgets people`, todo }
      : { level: 'warn', about, says: `would evict keys (${policy}) if it had a maxmemory`, todo };
  }
  if (most > 0 && used > most * FULL) {
    return {
      level: 'warn',
      about,
      says: `has ${Math.round((used / most) * 100)} % of its maxmemory in use`,
      todo: 'Raise maxmemory: when it is full, changes are refused.',
    };
  }
  return { level: 'ok', about, says: `evicts nothing, and has ${Math.round(used / 2 ** 20)} MiB in use` };
}

/** One alone may be meant so; a cluster's master without a replica takes its share of people along. */
function replicasOf(info: string): readonly Finding[] {
  if (fieldOf(info, 'cluster_enabled') !== '1' || Number(fieldOf(info, 'connected_slaves')) > 0) return [];
  return [
    {
      level: 'warn',
      about: 'replicas',
      says: 'has no replica',
      todo: 'Give it one: while it is down, its share of people cannot change.',
    },
  ];
}

async function skewOf(server: Redis, wall: () => number): Promise<number> {
  const asked = wall();
  const [seconds, micros] = await server.time();
  return Number(seconds) * 1_000 + Number(micros) / 1_000 - (asked + wall()) / 2;
}

function clocks(skews: readonly number[]): readonly Finding[] {
  const spread = Math.max(...skews) - Math.min(...skews);
  const most = Math.max(...skews.map(Math.abs));
  const about = 'clock';
  const inSeconds = (ms: number) => `${(ms / 1_000).toFixed(ms < 10_000 ? 3 : 0)} s`;
  const findings: Finding[] = [
    most > MOST_SKEW
      ? {
          level: 'warn',
          about,
          says: `this machine and Redis are ${inSeconds(most)} apart`,
          todo: 'Servers go by Redis’s clock, so this does no harm by itself; let both keep time (NTP): tokens end by it too.',
        }
      : { level: 'ok', about, says: `this machine and Redis are ${inSeconds(most)} apart` },
  ];
  if (spread > MOST_SKEW) {
    findings.push({
      level: 'fail',
      about,
      says: `the masters are ${inSeconds(spread)} apart`,
      todo: 'Let their machines keep time (NTP): after a failover, versions could repeat.',
    });
  }
  return findings;
}

/** What the service has there, and may do. */
async function examineService(options: RedisStoreOptions): Promise<readonly Finding[]> {
  const { url, later } = options;
  let connected: Connected;
  try {
    connected = await connect(url, later);
  } catch (error) {
    return [failed(error, 'connection', 'The service could not start with it either.')];
  }
  try {
    const rights = await rightsOn(connected, options.prefix);
    return rights.level === 'fail' ? [rights] : [rights, ...(await keyspace(connected, options.prefix))];
  } catch (error) {
    return [failed(error, 'keys', 'Look at its log.')];
  } finally {
    connected.close();
  }
}

/** By doing what the service does, with a key and a channel of its own. */
async function rightsOn({ client, subscriber, cluster }: Connected, prefix: string): Promise<Finding> {
  const name = `${prefix}{doctor}`;
  try {
    await client.eval(TRIAL, 1, name, cluster ? 'SPUBLISH' : 'PUBLISH', name);
    if (cluster) await subscriber.ssubscribe(name);
    else await subscriber.subscribe(name);
    return { level: 'ok', about: 'rights', says: `this user may do what the service does, below ${prefix}` };
  } catch (error) {
    return failed(error, 'rights', 'docs/operations.md has the ACL rule that the service needs.');
  }
}

const TRIAL = `redis.call('SET', KEYS[1], '')
redis.call('MGET', KEYS[1])
redis.call('DEL', KEYS[1])
return redis.call(ARGV[1], ARGV[2], '')`;

async function keyspace({ client }: Connected, prefix: string): Promise<readonly Finding[]> {
  const keys = createKeys(prefix);
  const [seconds] = await client.time();
  const now = Number(seconds) * 1_000;
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  const [leases, overdue, sizes] = await Promise.all([
    client.zrange(keys.nodes, 0, -1, 'WITHSCORES'),
    Promise.all(shards.map((shard) => client.zcount(keys.deadlines(shard), '-inf', now - OVERDUE))),
    Promise.all((client instanceof Cluster ? client.nodes('master') : [client]).map((each) => each.dbsize())),
  ]);
  const ends = leases.filter((_, at) => at % 2 === 1).map(Number);
  const live = ends.filter((end) => end > now).length;
  return [
    servers(live, ends.length - live),
    deadlines(sum(overdue), live),
    { level: 'ok', about: 'keys', says: `${sum(sizes)} in the database` },
  ];
}

function servers(live: number, gone: number): Finding {
  const about = 'servers';
  const alive = `${live} ${live === 1 ? 'server has' : 'servers have'} a lease`;
  if (live === 0)
    return {
      level: 'warn',
      about,
      says: 'no server has a lease',
      todo: 'Start one, or look at REDIS_URL and PRESENCE_REDIS_PREFIX: are they those of the service?',
    };
  if (gone === 0) return { level: 'ok', about, says: alive };
  return {
    level: 'warn',
    about,
    says: `${alive}, and ${gone} are gone whose sessions are being ended`,
    todo: 'If it stays so for a minute, look at the logs of those that live.',
  };
}

function deadlines(overdue: number, live: number): Finding {
  const about = 'deadlines';
  if (overdue === 0) return { level: 'ok', about, says: 'nobody’s is overdue' };
  const says = `${overdue} people should have changed by themselves more than ${OVERDUE / 1_000} s ago`;
  if (live === 0) return { level: 'warn', about, says, todo: 'The next server that starts sees to it.' };
  return { level: 'fail', about, says, todo: 'Look at presence_sweep_behind_seconds of each server, and at its log.' };
}

function failed(error: unknown, about: string, todo: string): Finding {
  return { level: 'fail', about, says: error instanceof Error ? error.message : String(error), todo };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
