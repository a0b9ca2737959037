/**
 * A soak: many people on two servers change all the time, while servers are restarted and connections to Redis are cut.
 * Now and then everything holds still, and it is compared what everybody believes of everybody they watch with what each
 * server says is so, and what the servers hold with what there is.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { anyDeed } from './deeds.ts';
import { createFaults, type Faults, type Fleet, type Running } from './faults.ts';
import { createMember, type Member } from './member.ts';
import { type Difference, differences } from './truth.ts';

export interface SoakOptions extends Fleet {
  readonly sockets: number;
  /** People whom each of them watches. */
  readonly watched: number;
  /** How often it is compared, */
  readonly rounds: number;
  /** after how long each; ms. */
  readonly round: number;
  /** Deeds a second, all of them together. */
  readonly rate: number;
  /** Time between two faults, on average; ms. */
  readonly faultEvery: number;
  /** Told of each comparison. */
  readonly tell: (round: Round) => void;
}

export interface Round {
  readonly number: number;
  /** Beliefs that were compared, with each server. */
  readonly compared: number;
  readonly wrong: readonly Difference[];
  /** People who want to be connected, and are not, or were not told of everybody. */
  readonly stuck: readonly string[];
  readonly nodes: readonly NodeFigures[];
  readonly redis: { readonly keys: number; readonly bytes: number };
  /** What is there that should not be; sentences. */
  readonly left: readonly string[];
}

export interface NodeFigures {
  /** How long it has been running; s. */
  readonly up: number;
  readonly connections: number;
  readonly sessions: number;
  readonly watches: number;
  readonly files: number;
  readonly handles: number;
  /** Bytes. */
  readonly resident: number;
  readonly heap: number;
}

export interface SoakReport {
  readonly rounds: readonly Round[];
  readonly deeds: number;
  readonly refused: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<string, number>;
  /** What should not have been; sentences. */
  readonly complaints: readonly string[];
}

const AT_ONCE = 100; // ms between two people who connect at the beginning, for a hundred of them
const SETTLED = 40_000; // ms in which everybody is back, and told of everybody
const HOMEWARD = 500; // ms for those who go home to have left
const LAST_WORDS = 400; // ms, in the middle of which something goes wrong
const LAST_RATE = 500; // deeds a second then
const AGREED = 10_000; // ms in which servers have noticed who is gone
/** Those that tell to try again, or that the connection went; what is over, and times that have passed, by the time they are read. */
const EXPECTED = new Set(['LOST', 'STORE_UNAVAILABLE', 'NOT_FOUND', 'BAD_USER_INPUT']);

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { sockets, watched, rounds, round, rate, faultEvery, tell } = options;
  const complaints: string[] = [];
  const refused = new Map<string, number>();
  let number = 0;
  // The first server lives through the first half, and the second through the rest, to see whether they grow.
  const faults = await createFaults(options, () => (rounds < 4 ? null : number <= rounds / 2 ? 0 : 1));
  const names = Array.from({ length: sockets }, (_, at) => `user-${at}`);
  const server = (at: number) => (attempt: number) => faults.nodes[(at + attempt) % 2]?.node.url ?? '';
  const members: Member[] = [];
  let deeds = 0;

  async function keepBusy(state: { over: boolean }, rate: number): Promise<void> {
    const underWay = new Set<Promise<void>>();
    while (!state.over) {
      const member = members[Math.floor(Math.random() * members.length)];
      if (member === undefined) break;
      const done: Promise<void> = anyDeed()(member, deeds++)
        .then((code) => {
          if (code === null) return;
          refused.set(code, (refused.get(code) ?? 0) + 1);
          if (!EXPECTED.has(code)) complaints.push(`${member.name} was refused with ${code}`);
        })
        .finally(() => underWay.delete(done));
      underWay.add(done);
      await sleep(1_000 / rate);
    }
    await Promise.all(underWay);
  }

  /** What goes wrong while people change and is not made good by their next change, because there is none. */
  async function lastWords(number: number): Promise<void> {
    for (const member of members) member.goHome();
    await sleep(HOMEWARD);
    await settled(members);
    const struck = sleep(LAST_WORDS / 4).then(() => faults.strike(number));
    const state = { over: false };
    const busy = keepBusy(state, LAST_RATE);
    await sleep(LAST_WORDS);
    state.over = true;
    await Promise.all([busy, struck]);
  }

  const all: Round[] = [];
  try {
    for (const [at, name] of names.entries()) {
      const others = Array.from({ length: watched }, (_, k) => names[(at + 1 + k * k) % sockets] ?? name);
      members.push(
        createMember({
          name,
          watched: [...new Set(others)],
          server: server(at),
          complain: (what) => complaints.push(what),
        }),
      );
      if (at % 100 === 99) await sleep(AT_ONCE);
    }
    await settled(members);
    for (number = 1; number <= rounds; number++) {
      for (const member of members) if (!member.isPresent()) member.comeBack();
      const state = { over: false };
      const busy = keepBusy(state, rate);
      faults.begin(faultEvery);
      await sleep(round);
      await faults.pause();
      state.over = true;
      await busy;
      await lastWords(number - 1);
      const result = await compare(number, { members, names, faults, command: options.command });
      all.push(result);
      tell(result);
    }
  } finally {
    for (const member of members) member.stop();
    await faults.stop();
  }
  return { rounds: all, deeds, refused, faults: faults.happened, complaints };
}

