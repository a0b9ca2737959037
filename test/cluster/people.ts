/** People with a status that says how far they counted, and somebody who watches them. */
import { expect } from 'vitest';
import { until } from '../support/redis-process.ts';
import type { Device, Service } from '../support/service.ts';

type Server = Pick<Service, 'connect'>;

export interface Writer {
  readonly id: string;
  /** Sets the text; false when the store was out of reach. Any other refusal fails the test, and so does a late answer. */
  says(text: string): Promise<boolean>;
  /** Counts in the status text, again and again, until the returned function is called; that resolves with the last count. */
  count(): () => Promise<number>;
  /** Says it again and again until it is acknowledged. */
  insists(text: string): Promise<void>;
}

const LATEST = 4_000; // ms; a mutation answers within two seconds, on a machine that has nothing else to do
const PAUSE = 5; // ms between one mutation and the next of a person
const SET = `mutation ($text: String!) { setStatus(input: { availability: BUSY, text: $text }) { viewer { id } } }`;

export async function writer(server: Server, id: string): Promise<Writer> {
  const device = await server.connect({ token: `dev:${id}` });

  async function says(text: string): Promise<boolean> {
    const asked = performance.now();
    const { errors } = await device.ask(SET, { text });
    expect(performance.now() - asked).toBeLessThan(LATEST);
    if (errors === undefined) return true;
    expect(errors).toMatchObject([{ extensions: { code: 'STORE_UNAVAILABLE', retryable: true } }]);
    return false;
  }

  async function insists(text: string): Promise<void> {
    await until(`${id} says ${text}`, () => says(text));
  }

  function count(): () => Promise<number> {
    let stopped = false;
    let acknowledged = 0;
    const counting = (async () => {
      for (let next = 1; !stopped; next++) {
        if (await says(String(next))) acknowledged = next;
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    })();
    return async () => {
      stopped = true;
      await counting;
      return acknowledged;
    };
  }

  return { id, says, count, insists };
}

export interface Watcher {
  /** Waits until this is the last word about each of them. */
  believes(text: string, of: readonly Writer[]): Promise<void>;
  /** Every availability it was told of after the first values. */
  dots(): ReadonlySet<string>;
}

interface Told {
  readonly presenceChanged: {
    readonly initial: boolean;
    readonly user: { readonly id: string };
    readonly presence: { readonly availability: string; readonly status: { readonly text: string } | null };
  };
}

const WATCH = `subscription ($ids: [ID!]) { presenceChanged(userIds: $ids) {
  initial user { id } presence { availability status { text } }
} }`;

/** Resolves once the present values have come. */
export async function watcher(server: Server, people: readonly Writer[]): Promise<Watcher> {
  const device: Device = await server.connect({ token: 'dev:watcher', session: false });
  const stream = device.subscribe<Told>(WATCH, { ids: people.map(({ id }) => id) });
  for (const _ of people) expect((await stream.take()).errors).toBeUndefined();
  const told = () => stream.seen.flatMap(({ data }) => (data == null ? [] : [data.presenceChanged]));
  const lastWord = (id: string) => told().findLast(({ user }) => user.id === id)?.presence.status?.text;
  return {
    async believes(text, of) {
      await until(`watchers believe "${text}"`, async () => of.every(({ id }) => lastWord(id) === text));
    },
    dots: () => new Set(told().flatMap(({ initial, presence }) => (initial ? [] : [presence.availability]))),
  };
}
