/** What the metrics of a server say while its Redis is away, and after it came back with nothing. */
import { expect, test } from 'vitest';
import { connect, setStatus, watch } from '../process/people.ts';
import { startFleet, until } from '../support/fleet.ts';

test('an absence of Redis, what it had lost, and reading anew can be seen', async () => {
  const { redis, nodes } = await startFleet(1);
  const [node] = nodes;
  if (node === undefined) throw new Error('there is one');
  const read = async (name: string): Promise<number> => {
    const text = await (await fetch(`${node.url}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    return Number(line?.split(' ')[1] ?? Number.NaN);
  };
  await connect(node, 'ada');
  await setStatus(node, 'ada', { text: 'Here' });
  await watch(node, 'ada');
  expect(await read('presence_store_reachable')).toBe(1);
  expect(await read('presence_resyncs_total')).toBe(0);

  await redis.crash();
  await until('the absence is seen', async () => (await read('presence_store_reachable')) === 0);
  const { errors } = await node.ask('dev:ada', 'mutation { clearStatus { viewer { id } } }');
  expect(errors?.[0]?.extensions.code).toBe('STORE_UNAVAILABLE');
  expect(await read('presence_store_failures_total')).toBeGreaterThan(0);
  expect(await read('presence_refusals_total{code="STORE_UNAVAILABLE"}')).toBe(1);

  await redis.start();
  await until('everybody is read anew', async () => (await read('presence_resyncs_total')) > 0);
  await until('what was lost is written again', async () => (await read('presence_restored_total')) > 0);
  expect(await read('presence_store_reachable')).toBe(1);
});
