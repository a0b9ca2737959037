/** Connections to Redis, and what the client of Redis makes of them. */
import { expect, test } from 'vitest';
import { connect } from '../../src/store/redis/client.ts';
import { later } from '../support/later.ts';
import { launchRedis, until } from '../support/redis-process.ts';

test('a connection that is told to disconnect while it begins to connect comes back', async () => {
  const redis = await launchRedis();
  try {
    const { client, close } = await connect(redis.url, later);
    const ended = new Promise((resolve) => client.once('end', resolve));
    client.once('connecting', () => client.disconnect(true)); // as it is told when sentinels say that the master is another
    client.disconnect(true);
    await ended;
    await until('it is back', async () => client.status === 'ready');
    expect(await client.ping()).toBe('PONG');
    close();
    await until('it has ended', async () => client.status === 'end');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(client.status).toBe('end');
  } finally {
    await redis.stop();
  }
});
