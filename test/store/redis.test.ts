import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { openRedisStore } from '../../src/store/redis/redis.ts';
import { later } from '../support/later.ts';
import { type OpenedToKeep, type OpenedTwice, storeContract } from './contract.ts';

storeContract('the Redis store', { open: openToKeep, openToKeep, openTwice });

async function openToKeep(): Promise<OpenedToKeep> {
  const prefix = `test:${randomUUID()}:`;
  let store = await openAt(prefix);
  return {
    store,
    async reopen() {
      await store.close();
      store = await openAt(prefix);
      return store;
    },
    close: () => store.close(),
  };
}

async function openTwice(): Promise<OpenedTwice> {
  const prefix = `test:${randomUUID()}:`;
  const [store, other] = await Promise.all([openAt(prefix), openAt(prefix)]);
  return {
    store,
    other,
    async close() {
      await Promise.all([store.close(), other.close()]);
    },
  };
}

const openAt = (prefix: string) =>
  openRedisStore({
    url: inject('redisUrl'),
    prefix,
    wall: Date.now,
    later,
  });
