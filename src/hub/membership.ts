/**
 * This process among those that share its store: it keeps its lease, ends the sessions of processes whose lease has
 * run out, and sees to it that the store says of its own sockets what is so. Proof of absence is needed to end
 * anything: whoever was cut off themselves first lets a whole lease pass, in which the others can be heard again.
 */
import { deadline } from '../presence/deadline.ts';
import type { PresenceEvent } from '../presence/event.ts';
import { after, asMillis, type Millis, type NodeId, type Person, type SessionId } from '../presence/ids.ts';
import type { PresenceRecord, Session } from '../presence/record.ts';
import { personKey } from '../store/key.ts';
import type { Nodes, Stop } from '../store/store.ts';
import { batches } from './batches.ts';
import type { Core } from './core.ts';
import type { OwnSession } from './own-sessions.ts';

export interface Membership {
  /** What this process holds may differ from what the store says: it is compared now, or as soon as the store answers. */
  doubt(): void;
  /** Gives the lease up. */
  leave(): Promise<void>;
}

export interface MembershipOptions {
  readonly core: Core;
  readonly nodes: Nodes;
  readonly lease: Millis;
}

const BEATS = 4; // in a lease: three may be lost
const BATCH = 200; // people compared or ended at once
const EVERYBODY = 1_000_000; // whom one process holds, in one answer

