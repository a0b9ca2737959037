/** A goodbye that Redis was too slow to answer, and carried out all the same. */
import { expect, test } from 'vitest';
import { systemClock } from '../../src/hub/clock.ts';
import { launchRedis, until } from '../support/redis-process.ts';
import { startWith } from '../support/service.ts';

interface Change {
  readonly presenceChanged: { readonly presence: { readonly availability: string } };
}

test('whoever leaves while Redis stands still is OFFLINE when it goes on, though nothing else happens', async () => {
  const redis = await launchRedis();
  try {
    const service = await startWith(systemClock(), { REDIS_URL: redis.url, PRESENCE_RECONNECT_GRACE: '4' });
    const ada = await service.connect({ token: 'dev:ada' });
    const watcher = await service.connect({ token: 'dev:grace', session: false });
    const stream = watcher.subscribe<Change>(
      'subscription { presenceChanged(userIds: ["ada"]) { presence { availability } } }',
    );
    await stream.take();
    redis.pause();
    ada.socket.close(1000);
    await until('the goodbye was given up', async () => (await fetch(`${service.url}/ready`)).status === 503, 10_000);
    redis.resume();
    const { data } = await stream.take();
    expect(data?.presenceChanged.presence.availability).toBe('OFFLINE');
  } finally {
    await redis.stop();
  }
});
