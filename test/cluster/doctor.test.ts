/** `presence-server doctor`, before Redises that are as they should be, and before some that are not. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { examine } from '../../src/server/doctor.ts';
import type { Finding } from '../../src/store/finding.ts';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import { launchRedis, type RedisProcess, until } from '../support/redis-process.ts';
import { runNode, startProcess, temporaryDirectory } from '../support/server-process.ts';
import { grantAsDocumented } from './rights.ts';

/** What it says of this, with everything that it found there. */
const about = (findings: readonly Finding[], what: string) => findings.filter((each) => each.about === what);
const wrong = (findings: readonly Finding[]) =>
  findings.filter(({ level }) => level === 'fail').map((each) => each.about);
const doctor = (env: Readonly<Record<string, string>>) => runNode([inject('serverProgram'), 'doctor'], env);

describe('one Redis', () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await launchRedis({ args: ['--appendonly', 'yes'] });
  });
  afterAll(() => redis.stop());

  test('as it should be, with a server on it: nothing is wrong, for a user with the documented rights too', async () => {
    const url = await grantAsDocumented(redis);
    await startProcess({ REDIS_URL: url });
    const program = doctor({ REDIS_URL: url });
    expect(await program.exited).toMatchObject({ code: 0 });
    expect(program.output()).toMatch(/^ok {4}servers +1 server has a lease$/m);
    expect(program.output()).toMatch(/^ok {4}persistence /m);
    expect(program.output()).toMatch(/^ok {4}keys +\d+ in the database$/m);
    expect(program.output()).not.toMatch(/^fail|sésame/m);
  });

  test('says of each thing that is wrong what to do, and exits with 1', async () => {
    await redis.ask('CONFIG', 'SET', 'appendonly', 'no');
    await redis.ask('CONFIG', 'SET', 'maxmemory', '100mb');
    await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const findings = await examine({ REDIS_URL: redis.url });
    expect(wrong(findings)).toEqual(['persistence', 'memory']);
    expect(about(findings, 'persistence')).toMatchObject([{ todo: expect.stringContaining('appendonly yes') }]);
    expect(about(findings, 'memory')).toMatchObject([{ todo: 'Set maxmemory-policy noeviction.' }]);
    const program = doctor({ REDIS_URL: redis.url });
    expect(await program.exited).toMatchObject({ code: 1 });
    expect(program.output()).toMatch(/^fail {2}persistence +writes no append-only file.*\n +→ Set appendonly yes/m);
    await redis.ask('CONFIG', 'SET', 'appendonly', 'yes');
    await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  });

  test('notices rights that are missing, a wrong prefix, and servers that are gone', async () => {
    await redis.ask(...'ACL SETUSER reader on >secret ~* &* +@read +info +ping +time +client|setname'.split(' '));
    const reader = await examine({ REDIS_URL: redis.url.replace('://', '://reader:secret@') });
    expect(wrong(reader)).toEqual(['rights']);
    expect(about(reader, 'rights')).toMatchObject([
      { says: expect.stringContaining('NOPERM'), todo: expect.stringMatching(/ACL/) },
    ]);
    const elsewhere = { REDIS_URL: redis.url, PRESENCE_REDIS_PREFIX: 'elsewhere:' };
    expect(about(await examine(elsewhere), 'servers')).toMatchObject([
      { level: 'warn', says: 'no server has a lease' },
    ]);
    await redis.ask('ZADD', 'elsewhere:{nodes}', Date.now() - 60_000, 'gone', Date.now() + 60_000, 'alive');
    await redis.ask('ZADD', 'elsewhere:{s7}d', Date.now() - 60_000, '["default","ada"]');
    const late = await examine(elsewhere);
    expect(about(late, 'servers')).toMatchObject([{ level: 'warn', says: expect.stringContaining('1 are gone') }]);
    expect(wrong(late)).toEqual(['deadlines']);
  });

  test('measures how far the clocks are apart', async () => {
    const findings = await examine({ REDIS_URL: redis.url }, () => Date.now() - 90_000);
    expect(about(findings, 'clock')).toMatchObject([{ level: 'warn', says: 'this machine and Redis are 90 s apart' }]);
  });

  test('tells a replica from a master, one that is too old or away from one that answers', async () => {
    const replica = await launchRedis({ args: ['--replicaof', '127.0.0.1', String(redis.port)] });
    try {
      const ready = async () => String(await replica.ask('INFO', 'replication')).includes('master_link_status:up');
      await until('the replica is in step', ready);
      expect(wrong(await examine({ REDIS_URL: replica.url }))).toContain('role');
    } finally {
      await replica.stop();
    }
    const gone = await examine({ REDIS_URL: replica.url });
    expect(wrong(gone)).toEqual(['connection']);
    expect(about(gone, 'connection')).toMatchObject([{ says: expect.stringContaining('ECONNREFUSED') }]);
    expect(about(gone, 'version')).toEqual([]);
  });
});

test('a configuration that cannot be used is told like the rest, without its secrets', async () => {
  const findings = await examine({ PORT: 'lots', JWT_SECRET: 'hunter2hunter2', NODE_ENV: 'production' });
  expect(wrong(findings)).toEqual(['settings', 'settings']);
  expect(JSON.stringify(findings)).not.toContain('hunter2');
});

test('a data directory is sound, open in a server, or not to be used', async () => {
  const DATA_DIR = await temporaryDirectory();
  expect(about(await examine({ DATA_DIR }), 'data')).toMatchObject([
    { level: 'ok', says: expect.stringMatching(/no server has it open/) },
  ]);
  const server = await startProcess({ DATA_DIR });
  expect(about(await examine({ DATA_DIR }), 'data')).toMatchObject([
    { level: 'ok', says: expect.stringMatching(/a running server has/) },
  ]);
  await server.kill();
  expect(wrong(await examine({ DATA_DIR: 'package.json' }))).toEqual(['data']);
});

describe('a cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  }, 60_000);
  afterAll(() => cluster.stop());

  test('is looked at master by master, and slots that nobody serves are missed', async () => {
    const before = await examine({ REDIS_URL: cluster.url });
    expect(about(before, 'cluster')).toMatchObject([{ level: 'ok', says: 'all 16384 slots are served' }]);
    expect(about(before, 'persistence')).toHaveLength(3);
    expect(about(before, 'replicas')).toEqual([]);
    expect(about(before, 'rights')).toMatchObject([{ level: 'ok' }]);
    const master = await cluster.masterOf('{s0}');
    const slot = Number(await master.ask('CLUSTER', 'KEYSLOT', '{s0}'));
    for (const node of cluster.nodes) await node.ask('CLUSTER', 'DELSLOTS', slot).catch(() => undefined);
    const after = await examine({ REDIS_URL: cluster.url });
    expect(about(after, 'cluster')).toMatchObject([
      {
        level: 'fail',
        says: expect.stringContaining('16383 of 16384 slots are assigned'),
        todo: expect.stringMatching(/cluster fix/),
      },
    ]);
    expect(about(after, 'rights')).toEqual([]);
  });
});
