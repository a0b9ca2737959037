/**
 * How many connections a site has, over all processes. Each counts its own sockets, but for those of people who hide,
 * who look as if they had left, and says the number to the store soon after it changed, and again before it runs out
 * there: what a process that was killed had counts for a while longer, and then no more. Too many are believed once that
 * has lasted: until whoever they are made of has been heard of since, the people of a process that is gone may be counted
 * twice, there and where they came back to; and until dead sockets have been noticed, so may those whose network was away
 * for a moment.
 */
import { LRUCache } from 'lru-cache';
import { after, asMillis, type Millis, type Person, type SiteId } from '../presence/ids.ts';
import type { SiteRecord } from '../presence/site.ts';
import { type Counted, type Stop, StoreUnavailable } from '../store/store.ts';
import type { Core } from './core.ts';
import type { HidingOfSite, Hidings } from './hiding.ts';

export interface ConnectionCounts {
  /** One more socket of this process, and whose it is. */
  add(person: Person): void;
  /** One less. */
  remove(site: SiteId): void;
  /** Over all processes; while the store is out of reach, what was last known. */
  count(site: SiteId): Promise<number>;
  /** Over all processes. @throws {StoreUnavailable} */
  ask(site: SiteId): Promise<number>;
  /** This process has none any more. */
  close(): Promise<void>;
}

export interface ConnectionCountsOptions {
  readonly core: Pick<Core, 'clock' | 'log' | 'node' | 'sites' | 'store' | 'timings'>;
  readonly hidings: Pick<Hidings, 'follow'>;
  /** A dead socket counts for at most so long after the last that was heard of it. */
  readonly deadFor: Millis;
  /** 0: none. */
  readonly capOf: (site: SiteRecord) => number;
  /** More than the cap, for certain. */
  readonly onExcess: (site: SiteId, connections: number) => Promise<void>;
}

/** A site with sockets here, or about which the store has to be told that it has none any more. */
interface Tally {
  open: number;
  /** Something changed since the store was told. */
  changed: boolean;
  telling: boolean;
  /** Since when there have been too many, whenever this process looked. */
  tooManySince: Millis | null;
  cancel: Stop;
  readonly letGo: Stop;
  readonly hiding: HidingOfSite;
}

const GATHER = asMillis(250); // ms in which changes are gathered
const LAST_KNOWN = 1_000; // sites whose sum is kept for when the store is out of reach

export function createConnectionCounts(options: ConnectionCountsOptions): ConnectionCounts {
  const { core, hidings, deadFor, capOf, onExcess } = options;
  const { clock, log, node, sites, store, timings } = core;
  const often = asMillis(timings.nodeLease / 2);
  /** Where nobody decides by the number, so that quiet sockets cost the store next to nothing. */
  const seldom = asMillis(timings.nodeLease * 2);
  const tallies = new Map<SiteId, Tally>();
  const lastKnown = new LRUCache<SiteId, number>({ max: LAST_KNOWN });
  let closed = false;

  sites.onChange(reconsider); // the cap, perhaps

  function reconsider(site: SiteId): void {
    const tally = tallies.get(site);
    if (tally !== undefined) change(site, tally);
  }

  function add(person: Person): void {
    const { site } = person;
    const tally = tallies.get(site) ?? begin(site);
    tally.open++;
    tally.hiding.add(person);
    change(site, tally);
  }

  function remove(site: SiteId): void {
    const tally = tallies.get(site);
    if (tally === undefined) return; // everything is closed already
    tally.open--;
    change(site, tally);
  }

  function begin(site: SiteId): Tally {
    const tally: Tally = {
      open: 0,
      changed: false,
      telling: false,
      tooManySince: null,
      cancel: () => {},
      letGo: sites.hold(site),
      hiding: hidings.follow(site, () => reconsider(site)),
    };
    tallies.set(site, tally);
    return tally;
  }

  function change(site: SiteId, tally: Tally): void {
    const known = tally.changed || tally.telling;
    tally.changed = true;
    if (!known) tellAfter(GATHER, site, tally);
  }

  function tellAfter(wait: Millis, site: SiteId, tally: Tally): void {
    tally.cancel();
    if (!closed) tally.cancel = clock.at(after(clock.now(), wait), () => void tell(site, tally));
  }

  async function tell(site: SiteId, tally: Tally): Promise<void> {
    tally.telling = true;
    tally.changed = false;
    const wait = await look(site, tally).catch((error: unknown) => {
      // The lease's heartbeat, which goes to the same store, has told the log that it is out of reach.
      if (!(error instanceof StoreUnavailable)) log.error({ err: error, site }, 'connections could not be counted');
      return often;
    });
    tally.telling = false;
    if (tally.changed) tellAfter(GATHER, site, tally);
    else if (tally.open > 0) tellAfter(wait, site, tally);
    else forget(site, tally);
  }

  /** Says the number and judges the sum; resolves with how long to wait until the next time. */
  async function look(site: SiteId, tally: Tally): Promise<Millis> {
    const record = await sites.get(site);
    const cap = capOf(record);
    const counted = await askStore(site);
    if (!record.service.enabled || cap === 0 || counted.connections <= cap) {
      tally.tooManySince = null;
    } else {
      const wait = untilCertain(tally, counted);
      if (wait > 0) return asMillis(Math.min(Math.max(wait, GATHER), often));
      await onExcess(site, counted.connections);
    }
    return pauseFor(cap);
  }

  const pauseFor = (cap: number): Millis => (cap > 0 ? often : seldom);

  /** How long until there have been too many for longer than a dead socket counts, and every process was heard of since. */
  function untilCertain(tally: Tally, { age }: Counted): Millis {
    const now = clock.now();
    tally.tooManySince ??= now;
    const lasted = now - tally.tooManySince;
    return asMillis(Math.max(deadFor + 2 * GATHER - lasted, lasted < age ? GATHER : 0)); // one to say, one to hear it
  }

  function forget(site: SiteId, tally: Tally): void {
    tallies.delete(site);
    tally.letGo();
    tally.hiding.stop();
  }

  async function askStore(site: SiteId): Promise<Counted> {
    const known = sites.known(site);
    const lifetime = after(pauseFor(known === null ? 0 : capOf(known)), timings.nodeLease);
    const counted = await store.countConnections(site, { node, count: await visible(tallies.get(site)), lifetime });
    lastKnown.set(site, counted.connections);
    return counted;
  }

  /** How many others are to know of. No sooner and no later when they are of people who hide. @throws {StoreUnavailable} while it is not known who hides */
  async function visible(tally: Tally | undefined): Promise<number> {
    if (tally === undefined) return 0;
    const known = tally.hiding.known();
    if (known !== null) await known;
    return tally.open - tally.hiding.sockets();
  }

  return {
    add,
    remove,
    async count(site) {
      try {
        return (await askStore(site)).connections;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        return lastKnown.get(site) ?? tallies.get(site)?.open ?? 0;
      }
    },
    ask: async (site) => (await askStore(site)).connections,
    async close() {
      closed = true;
      const all = [...tallies];
      tallies.clear();
      for (const [, tally] of all) tally.cancel();
      // What cannot be told now runs out by itself.
      await Promise.allSettled(all.map(([site]) => askStore(site)));
    },
  };
}
