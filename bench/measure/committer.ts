/** Commits updates of different people, as many under way as it is told: a process of its own, asked over IPC. */
import { asSiteId, asUserId, type Person } from '../../src/presence/ids.ts';
import { openRedisStore, type RedisStore } from '../../src/store/redis/redis.ts';

export interface Task {
  readonly url: string;
  /** Of the people, so that two processes have different ones. */
  readonly prefix: string;
  readonly updates: number;
  readonly atOnce: number;
}

const PEOPLE = 1_000;
let opened: Promise<RedisStore> | null = null;

process.on('message', ({ id, ...task }: Task & { readonly id: number }) => {
  commitAll(task).then(
    () => process.send?.({ id }),
    (error: unknown) => process.send?.({ id, problem: String(error) }),
  );
});
process.once('disconnect', () => process.exit(0));

async function commitAll({ url, prefix, updates, atOnce }: Task): Promise<void> {
  opened ??= openRedisStore({
    url,
    prefix: 'bench:',
    wall: Date.now,
    later: (ms, run) => clear(setTimeout(run, ms)),
  });
  const store = await opened;
  const site = asSiteId('default');
  const people = Array.from({ length: PEOPLE }, (_, at): Person => ({ site, user: asUserId(`${prefix}${at}`) }));
  let next = 0;
  const worker = async () => {
    while (next < updates) {
      const turn = next++;
      const person = people[turn % PEOPLE];
      if (person === undefined) return;
      await store.update(person, (record) => ({
        ...record,
        line: { text: `status ${turn}`, emoji: null, customStatusId: null, expiresAt: null },
      }));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

const clear = (timer: NodeJS.Timeout) => () => clearTimeout(timer);
