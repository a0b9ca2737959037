/** A Redis with a replica, and three sentinels that watch over them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launchRedis, type RedisProcess, until } from '../support/redis-process.ts';

export interface Sentinels {
  readonly url: string;
  readonly master: RedisProcess;
  readonly replica: RedisProcess;
  readonly sentinels: readonly RedisProcess[];
  stop(): Promise<void>;
}

const NAME = 'presence';
const SENTINELS = 3;
const QUORUM = 2;

const config = (port: number): string => `
sentinel monitor ${NAME} 127.0.0.1 ${port} ${QUORUM}
sentinel down-after-milliseconds ${NAME} 1000
sentinel failover-timeout ${NAME} 3000
`;

export async function startSentinels(): Promise<Sentinels> {
  const master = await launchRedis();
  const replica = await launchRedis({ args: ['--replicaof', `127.0.0.1 ${master.port}`] });
  await until('the replica is in step', async () =>
    /master_link_status:up/.test(String(await replica.ask('INFO', 'replication'))),
  );
  const sentinels = await Promise.all(
    Array.from({ length: SENTINELS }, () =>
      launchRedis({
        first: ['sentinel.conf', '--sentinel', '--bind', '127.0.0.1'],
        prepare: (folder) => writeFile(join(folder, 'sentinel.conf'), config(master.port)),
      }),
    ),
  );
  await until('the sentinels know each other', async () => {
    const known = await Promise.all(sentinels.map((each) => each.ask('SENTINEL', 'MASTER', NAME)));
    return known.every((each) => fieldOf(each, 'num-other-sentinels') === '2' && fieldOf(each, 'num-slaves') === '1');
  });
  return {
    url: `sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${NAME}`,
    master,
    replica,
    sentinels,
    stop: async () => void (await Promise.all([master, replica, ...sentinels].map((each) => each.stop()))),
  };
}

function fieldOf(answer: unknown, name: string): unknown {
  const fields: readonly unknown[] = Array.isArray(answer) ? answer : [];
  return fields[fields.indexOf(name) + 1];
}
