/** Two hubs on one Redis, each by a road of its own; what is done to them and to people there; and what must hold at rest. */
import { systemClock } from '../../src/hub/clock.ts';
import { createHub, type Hub } from '../../src/hub/hub.ts';
import { DEFAULT_LIMITS } from '../../src/hub/limits.ts';
import { Refusal } from '../../src/hub/refusal.ts';
import type { Connection } from '../../src/hub/session.ts';
import { asMillis, asSiteId, asUserId, type Person } from '../../src/presence/ids.ts';
import { EMPTY_RECORD, type PresenceRecord } from '../../src/presence/record.ts';
import { type PresenceView, resolve } from '../../src/presence/resolve.ts';
import { openRedisStore, type RedisStore } from '../../src/store/redis/redis.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { type PrivateRedis, pause } from '../support/fleet.ts';
import { later } from '../support/later.ts';
import { possibilities } from './possibilities.ts';
import { openRoad, type Road } from './road.ts';

export const USERS = ['ada', 'grace', 'hal'] as const;
type User = (typeof USERS)[number];

export type Step =
  | { readonly what: 'open'; readonly hub: number; readonly user: User }
  | { readonly what: 'close' | 'drop'; readonly which: number }
  | { readonly what: 'move'; readonly which: number; readonly hub: number }
  | { readonly what: 'say'; readonly hub: number; readonly user: User; readonly lasts: number | null }
  | { readonly what: 'hide'; readonly hub: number; readonly user: User; readonly invisible: boolean }
  | { readonly what: 'crash' | 'cut' | 'silence' | 'deafen' | 'heal'; readonly hub: number }
  | { readonly what: 'wait'; readonly ms: number };

