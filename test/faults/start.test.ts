/** A server that starts looks at its Redis first, and says what is wrong with it. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startNode, startPrivateRedis, tryNode } from '../support/fleet.ts';
import { freePort } from '../support/server-process.ts';

/** What no test can install: an old Redis. It answers INFO, and OK to everything else; the one fake among these tests. */
async function startRedisOf(version: string): Promise<string> {
  const info = `# Server\r\nredis_version:${version}\r\naof_enabled:1\r\nloading:0\r\n`;
  const server = createServer((socket) => {
    socket.on('error', () => {}); // whoever refuses hangs up
    socket.on('data', (bytes) => {
      for (const word of bytes.toString('latin1').match(/^(?:info|client|select|ping)\r$/gim) ?? []) {
        socket.write(word.trim().toLowerCase() === 'info' ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
      }
    });
  });
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `redis://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
}

test.each(['5.0.14', '6.0.20'])(
  'a Redis %s is refused, in a sentence',
  async (version) => {
    const node = tryNode(await startRedisOf(version));
    expect(await node.exited).toMatchObject({ code: 1 });
    expect(node.output().trim()).toBe(`Redis ${version} is too old; 6.2 or newer is needed.`);
  },
  30_000,
);

test('a Redis that nobody answers for is refused, in a sentence without the password', async () => {
  const node = tryNode(`redis://ada:hunter2@127.0.0.1:${await freePort()}`);
  expect(await node.exited).toMatchObject({ code: 1 });
  expect(node.output()).toMatch(
    /^Redis at REDIS_URL \(redis:\/\/127\.0\.0\.1:\d+\) cannot be used: .*ECONNREFUSED.*\.$/m,
  );
  expect(node.output().trim().split('\n')).toHaveLength(1);
  expect(node.output()).not.toContain('hunter2');
}, 30_000);

test('a Redis that wants another password is refused, in a sentence', async () => {
  const redis = await startPrivateRedis();
  await redis.command('config', 'set', 'requirepass', 'hunter2');
  const node = tryNode(redis.url.replace('://', '://:wrong@'));
  expect(await node.exited).toMatchObject({ code: 1 });
  expect(node.output()).toMatch(/^Redis at REDIS_URL \(redis:\/\/127\.0\.0\.1:\d+\) cannot be used: .*WRONGPASS.*$/m);
  expect(node.output().trim().split('\n')).toHaveLength(1);
}, 30_000);

test('whoever runs it is warned when Redis writes no file, or may forget people', async () => {
  const redis = await startPrivateRedis({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] });
  const node = await startNode(redis.url);
  await node.says(/Redis writes no append-only file/);
  await node.says(/Redis may evict keys when memory is short \(allkeys-lru\)/);
}, 30_000);

test('and not otherwise', async () => {
  const redis = await startPrivateRedis({ aof: true });
  const node = await startNode(redis.url);
  await node.kill(); // it says the last of what it has to say
  expect(node.output()).not.toMatch(/Redis (?:writes|may)/);
}, 30_000);
