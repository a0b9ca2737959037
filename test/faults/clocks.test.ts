/** Servers whose clocks disagree by three seconds. All go by Redis’ clock, so that nobody can tell. */
import { expect, test } from 'vitest';
import { http, lookAt, mutate } from '../api/operations.ts';
import { setStatus } from '../process/people.ts';
import { pause, startNode, startPrivateRedis } from '../support/fleet.ts';
import { join } from './crowd.ts';
import { watch } from './onlooker.ts';

const ENV = {
  PRESENCE_NODE_LEASE: '2',
  PRESENCE_RECONNECT_GRACE: '1',
  PRESENCE_OFFLINE_AFTER: '2',
  PRESENCE_IDLE_TIMEOUT: '1.5',
  PRESENCE_HEARTBEAT_TTL: '2',
};
const EARLY = 100; // ms: clocks are set by answers that took a few
const LATE = 1_200; // ms, on a busy machine

test('clocks three seconds apart make nobody flap; idleness, grace and expiry come when they should', async ({
  annotate,
}) => {
  const redis = await startPrivateRedis();
  const nodes = await Promise.all([startNode(redis.url, ENV), startNode(redis.url, ENV, 3_000)]);
  const [right, ahead] = nodes;
  const users = nodes.flatMap((_, at) =>
    ['idle', 'closing', 'dropped', 'expiring', 'beating'].map((name) => `${name}-${at}`),
  );
  const onlookers = await Promise.all(nodes.map((node) => watch(() => node, users)));

  const moments = new Map<string, number>();
  const takes = async (user: string, looks: string, length: number) => {
    for (const onlooker of onlookers) {
      const took = (await onlooker.saw(user, looks)) - (moments.get(user) ?? 0);
      await annotate(`${user} ${looks} after ${took} ms of ${length}`);
      expect(took).toBeGreaterThan(length - EARLY);
      expect(took).toBeLessThan(length + LATE);
    }
  };

  await Promise.all(
    nodes.map(async (node, at) => {
      const other = nodes[1 - at] ?? node;
      moments.set(`idle-${at}`, Date.now());
      await join(`idle-${at}`, { server: () => node });
      const closing = await join(`closing-${at}`, { server: () => node, comesBack: false });
      const dropped = await join(`dropped-${at}`, { server: () => node, comesBack: false });
      await join(`expiring-${at}`, { server: () => node });
      const { session } = await mutate(http(node, `dev:beating-${at}`), 'openSession', {});
      moments.set(`closing-${at}`, Date.now());
      closing.leave();
      moments.set(`dropped-${at}`, Date.now());
      dropped.vanish();
      moments.set(`expiring-${at}`, Date.now());
      const expiresAt = new Date(Date.now() + 1_000).toISOString();
      await setStatus(other, `expiring-${at}`, { availability: 'BUSY', expiresAt });
      for (let beats = 0; beats < 6; beats++) {
        const by = beats % 2 === 0 ? node : other;
        await mutate(http(by, `dev:beating-${at}`), 'heartbeat', { sessionId: session.id, active: true });
        moments.set(`beating-${at}`, Date.now());
        await pause(600);
      }
    }),
  );
  for (const at of nodes.keys()) {
    await takes(`closing-${at}`, 'OFFLINE', 1_000);
    await takes(`dropped-${at}`, 'AWAY', 1_000);
    await takes(`dropped-${at}`, 'OFFLINE', 2_000);
    await takes(`idle-${at}`, 'AWAY', 1_500);
    await takes(`beating-${at}`, 'OFFLINE', 2_000);
  }
  for (const onlooker of onlookers) {
    await onlooker.upToDate(ahead);
    for (const at of nodes.keys()) {
      expect(onlooker.changes(`idle-${at}`)).toEqual(['ONLINE', 'AWAY']);
      expect(onlooker.changes(`closing-${at}`)).toEqual(['ONLINE', 'OFFLINE']);
      expect(onlooker.changes(`dropped-${at}`)).toEqual(['ONLINE', 'AWAY', 'OFFLINE']);
      expect(onlooker.changes(`beating-${at}`).filter((looks) => looks !== 'AWAY')).toEqual(['ONLINE', 'OFFLINE']);
      const expiring = onlooker.told.filter(({ user }) => user === `expiring-${at}`).slice(1);
      expect(expiring.map(({ looks }) => looks)).toEqual(['ONLINE', 'BUSY', 'ONLINE', 'AWAY']);
      const took = (expiring[2]?.at ?? 0) - (moments.get(`expiring-${at}`) ?? 0);
      expect(took).toBeGreaterThan(1_000 - EARLY);
      expect(took).toBeLessThan(1_000 + LATE);
    }
  }
  const { presence } = await lookAt(http(right, 'dev:onlooker'), 'idle-1');
  expect(Math.abs(Date.parse(presence.lastActive ?? '') - (moments.get('idle-1') ?? 0))).toBeLessThan(LATE);
}, 60_000);
