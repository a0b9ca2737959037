/** Servers that are stopped as their operator stops them: a new version on all of them, or one fewer. */
import { expect, test } from 'vitest';
import { startFleet, startNode, until } from '../support/fleet.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { joinAll, named } from './crowd.ts';
import { watch } from './onlooker.ts';

test('a rolling restart of three servers with 500 people shows nobody a single false dot', async ({ annotate }) => {
  const drain = 1_000; // ms
  const { redis, nodes } = await startFleet(3, { env: { PRESENCE_DRAIN_TIME: String(drain / 1_000) } });
  const running: ServerProcess[] = [...nodes];
  const anybody = () => {
    const server = running[Math.floor(Math.random() * running.length)];
    if (server === undefined) throw new Error('there is always one');
    return server;
  };
  const users = named('user', 500);
  const members = await joinAll(users, { server: anybody });
  const onlookers = await Promise.all(nodes.map(() => watch(anybody, users)));

  for (const node of nodes) {
    running.splice(running.indexOf(node), 1);
    const stopped = Date.now();
    const { code, took } = await node.kill('SIGTERM');
    expect(code).toBe(0);
    const closed = members.flatMap(({ closings }) => closings.map(({ at }) => at)).filter((at) => at >= stopped);
    await annotate(
      `stopped in ${took} ms, ${closed.length} sockets over ${Math.max(...closed) - Math.min(...closed)} ms`,
    );
    running.push(await startNode(redis.url));
    await until('all are connected', () => members.every(({ device }) => device() !== null));
  }

  const closings = members.flatMap((member) => member.closings);
  expect(new Set(closings.map(({ code }) => code))).toEqual(new Set([1012]));
  expect(closings.length).toBeGreaterThan(500);
  for (const onlooker of onlookers) {
    await onlooker.upToDate(anybody());
    expect(onlooker.told.filter(({ user, looks }) => user !== 'marker' && looks !== 'ONLINE')).toEqual([]);
  }
  for (const { sessions } of members) expect(sessions.size).toBe(1);
}, 90_000);
