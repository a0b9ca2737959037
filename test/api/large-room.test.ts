/** Rooms with ten thousand people: what everybody sees is right, and coming costs what it costs in a room of ten. */
import { Redis } from 'ioredis';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { asSiteId, asUserId, type Person } from '../../src/presence/ids.ts';
import { launchRedis } from '../support/redis-process.ts';
import { type Device, type Service, startService } from '../support/service.ts';
import { dataOf, mutate } from './operations.ts';

const CROWD = 10_000;
const SLOW = 120_000; // ms; it takes a few seconds on a machine that does nothing else
const PAGE_SIZE = 500; // members
const AT_ONCE = 100; // who come at once: more, and a busy machine answers the last of them too late
const WATCH = 'subscription { roomChanged(key: "hall") { kind count member { user { id } } } }';
const PAGE = `query ($after: String) { room(key: "hall") { members(first: ${PAGE_SIZE}, after: $after) {
  edges { node { user { id presence { availability } } } } pageInfo { endCursor hasNextPage }
} } }`;
const enter = (key: string) => `mutation { enterRoom(input: { key: "${key}" }) { room { key } } }`;
const LEAVE = 'mutation { leaveRoom(input: { key: "hall" }) { room { count } } }';

const nameOf = (at: number): string => `crowd-${String(at).padStart(5, '0')}`;

/** By the hub: the front door would take minutes for so many. */
async function fill(service: Service, key: string, count: number, name = nameOf): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - from) }, async (_, at) => {
      const person: Person = { site: asSiteId('default'), user: asUserId(name(from + at)) };
      const { id } = await service.hub.openSession({ person, name: null, namedAt: null }, {});
      await service.hub.enterRoom(person, { key }, async () => id);
    });
    await Promise.all(batch);
    await service.clock.pass(0.001);
  }
}

async function countIn(service: Service): Promise<number> {
  return dataOf(await service.ask<{ room: { count: number } }>('dev:reader', '{ room(key: "hall") { count } }')).room
    .count;
}

describe.each([
  ['embedded', () => ({})],
  ['Redis', () => ({ REDIS_URL: inject('redisUrl'), PRESENCE_REDIS_PREFIX: `large-room-${Math.random()}:` })],
])('a room of ten thousand on the %s store', (_, env) => {
  it(
    'shows everybody, counts right, and tells who comes, hides and leaves',
    async () => {
      const service = await startService(env());
      const crowd = Array.from({ length: CROWD }, (_, at) => nameOf(at));
      await fill(service, 'hall', CROWD);
      expect(await countIn(service)).toBe(CROWD); // as the store has it: nobody here looks at the room yet

      const listed = await readAll(service);
      expect(listed).toEqual(crowd.map((user) => `${user} ONLINE`));

      const stream = (await service.connect({ token: 'dev:watcher', session: false })).subscribe<RoomChange>(WATCH);
      const next = async () => {
        const { kind, count, member } = dataOf(await stream.take()).roomChanged;
        return [kind, member.user.id, count];
      };
      const nextOf = async (count: number) => {
        const all: Awaited<ReturnType<typeof next>>[] = [];
        while (all.length < count) all.push(await next());
        return all;
      };
      expect(await nextOf(CROWD)).toEqual(crowd.map((user) => ['PRESENT', user, CROWD]));

      const ada = await service.connect({ token: 'dev:ada' });
      await ada.ask(enter('hall'));
      expect(await next()).toEqual(['ENTERED', 'ada', CROWD + 1]);
      expect(await countIn(service)).toBe(CROWD + 1);
      await mutate(ada, 'setInvisible', { invisible: true });
      expect(await next()).toEqual(['LEFT', 'ada', CROWD]);
      await mutate(ada, 'setInvisible', { invisible: false });
      expect(await next()).toEqual(['ENTERED', 'ada', CROWD + 1]);
      expect(dataOf(await ada.ask(LEAVE))).toEqual({ leaveRoom: { room: { count: CROWD } } });
      expect(await next()).toEqual(['LEFT', 'ada', CROWD]);

      // Nobody of the crowd sends another heartbeat.
      const known = stream.seen.length;
      const told = async () => {
        await service.clock.pass(1); // what the store could not do at once is tried again
        return stream.seen.length - known;
      };
      await service.clock.pass(80);
      await expect.poll(told, { timeout: SLOW / 2 }).toBe(CROWD);
      const left = await nextOf(CROWD);
      expect(left.map(([kind, , count]) => [kind, count])).toEqual(crowd.map((_, at) => ['LEFT', CROWD - 1 - at]));
      expect(left.map(([, user]) => user).sort()).toEqual(crowd);
      expect(await countIn(service)).toBe(0);
    },
    SLOW,
  );
});

it(
  'entering as the 10,001st sends Redis as many commands and bytes as entering as the eleventh',
  async () => {
    const redis = await launchRedis(); // nobody else’s commands
    onTestFinished(() => redis.stop());
    const service = await startService({ REDIS_URL: redis.url });
    await fill(service, 'hall', CROWD);
    await fill(service, 'nook', 10);
    const [first, second] = [await service.connect({ token: 'dev:ada' }), await service.connect({ token: 'dev:bob' })];
    const traffic = await openMonitor(redis.url);
    const entering = (device: Device, key: string) =>
      traffic.during(async () => expect((await device.ask(enter(key))).errors).toBeUndefined());
    const [large, small] = [await entering(first, 'hall'), await entering(second, 'nook')];
    expect(small.commands).toBe(1);
    expect(large).toEqual(small);
    traffic.close();
  },
  SLOW,
);

interface RoomChange {
  readonly roomChanged: {
    readonly kind: string;
    readonly count: number;
    readonly member: { readonly user: { readonly id: string } };
  };
}

interface Page {
  readonly room: {
    readonly members: {
      readonly edges: readonly { readonly node: { readonly user: Member } }[];
      readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
    };
  };
}

interface Member {
  readonly id: string;
  readonly presence: { readonly availability: string };
}

async function readAll(service: Service): Promise<readonly string[]> {
  const all: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { members }: Page['room'] = dataOf(await service.ask<Page>('dev:reader', PAGE, { after })).room;
    all.push(...members.edges.map(({ node }) => `${node.user.id} ${node.user.presence.availability}`));
    after = members.pageInfo.endCursor;
    more = members.pageInfo.hasNextPage;
  }
  return all;
}

/** What a server says at regular times, whatever happens: its lease, and how many sockets it has. */
const REGULAR = /^presence:({nodes}$|{s\d+}c:)/;

/** What the server sends to Redis; what its scripts call inside is no part of it. */
async function openMonitor(url: string) {
  const redis = new Redis(url);
  const monitor = await redis.monitor();
  const sent: string[][] = [];
  monitor.on('monitor', (_time: string, words: string[], source: string) => {
    if (source !== 'lua') sent.push(words);
  });
  /** Until the monitor has shown all that was sent before. */
  async function settled(): Promise<void> {
    const mark = `mark-${Math.random()}`;
    await redis.echo(mark);
    await expect.poll(() => sent.some((words) => words.includes(mark))).toBe(true);
  }
  const isBeside = (word: string) => word.startsWith('mark-') || REGULAR.test(word);
  return {
    async during(work: () => Promise<unknown>) {
      await settled();
      sent.length = 0;
      await work();
      await settled();
      const commands = sent.filter((words) => !words.some(isBeside));
      const bytes = commands.flat().reduce((sum, word) => sum + Buffer.byteLength(word), 0);
      return { commands: commands.length, bytes };
    },
    close() {
      monitor.disconnect();
      redis.disconnect();
    },
  };
}
