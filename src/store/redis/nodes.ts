/** The processes that share a Redis: their leases, whom each holds, and taking over from one that is gone. */
import { asMillis, asNodeId, type Millis, type NodeId } from '../../presence/ids.ts';
import type { Agenda } from '../agenda.ts';
import { personOf } from '../key.ts';
import type { Nodes } from '../store.ts';
import type { Client } from './client.ts';
import { type Keys, SHARDS } from './keys.ts';
import { answered, type Patience } from './patience.ts';

export interface NodesOptions {
  readonly client: Client;
  readonly keys: Keys;
  readonly agenda: Agenda<string>;
  readonly patience: Patience;
  /** Told what Redis's clock says, in ms, somewhere between asking and now. */
  readonly learnTime: (now: Millis, asked: number) => void;
  /** The wall clock, in ms. */
  readonly wall: () => number;
}

const ADOPTED_AT_ONCE = 16; // shards

/** `suspect` is told of processes that may be gone without a lease that says so: the next beat gives them one. */
export function createNodes(options: NodesOptions): Nodes & { suspect(nodes: Iterable<NodeId>): void } {
  const { client, keys, agenda, patience, learnTime, wall } = options;
  const suspects = new Set<NodeId>();
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);

  /** Answers come in the order in which Redis acts, so what it says here is newer than what this process knows. */
  async function adoptShard(shard: number): Promise<void> {
    // All in one answer: by pages, whoever is moved while they are read could be missed, and then nobody would time them.
    const all = await answered(client.zrange(keys.deadlines(shard), 0, -1, 'WITHSCORES'));
    for (let at = 0; at < all.length; at += 2) {
      agenda.set(all[at] ?? '', asMillis(Number(all[at + 1])));
    }
  }

  return {
    beat: (node, lease) =>
      patience.ask(async () => {
        const asked = wall();
        const told = [...suspects];
        const [held, now, next, ...lapsed] = await answered(client.beat(1, keys.nodes, node, lease, ...told));
        for (const each of told) suspects.delete(each);
        learnTime(asMillis(now), asked);
        return {
          held: held === 1,
          lapsed: lapsed.filter((each) => each !== node).map(asNodeId),
          nextLapse: next === '' ? null : asMillis(Math.max(0, Number(next) - now)),
        };
      }),
    heldBy: (node, limit) =>
      patience.ask(async () => {
        const sets = await Promise.all(
          shards.map((shard) => answered(client.srandmember(keys.held(shard, node), limit))),
        );
        return sets
          .flat()
          .slice(0, limit)
          .flatMap((key) => personOf(key) ?? []);
      }),
    async bury(node: NodeId) {
      await patience.ask(() => answered(client.zrem(keys.nodes, node)));
    },
    async adopt() {
      for (let from = 0; from < SHARDS; from += ADOPTED_AT_ONCE) {
        await patience.ask(() => Promise.all(shards.slice(from, from + ADOPTED_AT_ONCE).map(adoptShard)));
      }
    },
    suspect(nodes) {
      for (const node of nodes) suspects.add(node);
    },
  };
}