export function createMembership({ core, nodes, lease }: MembershipOptions): Membership {
  const { clock, log, node, own, store, timings } = core;
  const every = asMillis(lease / BEATS);
  let cancel: Stop = () => {};
  let memberSince: Millis | null = null; // since when the lease has been held without a break
  let doubtful = false;
  let closed = false;
  let beating: Promise<void> | null = null;
  let tidying: Promise<void> | null = null;

  function wake(): void {
    if (beating !== null || closed) return;
    beating = beat()
      .catch((error: unknown) => {
        memberSince = null;
        doubtful = true;
        log.warn({ err: error }, 'the store cannot be reached; sessions stay as they are');
        return every;
      })
      .then((pause) => {
        beating = null;
        cancel = clock.at(after(clock.now(), pause), wake);
        if (closed) cancel();
      });
  }

  /** Resolves with how long to wait for the next. */
  async function beat(): Promise<Millis> {
    const { held, lapsed, nextLapse } = await nodes.beat(node, lease);
    const now = clock.now();
    if (!held || memberSince === null) memberSince = now;
    if (!held) doubtful = true;
    tidy(now - memberSince >= lease ? lapsed : []);
    return asMillis(Math.min(every, nextLapse === null ? every : nextLapse + 1));
  }

  /** Takes as long as it takes: the lease goes on meanwhile. What is left over, the next beat sees. */
  function tidy(lapsed: readonly NodeId[]): void {
    if (tidying !== null || closed || !(doubtful || lapsed.length > 0)) return;
    tidying = (doubtful ? compare() : Promise.resolve())
      .then(() => endAll(lapsed))
      .catch((error: unknown) => {
        doubtful = true;
        log.warn({ err: error }, 'the store cannot be reached; what it says is compared when it is back');
      })
      .finally(() => {
        tidying = null;
      });
  }

  /** The sockets here against what the store says is here, both ways. */
  async function compare(): Promise<void> {
    doubtful = false;
    for (const batch of batches([...own.all()], BATCH)) await holdOn(batch);
    for (const batch of batches(await nodes.heldBy(node, EVERYBODY), BATCH)) await endStrangers(batch);
  }

  /** Whoever is here and was ended, or forgotten, is there again. */
  async function holdOn(batch: readonly OwnSession[]): Promise<void> {
    const records = await store.read(batch.map(({ person }) => person));
    const dropped = batch.filter(({ id, generation }, at) => {
      const stands = records[at]?.sessions.find((each) => each.id === id);
      return stands === undefined || (stands.generation === generation && stands.endsAt !== null);
    });
    await Promise.all(dropped.map(({ person, id, generation }) => core.report(person, () => hold(id, generation))));
  }

  /** Nothing when it has left meanwhile. */
  function hold(id: SessionId, generation: number): readonly PresenceEvent[] {
    const held = own.get(id);
    if (held?.generation !== generation) return [];
    return [{ type: 'hold', session: held.session, refreshEvery: timings.lastActiveRefresh }];
  }

  /** Whoever is not here: their end could not be written, or nobody knew that their beginning was. */
  async function endStrangers(batch: readonly Person[]): Promise<void> {
    const records = await store.read(batch);
    const strangers = records.map(({ sessions }) => sessions.filter(isStranger).map(({ id }) => id));
    if (strangers.every((theirs) => theirs.length === 0)) return;
    // Some may be opening at this moment: then they are known here by the next turn of the event loop.
    await new Promise<void>((resolve) => clock.at(clock.now(), resolve));
    await Promise.all(
      batch.map(async (person, at) => {
        const theirs = new Set(strangers[at]);
        if (theirs.size === 0) return;
        await core.report(person, (record) => gone(record, (each) => theirs.has(each.id) && isStranger(each)));
      }),
    );
  }

  const isStranger = (session: Session): boolean => session.node === node && own.get(session.id) === undefined;

  async function endAll(lapsed: readonly NodeId[]): Promise<void> {
    for (const each of lapsed) if (!closed) await end(each);
  }

  /** Whoever was connected to a process that is gone counts as dropped; its lease was their grace. */
  async function end(lapsed: NodeId): Promise<void> {
    const done = new Set<string>();
    while (!closed) {
      const people = await nodes.heldBy(lapsed, BATCH);
      const fresh = people.filter((person) => !done.has(personKey(person)));
      if (fresh.length === 0) break;
      await Promise.all(fresh.map((person) => core.report(person, (record) => gone(record, isOf(lapsed)))));
      for (const person of fresh) done.add(personKey(person));
    }
    if (closed) return;
    await takeOver();
    await nodes.bury(lapsed);
    if (done.size > 0) log.warn({ lapsed, people: done.size }, 'a node is gone; its sessions were ended');
  }

  /**
   * Whatever processes that are gone had to settle. The sweeper knows of a deadline by the report that led to it, so what
   * is due is settled here, and one more report tells it of the next; at that moment it looks for others itself.
   */
  async function takeOver(): Promise<void> {
    await nodes.adopt();
    for (let known = false; !known && !closed; ) {
      const { people, next } = await store.due(clock.now(), BATCH);
      const [first] = next === null ? [] : (await store.due(next, 1)).people;
      const reports = await Promise.all(
        [...people, ...(first ? [first] : [])].map((each) => core.report(each, () => [])),
      );
      known = people.length === 0 && (reports[0] === undefined || deadline(reports[0].after) === next);
    }
  }

  const isOf =
    (holder: NodeId) =>
    (session: Session): boolean =>
      session.node === holder;

  function gone(record: PresenceRecord, isGone: (session: Session) => boolean): readonly PresenceEvent[] {
    return record.sessions
      .filter((session) => session.endsAt === null && isGone(session))
      .map(({ id, generation, activeAt }) => ({
        type: 'leave',
        id,
        generation,
        activeAt,
        lostAfter: asMillis(0),
        endsAfter: timings.offlineAfter,
      }));
  }

  wake();

  return {
    doubt() {
      doubtful = true;
      cancel();
      wake();
    },
    async leave() {
      closed = true;
      cancel();
      await beating;
      await tidying;
      // Lapsed rather than forgotten: whoever remains takes over what is up to this process, such as ending those who stay away.
      await nodes
        .beat(node, asMillis(0))
        .catch((error: unknown) => log.warn({ err: error }, 'the lease was not given up; it runs out by itself'));
    },
  };
}