interface World {
  readonly members: readonly Member[];
  readonly names: readonly string[];
  readonly faults: Faults;
  readonly command: Fleet['command'];
}

async function compare(number: number, { members, names, faults, command }: World): Promise<Round> {
  const stuck = await settled(members);
  const urls = faults.nodes.map(({ node }) => node.url);
  const wrong = await differences(members, names, urls);
  const end = performance.now() + AGREED;
  for (;;) {
    const nodes = await Promise.all(faults.nodes.map(figuresOf));
    const redis = { keys: Number(await command('DBSIZE')), bytes: await memoryOf(command) };
    const left = leftOver({ members, nodes, keys: redis.keys });
    if (left.length === 0 || performance.now() > end) {
      const compared =
        members.reduce((sum, each) => sum + (each.isSettled() ? each.believed.size : 0), 0) * urls.length;
      return { number, compared, wrong, stuck, nodes, redis, left };
    }
    await sleep(250);
  }
}

/** Resolves when everybody who wants to be is connected and told of everybody; with those who are not by then. */
async function settled(members: readonly Member[]): Promise<readonly string[]> {
  const end = performance.now() + SETTLED;
  for (;;) {
    const missing = members.filter((member) => member.isPresent() && !member.isSettled());
    if (missing.length === 0 || performance.now() > end) return missing.map(({ name }) => name);
    await sleep(100);
  }
}

/** What the servers hold for nobody, and what Redis has of nobody. */
function leftOver(found: {
  readonly members: readonly Member[];
  readonly nodes: readonly NodeFigures[];
  readonly keys: number;
}): readonly string[] {
  const there = found.members.filter((member) => member.isSettled()).length;
  const sum = (of: (node: NodeFigures) => number) => found.nodes.reduce((all, node) => all + of(node), 0);
  const counted = [
    ['connections', sum(({ connections }) => connections)],
    ['sessions', sum(({ sessions }) => sessions)],
    ['watches', sum(({ watches }) => watches)],
  ] as const;
  const most = found.members.length + SETS_OF_PEOPLE * SHARDS + OTHERS;
  return [
    ...counted.filter(([, count]) => count !== there).map(([what, count]) => `${count} ${what} of ${there} sockets`),
    ...(found.keys > most ? [`${found.keys} keys in Redis, and at most ${most} have a reason`] : []),
  ];
}

const SHARDS = 256;
const SETS_OF_PEOPLE = 2 + 3; // deadlines, who is seen; and who is at which server, one of which may have just gone
const OTHERS = 8; // leases, connections, the site

const MIB_IN = /^used_memory:(\d+)/m;
const memoryOf = async (command: Fleet['command']) => Number(MIB_IN.exec(String(await command('INFO', 'memory')))?.[1]);

async function figuresOf({ node, since }: Running): Promise<NodeFigures> {
  const text = await (await fetch(`${node.url}/metrics`)).text();
  const read = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return {
    up: Math.round((performance.now() - since) / 1_000),
    connections: read('presence_connections'),
    sessions: read('presence_sessions'),
    watches: read('presence_watches'),
    files: read('process_open_fds'),
    handles: read('nodejs_active_resources_total'),
    resident: read('process_resident_memory_bytes'),
    heap: read('nodejs_heap_size_used_bytes'),
  };
}
