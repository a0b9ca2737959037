/** People on real sockets who behave as applications do: whoever loses the connection comes back, with the session they had. */

import { onEndings } from '../support/endings.ts';
import { pause } from '../support/fleet.ts';
import type { ServerProcess } from '../support/server-process.ts';
import type { ConnectionInit, Device } from '../support/service.ts';

export type Server = Pick<ServerProcess, 'ask' | 'connect'>;

export interface Member {
  readonly user: string;
  /** The codes with which connections of theirs closed, and when. */
  readonly closings: readonly { readonly code: number; readonly at: number }[];
  /** Every session they had; one, as long as each reconnect was a resume. */
  readonly sessions: ReadonlySet<string>;
  /** The connection they have now; null while they look for one. */
  device(): Device | null;
  /** Goes, with a close frame, and does not come back. */
  leave(code?: number): void;
  /** Goes without a word, and does not come back. */
  vanish(): void;
}

export interface Habits extends ConnectionInit {
  /** Where to connect next; asked at every attempt. */
  readonly server: () => Server;
  /** false: stays away when the connection is lost. */
  readonly comesBack?: boolean;
}

/** Resolves once they are connected. */
export async function join(user: string, habits: Habits): Promise<Member> {
  const { server, comesBack = true, ...init } = habits;
  const closings: { code: number; at: number }[] = [];
  const sessions = new Set<string>();
  let device: Device | null = null;
  let gone = false;

  async function connect(): Promise<Device | null> {
    const sessionId = [...sessions].at(-1) ?? null;
    try {
      return await server().connect({ token: `dev:${user}`, ...init, ...(sessionId === null ? {} : { sessionId }) });
    } catch {
      return null; // nobody there, or not yet
    }
  }

  async function stay(arrived: () => void): Promise<void> {
    while (!gone) {
      device = await connect();
      if (device === null) {
        await pause(RETRY + Math.random() * RETRY);
        continue;
      }
      devices.add(device);
      if (device.sessionId !== null) sessions.add(device.sessionId);
      arrived();
      const code = await device.closed;
      devices.delete(device);
      device = null;
      closings.push({ code, at: Date.now() });
      gone ||= !comesBack;
    }
  }

  const go = (how: (device: Device) => void) => {
    gone = true;
    if (device !== null) how(device);
  };
  const member: Member = {
    user,
    closings,
    sessions,
    device: () => device,
    leave: (code = 1000) => go(({ socket }) => socket.close(code)),
    vanish: () => go(({ socket }) => socket.terminate()),
  };
  members.add(member);
  await new Promise<void>((resolve, reject) => {
    stay(resolve).catch(reject);
  });
  return member;
}

const RETRY = 50; // ms, and up to twice that

/** Many of them, at most 50 connecting at a time. */
export async function joinAll(users: readonly string[], habits: Habits): Promise<readonly Member[]> {
  const all: Member[] = [];
  for (let from = 0; from < users.length; from += 50) {
    all.push(...(await Promise.all(users.slice(from, from + 50).map((user) => join(user, habits)))));
  }
  return all;
}

/** `n` names: `ada-1`, `ada-2` and so on. */
export const named = (name: string, n: number): readonly string[] =>
  Array.from({ length: n }, (_, at) => `${name}-${at + 1}`);

const members = new Set<Member>();
const devices = new Set<Device>();
onEndings({
  afterTest() {
    for (const member of members) member.vanish();
    for (const { socket } of devices) socket.terminate();
    members.clear();
    devices.clear();
  },
});
