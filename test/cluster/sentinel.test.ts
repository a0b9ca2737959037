/** Redis behind sentinels: the servers find the master through them, and follow when it changes. */
import { expect, test } from 'vitest';
import { systemClock } from '../../src/hub/clock.ts';
import { StoreRefused } from '../../src/store/store.ts';
import { startWith } from '../support/service.ts';
import { watcher, writer } from './people.ts';
import { startSentinels } from './sentinels.ts';
import { newPrefix, openStore } from './stores.ts';

// A master that hangs is the harder case: it closes no connection, so nobody who holds one would notice by themselves.
test.each(['dies', 'hangs'] as const)(
  'a master %s: mutations work again, and watchers hear of them',
  { timeout: 60_000 },
  async (fate) => {
    const { url, master, stop } = await startSentinels();
    try {
      const env = { REDIS_URL: url };
      const [here, there] = await Promise.all([startWith(systemClock(), env), startWith(systemClock(), env)]);
      const people = await Promise.all(['ada', 'grace'].map((id) => writer(here, id)));
      const watching = await watcher(there, people);
      await Promise.all(people.map((each) => each.insists('before')));
      await watching.believes('before', people);
      if (fate === 'dies') await master.kill();
      else master.pause();
      await Promise.all(people.map((each) => each.insists('after')));
      await watching.believes('after', people);
      expect(watching.dots()).toEqual(new Set(['BUSY']));
    } finally {
      await stop();
    }
  },
);

test('sentinels that do not answer are told at start, and not waited for', async () => {
  const opening = openStore('sentinel://127.0.0.1:1,127.0.0.1:2/presence', newPrefix());
  await expect(opening).rejects.toThrow(StoreRefused);
  await expect(opening).rejects.toThrow(/sentinels are unreachable/);
});