export interface World {
  /** Does it, without waiting for what comes of it. */
  take(step: Step): Promise<void>;
  /** Mends everything, waits for what is under way, and lets go of connections that have been replaced. */
  mend(): Promise<void>;
  /** What is not as it must be at rest, in words. */
  wrong(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const TIMINGS = {
  idleTimeout: asMillis(60_000),
  reconnectGrace: asMillis(50),
  offlineAfter: asMillis(100),
  heartbeatTtl: asMillis(60_000),
  lastActiveRefresh: asMillis(60_000),
  nodeLease: asMillis(400),
  pingInterval: asMillis(60_000),
  linger: asMillis(100),
};
const QUIET = { error: () => {}, warn: () => {}, info: () => {} };

interface Side {
  readonly hub: Hub;
  readonly store: RedisStore;
  readonly road: Road;
  /** What its watcher was last told of each. */
  readonly told: ReadonlyMap<string, string>;
}

interface Open {
  readonly user: User;
  readonly side: Side;
  readonly connection: Connection;
  state: 'OPEN' | 'LEFT' | 'REPLACED' | 'CRASHED';
}

export async function createWorld(redis: PrivateRedis, prefix: string): Promise<World> {
  const judge = await openStore(redis.url, prefix);
  const clock = systemClock(judge.offset);
  const everySide: Side[] = [];
  const crashed = new Set<Side>();
  const sides = [await startSide(), await startSide()];
  const connections: Open[] = [];
  const said = possibilities<string | null>(null);
  const hidden = possibilities<boolean>(false);
  const underWay = new Set<Promise<void>>();
  const failures: string[] = [];
  let words = 0;

  async function startSide(): Promise<Side> {
    const road = await openRoad(redis.port);
    const store = await openStore(road.url, prefix);
    const hub = createHub({
      store,
      clock: systemClock(store.offset),
      log: QUIET,
      timings: TIMINGS,
      limits: { ...DEFAULT_LIMITS, watch: USERS.length },
      defaults: { connectionCap: 0 },
    });
    const told = new Map<string, string>();
    const changes = await insist(() => hub.watch(SITE, USERS, { until: null }));
    (async () => {
      for await (const { seen } of changes) told.set(seen.person.user, looks(seen.view));
    })().catch(fail);
    const side = { hub, store, road, told };
    everySide.push(side);
    return side;
  }

  function fail(error: unknown): void {
    failures.push(String(error));
  }

  /** Who asks while the store is out of reach is told so; and by then what was to end may have ended. */
  function begin(work: Promise<unknown>): void {
    const done = work.then(
      () => {},
      (error: unknown) => {
        if (!(error instanceof StoreUnavailable || error instanceof Refusal)) fail(error);
      },
    );
    underWay.add(done);
    done.finally(() => underWay.delete(done)).catch(fail);
  }

  const sideOf = (hub: number): Side => sides[hub % sides.length] ?? nobody();
  const openOf = (which: number): Open | undefined => {
    const open = connections.filter(({ state }) => state !== 'LEFT');
    return open[which % Math.max(open.length, 1)];
  };

  async function connect(user: User, side: Side, from?: Open): Promise<void> {
    const visitor = { person: person(user), name: null, namedAt: null };
    const connection = await side.hub.connect(visitor, from === undefined ? {} : { sessionId: from.connection.id });
    connections.push({ user, side, connection, state: crashed.has(side) ? 'CRASHED' : 'OPEN' });
    // Two may take up one session at once: it belongs to whoever was later.
    const same = connections.filter((open) => open.state === 'OPEN' && open.connection.id === connection.id);
    const newest = Math.max(...same.map(({ connection }) => connection.generation));
    for (const open of same) if (open.connection.generation < newest) open.state = 'REPLACED';
  }

  /** They have left the old connection, whatever becomes of the new one; its server has not noticed yet. */
  function move(from: Open | undefined, to: Side): void {
    if (from === undefined) return;
    if (from.state === 'OPEN') from.state = 'REPLACED';
    begin(connect(from.user, to, from));
  }

  function leave(open: Open | undefined, how: 'CLOSED' | 'DROPPED'): void {
    if (open === undefined || open.state === 'CRASHED') return;
    open.state = 'LEFT';
    begin(open.connection.leave(how));
  }

  function say(user: User, { hub }: Side, lasts: number | null): void {
    const text = `word ${++words}`;
    const expiresAt = lasts === null ? null : new Date(hub.now() + lasts);
    begin(said.change(user, lasts === null ? text : null, hub.setStatus(person(user), { text, expiresAt })));
  }

  /** As kill -9 does: its sockets are gone, nobody hears of it again, and another process starts in its place. */
  async function crash(hub: number): Promise<void> {
    const side = sideOf(hub);
    side.road.cut();
    crashed.add(side);
    for (const open of connections) if (open.side === side && open.state !== 'LEFT') open.state = 'CRASHED';
    sides[sides.indexOf(side)] = await startSide();
  }

  async function take(step: Step): Promise<void> {
    switch (step.what) {
      case 'open':
        return begin(connect(step.user, sideOf(step.hub)));
      case 'move':
        return move(openOf(step.which), sideOf(step.hub));
      case 'close':
        return leave(openOf(step.which), 'CLOSED');
      case 'drop':
        return leave(openOf(step.which), 'DROPPED');
      case 'say':
        return say(step.user, sideOf(step.hub), step.lasts);
      case 'hide':
        return begin(
          hidden.change(
            step.user,
            step.invisible,
            sideOf(step.hub).hub.setInvisible(person(step.user), step.invisible),
          ),
        );
      case 'crash':
        return crash(step.hub);
      case 'cut':
        return sideOf(step.hub).road.cut();
      case 'silence':
        return sideOf(step.hub).road.silence();
      case 'deafen':
        return sideOf(step.hub).road.deafen();
      case 'heal':
        return sideOf(step.hub).road.mend();
      case 'wait':
        return pause(step.ms);
      default:
        return step satisfies never;
    }
  }

  async function mend(): Promise<void> {
    for (const { road } of sides) road.mend();
    while (underWay.size > 0) await Promise.all(underWay);
    for (const open of connections) if (open.state === 'REPLACED') leave(open, 'DROPPED');
    while (underWay.size > 0) await Promise.all(underWay);
  }

  async function wrong(): Promise<readonly string[]> {
    const records = await insist(() => judge.read(USERS.map(person)));
    return [...failures, ...USERS.flatMap((user, at) => wrongWith(user, records[at] ?? EMPTY_RECORD))];
  }

  function wrongWith(user: User, record: PresenceRecord): readonly string[] {
    const truth = looks(resolve(record, clock.now()));
    const theirs = connections.filter((open) => open.user === user && open.state === 'OPEN');
    const open = theirs.map(({ connection }) => connection.id).sort();
    const held = record.sessions.map(({ id }) => id).sort();
    const text = record.line?.text ?? null;
    return [
      ...sides.flatMap(({ told }, hub) =>
        told.get(user) === truth ? [] : [`hub ${hub} said that ${user} is ${told.get(user)}, but it is ${truth}`],
      ),
      ...(open.join() === held.join() ? [] : [`${user} is connected by [${open}], but has [${held}]`]),
      ...(said.allow(user, text) ? [] : [`${user} has said ${text}, and not ${said.of(user)}`]),
      ...(hidden.allow(user, record.invisible)
        ? []
        : [`${user} is hidden: ${record.invisible}, and not ${hidden.of(user)}`]),
    ];
  }

  return {
    take,
    mend,
    wrong,
    async close() {
      await Promise.all(everySide.map(({ hub }) => hub.close()));
      await Promise.all([judge, ...everySide.map(({ store }) => store)].map((store) => store.close()));
    },
  };
}

const SITE = asSiteId('model');
const person = (user: User): Person => ({ site: SITE, user: asUserId(user) });

/** All that is announced. */
const looks = ({ availability, status }: PresenceView): string =>
  [availability, status?.text].filter((word) => word != null).join(' ');

/** On a machine that is busy enough a Redis that is there does not answer in time either. */
async function insist<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }
}

function openStore(url: string, prefix: string): Promise<RedisStore> {
  return openRedisStore({ url, prefix, wall: Date.now, later });
}

function nobody(): never {
  throw new Error('there is always one');
}
