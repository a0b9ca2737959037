/** The short form of `npm run soak`: a minute of everything at once. */
import { expect, test } from 'vitest';
import { type Round, soak } from '../../bench/soak/soak.ts';
import { startNode, startPrivateRedis } from '../support/fleet.ts';
import { freePort } from '../support/server-process.ts';

const ROUNDS = 3;

test('whatever servers and Redis go through, everybody has the last word on everybody, and nothing is left over', async () => {
  const redis = await startPrivateRedis();
  const ports = [await freePort(), await freePort()];
  const env = { PRESENCE_RECONNECT_GRACE: '0.5', PRESENCE_OFFLINE_AFTER: '4', PRESENCE_NODE_LEASE: '3' };
  const report = await soak({
    sockets: 120,
    watched: 15,
    rounds: ROUNDS,
    round: 12_000,
    rate: 30,
    faultEvery: 3_000,
    tell: () => undefined,
    command: (name = '', ...args) => redis.command(name, ...args),
    startNode: (at) => startNode(redis.url, { ...env, LOG_LEVEL: 'error', PORT: ports[at] ?? '0' }),
  });
  const problems = ({ wrong, stuck, left }: Round) => [...wrong, ...stuck, ...left];
  expect(report.rounds.flatMap(problems)).toEqual([]);
  expect(report.complaints).toEqual([]);
  expect(report.rounds).toHaveLength(ROUNDS);
  for (const { compared } of report.rounds) expect(compared).toBeGreaterThan(1_000);
  expect(report.deeds).toBeGreaterThan(300);
  expect(report.faults.size).toBe(5); // each kind at least once
}, 180_000);
