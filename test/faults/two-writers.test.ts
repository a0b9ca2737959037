/** Two servers write the same person at once, as fast as they can. */
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { http, selfOf } from '../api/operations.ts';
import { startFleet, until } from '../support/fleet.ts';
import type { Device } from '../support/service.ts';

const WORDS = 1_000;
const DEVICES = 100; // as many as a person may have

interface Commit {
  readonly version: number;
  readonly text: string | null;
}

/** Every commit of anybody, in Redis' order. */
async function listen(url: string): Promise<readonly Commit[]> {
  const commits: Commit[] = [];
  const subscriber = new Redis(url);
  subscriber.on('error', () => {}); // its Redis ends with the test
  onTestFinished(() => subscriber.disconnect());
  subscriber.on('pmessage', (_pattern, _channel, message: string) => {
    const [, stamp = '', json = '{}'] = message.split('\n');
    commits.push({ version: Number(stamp.split(':')[0]), text: JSON.parse(json).line?.text ?? null });
  });
  await subscriber.psubscribe('presence:{s*}b*');
  return commits;
}

test('a thousand changes of one person by two servers at once all count, and versions only grow', async ({
  annotate,
}) => {
  const { redis, nodes } = await startFleet(2, { env: { PRESENCE_COMMANDS_PER_PERSON: '0' } });
  const devices = await Promise.all(nodes.map((node) => node.connect({ token: 'dev:grace', session: false })));
  const commits = await listen(redis.url);
  let refused = 0;

  /** As an application does: it tries again for as long as it is told to. */
  async function insist(device: Device, mutation: string): Promise<void> {
    for (;;) {
      const { errors } = await device.ask(`mutation { ${mutation} }`);
      if (errors === undefined) return;
      expect(errors[0]?.extensions).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
      refused++;
    }
  }

  async function all(times: number, mutation: (at: number) => string): Promise<void> {
    let next = 0;
    const lane = async (device: Device) => {
      while (next < times) await insist(device, mutation(next++));
    };
    await Promise.all(devices.flatMap((device) => Array.from({ length: 25 }, () => lane(device))));
  }

  const began = performance.now();
  await all(WORDS, (at) => `setStatus(input: { text: "${at}" }) { viewer { id } }`);
  await annotate(
    `${WORDS} changes in ${Math.round(performance.now() - began)} ms, ${refused} of them refused at first`,
  );
  await all(DEVICES, () => 'openSession(input: {}) { session { id } }');

  await until('all have been announced', () => commits.length >= WORDS + DEVICES);
  const texts = commits.map(({ text }) => text).slice(0, commits.length - DEVICES);
  expect(new Set(texts)).toEqual(new Set(Array.from({ length: WORDS }, (_, at) => `${at}`)));
  // One that was refused for want of time may have been carried out after all, and then is there twice.
  expect(commits.length).toBeLessThanOrEqual(WORDS + DEVICES + refused);
  for (const [at, { version }] of commits.entries()) expect(version).toBeGreaterThan(commits[at - 1]?.version ?? 0);
  for (const node of nodes) {
    const { sessions, status } = await selfOf(http(node, 'dev:grace'));
    expect(sessions.length).toBe(DEVICES);
    expect(status?.text).toBe(texts.at(-1));
  }
}, 60_000);
