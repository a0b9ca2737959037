/** A Redis Cluster of a test's own: three masters, each with a replica, on loopback. It is ready in about three seconds. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from './program.ts';
import { launchRedis, PATIENCE, type RedisProcess, until } from './redis-process.ts';

export interface RedisCluster {
  /** Three masters and a replica of each, as they were at the start. */
  readonly nodes: readonly RedisProcess[];
  /** Of its first node. */
  readonly url: string;
  /** Who serves this key now, as the node asked knows it (any that is up, unless given). */
  masterOf(key: string, asked?: RedisProcess): Promise<RedisProcess>;
  replicaOf(master: RedisProcess): Promise<RedisProcess>;
  /** Moves the slot of this key, one key after the other, as `redis-cli --cluster reshard` does with many slots. */
  move(key: string, to: RedisProcess): Promise<void>;
  /** Brings back whoever was killed, and waits until every master has a replica that is in step. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

const NODES = 6;
const NODE_TIMEOUT = 2_000; // ms without an answer until a node counts as failed

export async function startCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all(
    Array.from({ length: NODES }, () =>
      launchRedis({ args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(NODE_TIMEOUT)] }),
    ),
  );
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  const [first] = nodes;
  if (first === undefined) throw new Error('no node was started');

  const up = async () => {
    const answers = await Promise.all(nodes.map((node) => node.ask('PING').catch(() => null)));
    return nodes.filter((_, at) => answers[at] !== null);
  };

  async function table(asked?: RedisProcess): Promise<readonly Row[]> {
    const node = asked ?? (await up())[0];
    const lines = String(await node?.ask('CLUSTER', 'NODES')).split('\n');
    return lines.filter(Boolean).map(readRow);
  }

  const at = (port: number | undefined) => {
    const found = nodes.find((node) => node.port === port);
    if (found === undefined) throw new Error('the cluster names no such node');
    return found;
  };

  const slotOf = async (key: string, asked?: RedisProcess) =>
    Number(await (asked ?? (await up())[0])?.ask('CLUSTER', 'KEYSLOT', key));

  async function masterOf(key: string, asked?: RedisProcess): Promise<RedisProcess> {
    const slot = await slotOf(key, asked);
    return at((await table(asked)).find(({ slots }) => slots.some(([from, to]) => from <= slot && slot <= to))?.port);
  }

  async function move(key: string, to: RedisProcess): Promise<void> {
    const [slot, from] = [await slotOf(key), await masterOf(key)];
    const idOf = async (node: RedisProcess) => String(await node.ask('CLUSTER', 'MYID'));
    const [source, target] = await Promise.all([idOf(from), idOf(to)]);
    await to.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source);
    await from.ask('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target);
    for (;;) {
      const [next] = (await from.ask('CLUSTER', 'GETKEYSINSLOT', slot, 1)) as string[];
      if (next === undefined) break;
      await from.ask('MIGRATE', '127.0.0.1', to.port, next, 0, 5_000);
    }
    for (const node of [to, from]) await node.ask('CLUSTER', 'SETSLOT', slot, 'NODE', target);
  }

  /** Whether all six say so, and every replica is in step. */
  async function settled(): Promise<boolean> {
    const states = await Promise.all(nodes.map((node) => node.ask('CLUSTER', 'INFO').catch(() => '')));
    if (!states.every((state) => /cluster_state:ok/.test(String(state)))) return false;
    const roles = await Promise.all(nodes.map((node) => node.ask('INFO', 'replication').catch(() => '')));
    const masters = roles.filter((role) => /connected_slaves:[1-9]/.test(String(role)));
    const inStep = roles.filter((role) => /master_link_status:up/.test(String(role)));
    return masters.length === NODES / 2 && inStep.length === NODES / 2;
  }

  try {
    const cli = findProgram(['redis-cli', 'valkey-cli']) ?? 'redis-cli';
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    const create = ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes'];
    await promisify(execFile)(cli, create, { timeout: PATIENCE });
    await until('the cluster is ready', settled);
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    nodes,
    url: first.url,
    masterOf,
    move,
    async replicaOf(master) {
      const rows = await table(master);
      const id = rows.find(({ port }) => port === master.port)?.id;
      return at(rows.find((row) => row.of === id)?.port);
    },
    async heal() {
      const alive = await up();
      await Promise.all(nodes.filter((node) => !alive.includes(node)).map((node) => node.restart()));
      await until('the cluster has healed', settled);
    },
    stop,
  };
}

interface Row {
  readonly id: string;
  readonly port: number;
  /** The id of its master, "-" for a master. */
  readonly of: string;
  readonly slots: readonly (readonly [number, number])[];
}

/** `<id> <ip>:<port>@<bus> <flags> <master> <ping> <pong> <epoch> <link> <slot>[-<slot>] ...` */
function readRow(line: string): Row {
  const [id = '', address = '', , of = '', , , , , ...ranges] = line.split(' ');
  const slots = ranges.flatMap((range): [number, number][] => {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
    return from === undefined ? [] : [[Number(from), Number(to)]];
  });
  return { id, port: Number(/:(\d+)@/.exec(address)?.[1]), of, slots };
}
