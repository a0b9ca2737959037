/** What was spent of limits by all processes: a number in Redis for each key, which goes when its window is over. */
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { asMillis, type Millis } from '../../presence/ids.ts';
import type { Spent } from '../store.ts';
import type { Client } from './client.ts';
import { answered } from './patience.ts';

/** @param prefix begins every key; rate-limiter-flexible puts a colon behind it */
export function createSpending(client: Client, prefix: string) {
  const limiter = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: prefix,
    points: Number.MAX_SAFE_INTEGER, // who may spend how much, the hub decides
    duration: 1, // s; each call says its own
  });
  return async (key: string, points: number, window: Millis): Promise<Spent> => {
    const customDuration = Math.ceil(window / 1_000);
    const { consumedPoints, msBeforeNext } = await answered(limiter.consume(key, points, { customDuration }));
    return { spent: consumedPoints, endsIn: asMillis(msBeforeNext) };
  };
}
