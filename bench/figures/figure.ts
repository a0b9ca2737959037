/** What these measurements share: server processes, raw clients, and figures that are text. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import WebSocket from 'ws';

export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly beside?: string;
}

/** One of these measurements; `redisUrl` is an empty Redis that nobody else uses. */
export type Figures = (redisUrl: string) => Promise<readonly Figure[]>;

export interface Node {
  readonly url: string;
  stop(): Promise<void>;
}

/** A built server process on this Redis. */
export async function startNode(redisUrl: string, env: Readonly<Record<string, string>> = {}): Promise<Node> {
  const child = spawn(process.execPath, ['dist/server/main.js'], {
    cwd: join(import.meta.dirname, '..', '..'),
    env: { PATH: process.env.PATH, REDIS_URL: redisUrl, PORT: '0', LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
      const found = /Presence is on (\S+)\/graphql/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(`the server ended: ${said}`)));
  });
  return {
    url,
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

export interface Client {
  readonly socket: WebSocket;
  readonly sessionId: string | null;
  /** Calls `hear` with the data of every result. */
  subscribe(query: string, variables: object, hear: (data: unknown) => void): void;
  ask(query: string, variables?: object): Promise<unknown>;
}

export function connect(url: string, init: object): Promise<Client> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const listeners = new Map<string, (data: unknown) => void>();
  let last = 0;
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: init })));
    socket.on('message', (text) => {
      const { type, id, payload } = JSON.parse(String(text));
      if (type === 'next') listeners.get(id)?.(payload.data);
      else if (type === 'error') reject(new Error(JSON.stringify(payload)));
      else if (type === 'connection_ack') resolve({ socket, sessionId: payload.sessionId, subscribe, ask });
    });
    function subscribe(query: string, variables: object, hear: (data: unknown) => void): void {
      const id = String(++last);
      listeners.set(id, hear);
      socket.send(JSON.stringify({ type: 'subscribe', id, payload: { query, variables } }));
    }
    const ask = (query: string, variables: object = {}) =>
      new Promise<unknown>((answered) => subscribe(query, variables, answered));
  });
}

export const WATCH = `subscription ($ids: [ID!]) {
  presenceChanged(userIds: $ids) { initial user { id } presence { availability status { text emoji } lastActive } }
}`;

export const SAY = 'mutation ($text: String) { setStatus(input: { text: $text }) { viewer { availability } } }';

/** Commands that were sent to Redis; what its scripts call inside is part of the command that ran them. */
export async function commandsDuring(redisUrl: string, work: () => Promise<unknown>): Promise<number> {
  const redis = new Redis(redisUrl);
  const monitor = await redis.monitor();
  let sent = 0;
  monitor.on('monitor', (_time: string, _command: string[], source: string) => {
    if (source !== 'lua') sent++;
  });
  await work();
  await sleep(50); // the last of them are still on their way
  monitor.disconnect();
  redis.disconnect();
  return sent;
}

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The value below which `share` (0 to 1) of them lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const ms = (value: number): string => `${value.toFixed(1)} ms`;
