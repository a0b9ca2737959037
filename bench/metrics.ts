/** What is measured: what each figure is called, in what unit, and what it is to be. */
import type { ContenderName } from './contenders.ts';

export interface Metric {
  readonly what: string;
  readonly unit: Unit;
  readonly goals?: readonly Goal[];
}

export type Unit = 'µs' | 'ms' | 'B' | '/s' | '×' | '';

/** Of our figure: by itself, or as a multiple of another's in the same round. */
export interface Goal {
  readonly beside?: ContenderName;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export const METRICS = {
  deliveryMany: {
    what: 'server CPU per delivery, 10,000 watchers of one person',
    unit: 'µs',
    goals: [
      { beside: 'frame', atMost: 1.2 },
      { beside: 'socketIo', atMost: 0.5 },
      { beside: 'naive', atMost: 1 / 9 },
    ],
  },
  deliveryFew: { what: 'server CPU per delivery, 1,000 watchers of one person', unit: 'µs' },
  firstP50: { what: 'from a change to its first delivery, 10,000 watchers, p50', unit: 'ms' },
  lastP50: {
    what: 'from a change to its last delivery, 10,000 watchers, p50',
    unit: 'ms',
    goals: [{ beside: 'socketIo', atMost: 0.7 }],
  },
  lastP99: {
    what: 'from a change to its last delivery, 10,000 watchers, p99',
    unit: 'ms',
    goals: [{ beside: 'socketIo', atMost: 1 }],
  },
  crowding: {
    what: 'cost of a delivery to 1,000 watchers when 10 times as many are online',
    unit: '×',
    goals: [{ atMost: 1.1 }],
  },
  connectCpu: { what: 'server CPU to connect, appear and have a snapshot', unit: 'µs' },
  connectRate: { what: 'connected with a snapshot, 200 at once', unit: '/s' },
  memory: {
    what: 'memory per connection with a session and one watch',
    unit: 'B',
    goals: [
      { beside: 'frame', atMost: 1.35 },
      { beside: 'naive', atMost: 0.45 },
    ],
  },
  further: { what: 'memory per further person watched', unit: 'B', goals: [{ atMost: 100 }] },
  storm: {
    what: 'server CPU per delivery, 4,000 watch 100 each and 2,000 change at once, changes included',
    unit: 'µs',
    goals: [
      { beside: 'frame', atMost: 0.5 },
      { beside: 'naive', atMost: 1 / 25 },
    ],
  },
  stormRefused: { what: 'refusals per change in that storm', unit: '', goals: [{ atMost: 0 }] },
  stormRate: { what: 'deliveries in that storm', unit: '/s' },
  nearP50: {
    what: 'from a change to the last of 100 watchers, same server, p50',
    unit: 'ms',
    goals: [{ beside: 'socketIo', atMost: 1 }],
  },
  nearP99: {
    what: 'from a change to the last of 100 watchers, same server, p99',
    unit: 'ms',
    goals: [{ beside: 'socketIo', atMost: 1 }],
  },
  farP50: {
    what: 'from a change to the last of 100 watchers, another server, p50',
    unit: 'ms',
    goals: [{ beside: 'socketIo', atMost: 1 }],
  },
  farP99: {
    what: 'from a change to the last of 100 watchers, another server, p99',
    unit: 'ms',
    goals: [{ beside: 'socketIo', atMost: 1 }],
  },
  mutation: { what: 'server CPU per setStatus over WebSocket', unit: 'µs', goals: [{ beside: 'echo', atMost: 3.3 }] },
  mutationRate: { what: 'setStatus, 50 clients', unit: '/s', goals: [{ beside: 'naive', atLeast: 2.5 }] },
  commitRate: { what: 'updates through one Redis, from two processes', unit: '/s' },
  commitCpu: { what: 'CPU of Redis per update', unit: 'µs', goals: [{ atMost: 10 }] },
  commitShare: {
    what: 'those updates beside what redis-benchmark sets, -P 1, as many under way',
    unit: '×',
    goals: [{ atLeast: 0.5 }],
  },
  commitOneRate: { what: 'updates through one Redis, from one process', unit: '/s' },
  commitOneShare: { what: 'those of one process beside redis-benchmark', unit: '×' },
  setRate: { what: 'redis-benchmark SET of 200 bytes, -P 1, 50 clients', unit: '/s' },
  watchCold: {
    what: 'server CPU to watch 100 people with a snapshot, whom nobody watched',
    unit: 'µs',
    goals: [{ beside: 'topics', atMost: 1 / 7 }],
  },
  watchWarm: {
    what: 'server CPU to watch 100 people with a snapshot, whom others watch',
    unit: 'µs',
    goals: [{ beside: 'topics', atMost: 1 / 13 }],
  },
  query: { what: 'server CPU per query of a dot over HTTP', unit: 'µs', goals: [{ beside: 'yoga', atMost: 0.5 }] },
  queryRate: { what: 'queries of a dot over HTTP, 16 at once', unit: '/s' },
  idle: { what: 'server CPU per idle connection and second', unit: 'µs', goals: [{ beside: 'frame', atMost: 1.3 }] },
  restartFlow: {
    what: 'Redis is back, empty, under 10,000 sessions: until events flow',
    unit: 'ms',
    goals: [{ atMost: 100 }],
  },
  restartRight: {
    what: 'Redis is back, empty, under 10,000 sessions: until every record is right',
    unit: 'ms',
    goals: [{ atMost: 500 }],
  },
  restartEvents: {
    what: 'the most that one watcher is told of one person meanwhile',
    unit: '',
    goals: [{ atMost: 1 }],
  },
  killedFirst: {
    what: 'a server with 10,000 sessions is killed: until the first is told',
    unit: 'ms',
    goals: [{ atMost: 6_000 }],
  },
  killedLast: { what: 'a server with 10,000 sessions is killed: until the last is told', unit: 'ms' },
  killedWrong: {
    what: 'events about people who are connected elsewhere meanwhile',
    unit: '',
    goals: [{ atMost: 0 }],
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;
