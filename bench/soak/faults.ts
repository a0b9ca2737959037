/** What goes wrong, one thing at a time: servers that are stopped or killed and come back, connections to Redis that are cut. */
import { setTimeout as sleep } from 'node:timers/promises';

interface Node {
  readonly url: string;
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<unknown>;
}

export interface Fleet {
  /** On the port of the one before it, when there was one. */
  startNode(at: number): Promise<Node>;
  /** One command to the Redis that they share. */
  command(...words: readonly string[]): Promise<unknown>;
}

export interface Faults {
  readonly nodes: readonly Running[];
  /** How often each kind of thing has happened. */
  readonly happened: ReadonlyMap<string, number>;
  /** From now on; `every` is how long it is quiet between two, on average, in ms. */
  begin(every: number): void;
  /** Resolves when everything runs again. */
  pause(): Promise<void>;
  /** One fault, now; resolves when everything runs again. */
  strike(number: number): Promise<void>;
  stop(): Promise<void>;
}

export interface Running {
  node: Node;
  /** When it was started; ms of performance.now. */
  since: number;
}

/** The last of each round, in turn. Messages that are lost are lost without a trace, so theirs is every second. */
const LAST = [
  'messages from Redis cut',
  'server killed',
  'messages from Redis cut',
  'commands to Redis cut',
  'messages from Redis cut',
  'server stopped',
];
const MOST_DOWN = 2_000; // ms that a server stays away

/** @param spared which server is not restarted at present: one has to live long enough to grow, if it does */
export async function createFaults({ startNode, command }: Fleet, spared: () => number | null): Promise<Faults> {
  const start = async (at: number): Promise<Running> => ({ node: await startNode(at), since: performance.now() });
  const nodes = await Promise.all([start(0), start(1)]);
  const happened = new Map<string, number>();
  let running: { over: boolean; readonly done: Promise<void> } | null = null;

  async function restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const at = [0, 1].filter((each) => each !== spared())[Math.floor(Math.random() * (spared() === null ? 2 : 1))] ?? 0;
    const hit = nodes[at];
    if (hit === undefined) return;
    await hit.node.kill(signal);
    await sleep(Math.random() * MOST_DOWN);
    Object.assign(hit, await start(at));
  }

  type Kind = readonly [name: string, happen: () => Promise<unknown>];
  const KINDS: readonly Kind[] = [
    ['server stopped', () => restart('SIGTERM')],
    ['server killed', () => restart('SIGKILL')],
    ['commands to Redis cut', () => command('CLIENT', 'KILL', 'TYPE', 'normal')],
    ['messages from Redis cut', () => command('CLIENT', 'KILL', 'TYPE', 'pubsub')],
    ['Redis slow', () => command('CLIENT', 'PAUSE', '700')],
  ];

  let waiting: Kind[] = []; // each has its turn before any has another

  async function keepFailing(state: { over: boolean }, every: number): Promise<void> {
    for (;;) {
      for (let left = every * (0.5 + Math.random()); left > 0 && !state.over; left -= 50) await sleep(50);
      if (state.over) return;
      if (waiting.length === 0) waiting = [...KINDS].sort(() => Math.random() - 0.5);
      const [name = '', happen = async () => undefined] = waiting.pop() ?? [];
      happened.set(name, (happened.get(name) ?? 0) + 1);
      await happen();
    }
  }

  async function pause(): Promise<void> {
    if (running !== null) running.over = true;
    await running?.done;
    running = null;
  }

  return {
    nodes,
    happened,
    begin(every) {
      const state = { over: false };
      running = Object.assign(state, { done: keepFailing(state, every) });
    },
    pause,
    async strike(number) {
      const name = LAST[number % LAST.length];
      await KINDS.find(([each]) => each === name)?.[1]();
    },
    async stop() {
      await pause();
      await Promise.all(nodes.map(({ node }) => node.kill('SIGKILL')));
    },
  };
}
