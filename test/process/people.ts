/** People and those who watch them, on real sockets; every socket is cut after the test. */

import { onEndings } from '../support/endings.ts';
import type { ServerProcess } from '../support/server-process.ts';
import type { ConnectionInit, Device } from '../support/service.ts';

type Server = Pick<ServerProcess, 'ask' | 'connect'>;

const devices = new Set<Device>();
onEndings({
  afterTest() {
    for (const { socket } of devices) socket.terminate();
    devices.clear();
  },
});

/** A device of `user`, which appears by being connected. */
export async function connect(server: Server, user: string, init: ConnectionInit = {}): Promise<Device> {
  const device = await server.connect({ token: `dev:${user}`, ...init });
  devices.add(device);
  return device;
}

/** What a watcher is told, and when. */
export interface Sight {
  readonly user: string;
  readonly availability: string;
  readonly text: string | null;
  readonly initial: boolean;
  readonly lastActive: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Watcher {
  /** The next one; waits for it. */
  next(): Promise<Sight>;
}

/** Somebody who watches and does not appear; resolves once the present values have come. */
export async function watch(server: Server, ...users: readonly string[]): Promise<Watcher> {
  const device = await connect(server, 'watcher', { session: false });
  const changes = device.subscribe<{ presenceChanged: Told }>(WATCH, { users });
  const next = async (): Promise<Sight> => {
    const { data, errors } = await changes.take();
    const at = Date.now();
    if (data == null) throw new Error(`The watch failed: ${JSON.stringify(errors)}`);
    const { user, initial, presence } = data.presenceChanged;
    const { availability, status, lastActive } = presence;
    return { user: user.id, initial, availability, text: status?.text ?? null, lastActive, at };
  };
  for (const _ of users) await next();
  return { next };
}

interface Told {
  readonly initial: boolean;
  readonly user: { readonly id: string };
  readonly presence: {
    readonly availability: string;
    readonly status: { readonly text: string | null } | null;
    readonly lastActive: string | null;
  };
}

const WATCH = `subscription ($users: [ID!]!) {
  presenceChanged(userIds: $users) { initial user { id } presence { availability status { text } lastActive } }
}`;

/** A mutation by HTTP that has to succeed. */
export async function tell<Data = Record<string, unknown>>(
  server: Server,
  user: string,
  mutation: string,
  variables: object = {},
): Promise<Data> {
  const { data, errors } = await server.ask<Data>(`dev:${user}`, mutation, variables);
  if (data == null || errors !== undefined) throw new Error(`${mutation} failed: ${JSON.stringify(errors)}`);
  return data;
}

export const setStatus = (server: Server, user: string, input: object) =>
  tell(server, user, 'mutation ($input: SetStatusInput!) { setStatus(input: $input) { viewer { id } } }', { input });

export const setInvisible = (server: Server, user: string, invisible: boolean) =>
  tell(server, user, `mutation { setInvisible(input: { invisible: ${invisible} }) { viewer { id } } }`);

/** By the device itself; the session is the socket's. */
export async function report({ ask, sessionId }: Device, activity: string): Promise<void> {
  const { errors } = await ask(
    'mutation ($input: ReportActivityInput!) { reportActivity(input: $input) { viewer { id } } }',
    { input: { sessionId, activity } },
  );
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
}

/** Without a socket. @returns the session's id */
export async function openSession(server: Server, user: string, input: object = {}): Promise<string> {
  const opened = await tell<{ openSession: { session: { id: string } } }>(
    server,
    user,
    'mutation ($input: OpenSessionInput!) { openSession(input: $input) { session { id } } }',
    { input },
  );
  return opened.openSession.session.id;
}

export const closeSession = (server: Server, user: string, sessionId: string | null) =>
  tell(server, user, 'mutation ($id: ID!) { closeSession(input: { sessionId: $id }) { session { id } } }', {
    id: sessionId,
  });

export async function heartbeat(server: Server, user: string, sessionId: string): Promise<void> {
  const id = { id: sessionId };
  await tell(server, user, 'mutation ($id: ID!) { heartbeat(input: { sessionId: $id }) { session { id } } }', id);
}
