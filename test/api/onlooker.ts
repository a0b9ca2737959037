/** Somebody who watches others and tells what they see, a line for each change: `grace BUSY 🌴 Holidays`. */
import { expect } from 'vitest';
import type { Answer, Device, Service, Stream } from '../support/service.ts';
import { dataOf, http, LOOK, type Look, mutate, PRESENCE } from './operations.ts';

export interface Onlooker {
  readonly device: Device;
  readonly stream: Stream<Change>;
  /** The present values that the watch began with. */
  readonly initial: readonly string[];
  next(): Promise<string>;
  /** Fails when anything was announced since the last `next`. */
  sawNothing(): Promise<void>;
}

export interface Change {
  readonly presenceChanged: Pick<Look, 'presence'> & { readonly user: Look; readonly initial: boolean };
}

export const WATCH = `subscription ($userIds: [ID!]) {
  presenceChanged(userIds: $userIds) { initial user { ${LOOK} } presence { ${PRESENCE} } }
}`;

/** The person whose coming and going is the marker that proves that nothing else happened. */
const MARKER = 'marker';

export interface OnlookerOptions {
  readonly token?: string;
  /** A token of the marker's, in the same site. */
  readonly marker?: string;
}

export async function watch(
  service: Pick<Service, 'ask' | 'connect'>,
  ids: readonly string[],
  { token = 'dev:onlooker', marker = `dev:${MARKER}` }: OnlookerOptions = {},
): Promise<Onlooker> {
  const device = await service.connect({ token, session: false });
  const stream = device.subscribe<Change>(WATCH, { userIds: [...ids, MARKER] });
  const take = async () => lineOf(await stream.take());
  const initial: string[] = [];
  while (initial.length <= ids.length) initial.push(await take());
  return {
    device,
    stream,
    initial: initial.slice(0, -1),
    next: take,
    async sawNothing() {
      const { session } = await mutate(http(service, marker), 'openSession', {});
      expect(await take()).toBe(`${MARKER} ONLINE`);
      await mutate(http(service, marker), 'closeSession', { sessionId: session.id });
      expect(await take()).toBe(`${MARKER} OFFLINE`);
    },
  };
}

/** What a change says, in words; the first value of somebody begins with `is`. */
export function lineOf(answer: Answer<Change>): string {
  const { initial, user, presence } = dataOf(answer).presenceChanged;
  expect(user.presence).toEqual(presence);
  const { availability, status } = presence;
  const words = [user.id, initial ? 'is' : null, availability, status?.emoji, status?.text];
  return words.filter((word) => word != null).join(' ');
}
