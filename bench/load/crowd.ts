/** All clients of one measurement, and what they can be told to do. The bench asks for it from its own process. */
import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../within.ts';
import type { DialectName } from './dialect.ts';
import { join, type Member, Refused } from './member.ts';
import { namesOf, type People, type Watched, watchedBy } from './people.ts';
import { createRecorder, type Told } from './recorder.ts';
import { createTally, type Delivered } from './tally.ts';

/** Times are milliseconds. */
export interface Crowd {
  /** These people connect, and watch; resolves with how long it took until all had the present values. */
  open(options: OpenOptions): Promise<number>;
  watch(options: { readonly who: People; readonly watched: Watched }): Promise<number>;
  /** Each of them changes their status; `inFlight` at once, else one after the other. */
  change(options: ChangeOptions): Promise<readonly Changed[]>;
  /** These people change their statuses `times` each, one after the other's answer, all of them at once. */
  ask(options: { readonly who: People; readonly times: number }): Promise<number>;
  /** From now on everything is recorded, and disconnecting is no error. */
  record(): Promise<void>;
  told(prefix: string): Promise<Told>;
  /** Changes the status of this person again and again until somebody is told; resolves with how long that took. */
  flow(name: string): Promise<number>;
}

interface OpenOptions {
  readonly url: string;
  readonly dialect: DialectName;
  readonly who: People;
  readonly watched?: Watched;
}

interface ChangeOptions {
  readonly who: People;
  readonly inFlight: boolean;
  /** How often each of them does, at most. */
  readonly times: number;
  /** No further time is begun after so many milliseconds. */
  readonly budget: number;
  /** By how many each of them is watched. */
  readonly watchers: number;
}

interface Changed extends Delivered {
  /** How often the server was asked in vain. */
  readonly refused: number;
}

const AT_ONCE = 200; // clients that are connecting, and
const SNAPSHOTS = 2_000; // present values that they wait for: it is not the rush that is measured
const GIVEN = 5; // ms for an event that comes at all to come
const PATIENCE = 60_000; // ms until a delivery that has not come will not

export function createCrowd(): Crowd {
  const members = new Map<string, Member>();
  const tally = createTally();
  const recorder = createRecorder();

  function ended(name: string, why: string): void {
    if (!recorder.isOn()) throw new Error(`${name} lost the connection: ${why}`);
  }

  function find(name: string): Member {
    const member = members.get(name);
    if (member === undefined) throw new Error(`${name} never came`);
    return member;
  }

  async function changeOnce(member: Member, watchers: number): Promise<Changed> {
    const { text, delivered } = tally.begin(watchers);
    const [times, refused] = await Promise.all([delivered(PATIENCE), insist(member, text)]);
    return { ...times, refused };
  }

  return {
    open: ({ url, dialect, who, watched }) =>
      timed(async () => {
        await each(namesOf(who), atOnce(watched), async (name, at) => {
          const member = await join({ name, url, dialect, tally, recorder, ended });
          members.set(name, member);
          if (watched !== undefined) await member.watch(watchedBy(who.from + at, watched));
        });
      }),
    watch: ({ who, watched }) =>
      timed(() =>
        each(namesOf(who), atOnce(watched), (name, at) => find(name).watch(watchedBy(who.from + at, watched))),
      ),
    async change({ who, inFlight, times, watchers, budget }) {
      const all: Changed[] = [];
      const names = namesOf(who);
      const end = performance.now() + budget;
      for (let time = 0; time < times && (time === 0 || performance.now() < end); time++)
        await each(names, inFlight ? names.length : 1, async (name) => {
          all.push(await changeOnce(find(name), watchers));
        });
      return all;
    },
    ask: ({ who, times }) =>
      timed(async () => {
        const all = namesOf(who).map(async (name) => {
          for (let time = 0; time < times; time++) await find(name).set(`number ${time} of ${name}`);
        });
        await within(PATIENCE, Promise.all(all), () => 'not everything was answered');
      }),
    record: async () => recorder.begin(),
    told: async (prefix) => recorder.told(prefix),
    async flow(name) {
      const begun = performance.now();
      for (let time = 0; ; time++) {
        const text = `again ${time} ${begun}`;
        await insist(find(name), text);
        await sleep(GIVEN);
        const heard = recorder.heardAt(text);
        if (heard !== undefined) return heard - begun;
        if (performance.now() > begun + PATIENCE) throw new Error('nothing comes through any more');
      }
    },
  };
}

/** As often as it is told that it may work later; resolves with how often that was. */
async function insist(member: Member, text: string): Promise<number> {
  for (let refused = 0; ; refused++) {
    try {
      await member.set(text);
      return refused;
    } catch (error) {
      if (!(error instanceof Refused && error.retryable)) throw error;
      await sleep(GIVEN);
    }
  }
}

const atOnce = (watched?: Watched) => Math.min(AT_ONCE, SNAPSHOTS / (watched?.size ?? 1));

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** At most `atOnce` of them under way. */
async function each<Each>(all: readonly Each[], atOnce: number, work: (each: Each, at: number) => Promise<void>) {
  let next = 0;
  const worker = async () => {
    while (next < all.length) {
      const at = next++;
      const given = all[at];
      if (given !== undefined) await work(given, at);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker));
}
