/** Redis stores as the server opens them. */
import { randomUUID } from 'node:crypto';
import { openRedisStore, type RedisStore, type RedisStoreOptions } from '../../src/store/redis/redis.ts';
import type { Ways } from '../store/contract.ts';
import { onEndings } from '../support/endings.ts';
import { later } from '../support/later.ts';

const open = new Set<RedisStore>();
onEndings({
  async afterTest() {
    const all = [...open];
    open.clear();
    await Promise.all(all.map((store) => store.close()));
  },
});

/** Closed after the test. */
export async function openStore(url: string, prefix: string): Promise<RedisStore> {
  const store = await openRedisStore(storeOptions(url, prefix));
  open.add(store);
  return store;
}

/** Keys and channels that no other test uses. */
export const newPrefix = (): string => `presence:${randomUUID()}:`;

/** For the contract suite, on the Redis that is there when each test begins. */
export function waysOn(url: () => string): Ways {
  const openToKeep = async () => {
    const options = storeOptions(url(), newPrefix());
    let store = await openRedisStore(options);
    return {
      store,
      async reopen() {
        await store.close();
        store = await openRedisStore(options);
        return store;
      },
      close: () => store.close(),
    };
  };
  const openTwice = async () => {
    const options = storeOptions(url(), newPrefix());
    const [store, other] = await Promise.all([openRedisStore(options), openRedisStore(options)]);
    return { store, other, close: async () => void (await Promise.all([store.close(), other.close()])) };
  };
  return { open: openToKeep, openToKeep, openTwice };
}

const storeOptions = (url: string, prefix: string): RedisStoreOptions => ({ url, prefix, wall: Date.now, later });
