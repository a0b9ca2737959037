/** Redis dies with all it had and comes back empty, under people who are connected and each watch another. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { asSiteId } from '../../src/presence/ids.ts';
import { createKeys, SHARDS } from '../../src/store/redis/keys.ts';
import type { RedisProcess } from '../../test/support/redis-process.ts';
import { one, ring } from '../load/people.ts';
import type { Measurement } from '../measurement.ts';

const DOWN = 1_000; // ms
const AFTERMATH = 3_000; // ms in which a wrong event would still come: a second look at lost records takes two seconds
const PATIENCE = 30_000; // ms

export const redisRestarted: Measurement = {
  contenders: ['ours'],
  async measure(lab) {
    const count = lab.sizes.sessions;
    const load = lab.load();
    const redis = await lab.redis();
    const server = await lab.serve('ours', redis);
    await load.open({ ...server, who: { prefix: 'loud-', from: 0, count: 1 } });
    await load.open({ ...server, who: { prefix: 'user-', from: 0, count }, watched: ring('user-', 1, count) });
    await load.watch({ who: { prefix: 'user-', from: 0, count: 1 }, watched: one('loud-') });

    await load.record();
    await redis.kill();
    await sleep(DOWN);
    const restarting = redis.restart();
    await accepts(redis.port);
    const begun = performance.now();
    const [flow, right] = await Promise.all([load.flow('loud-0'), allOnline(redis, count + 1, begun), restarting]);
    await sleep(AFTERMATH);
    const { mostOfOne } = await load.told('user-');
    return { restartFlow: flow, restartRight: right, restartEvents: mostOfOne };
  },
};

async function accepts(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const accepted = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (accepted) return;
    await sleep(1);
  }
}

/** Resolves with how long it took until Redis says of all of them that they are there. */
async function allOnline({ url }: RedisProcess, count: number, begun: number): Promise<number> {
  const redis = new Redis(url);
  const { online } = createKeys('presence:');
  try {
    for (;;) {
      const pipeline = redis.pipeline();
      for (let shard = 0; shard < SHARDS; shard++) pipeline.scard(online(shard, asSiteId('default')));
      const sizes = (await pipeline.exec()) ?? [];
      const took = performance.now() - begun;
      const there = sizes.reduce((sum, [, size]) => sum + Number(size), 0);
      if (there >= count) return took;
      if (took > PATIENCE) throw new Error(`${there} of ${count} are online again`);
      await sleep(5);
    }
  } finally {
    redis.disconnect();
  }
}
