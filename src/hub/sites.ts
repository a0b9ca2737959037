/** The records of sites, kept current by following them, so that reading a setting costs nothing. */
import type { SiteId } from '../presence/ids.ts';
import type { SiteRecord } from '../presence/site.ts';
import type { Stop, Store } from '../store/store.ts';

export interface Sites {
  get(site: SiteId): Promise<SiteRecord>;
  /** What is known of it at this moment, without asking; null: nothing. */
  known(site: SiteId): SiteRecord | null;
  /** Keeps it followed, however many others are asked for, because something here goes by it all the time. */
  hold(site: SiteId): LetGo;
  /** The same, once it is known. @throws {StoreUnavailable} and then it is not held */
  follow(site: SiteId): Promise<LetGo>;
  /** From now on calls `tell` when a site is first known here (`before` is null) and whenever it has changed. It must not throw. */
  onChange(tell: SiteListener): void;
  /** Reads every site kept anew, because messages may have been lost. */
  reread(): Promise<void>;
  change(site: SiteId, change: (record: SiteRecord) => SiteRecord): Promise<SiteRecord>;
  close(): void;
}

type SiteListener = (site: SiteId, record: SiteRecord, before: SiteRecord | null) => void;

const MOST_SITES = 1_000; // kept beside those that are held; the one asked for longest ago is let go of and read again when needed

/** To be called once. The same for all who hold a site: a function for each watch would take more room than the site. */
type LetGo = () => void;

interface Hold {
  holders: number;
  readonly letGo: LetGo;
}

interface Known {
  record: SiteRecord | null;
  stop: Stop;
  ready: Promise<void>;
}

export function createSites(store: Pick<Store, 'readSite' | 'updateSite' | 'followSite'>): Sites {
  const known = new Map<SiteId, Known>();
  const holds = new Map<SiteId, Hold>();
  const spare = new Set<SiteId>(); // known and not held; the one asked for longest ago comes first
  const listeners: SiteListener[] = [];

  async function get(site: SiteId): Promise<SiteRecord> {
    const entry = known.get(site) ?? begin(site);
    touch(site);
    await entry.ready;
    return entry.record ?? store.readSite(site);
  }

  function begin(site: SiteId): Known {
    const entry: Known = { record: null, stop: () => {}, ready: Promise.resolve() };
    const prepare = async () => {
      entry.stop = await store.followSite(site, (record) => hear(site, entry, record));
      hear(site, entry, await store.readSite(site));
      if (known.get(site) !== entry) entry.stop();
    };
    known.set(site, entry);
    entry.ready = prepare().catch((error: unknown) => {
      release(site, entry);
      throw error;
    });
    return entry;
  }

  function hear(site: SiteId, entry: Known, record: SiteRecord): void {
    if (entry.record === null || record.version > entry.record.version) replace(site, entry, record);
  }

  function replace(site: SiteId, entry: Known, record: SiteRecord): void {
    const before = entry.record;
    entry.record = record;
    if (known.get(site) === entry) for (const tell of listeners) tell(site, record, before);
  }

  function touch(site: SiteId): void {
    spare.delete(site);
    if (!holds.has(site)) spare.add(site);
    for (const oldest of spare) {
      if (spare.size <= MOST_SITES) return;
      release(oldest, known.get(oldest));
    }
  }

  function release(site: SiteId, entry: Known | undefined): void {
    if (known.get(site) === entry) {
      known.delete(site);
      spare.delete(site);
    }
    entry?.stop();
  }

  function hold(site: SiteId): LetGo {
    const shared = holds.get(site) ?? { holders: 0, letGo: () => letGo(site, shared) };
    shared.holders++;
    holds.set(site, shared);
    spare.delete(site);
    get(site).catch(() => undefined); // out of reach; whoever goes by it asks again
    return shared.letGo;
  }

  function letGo(site: SiteId, shared: Hold): void {
    shared.holders--;
    if (shared.holders > 0) return;
    holds.delete(site);
    if (known.has(site)) touch(site);
  }

  async function follow(site: SiteId): Promise<LetGo> {
    const stop = hold(site);
    try {
      await get(site);
      return stop;
    } catch (error) {
      stop();
      throw error;
    }
  }

  /** All at once: until it is done, changes may be told to watchers of a site that is off by now. */
  async function reread(): Promise<void> {
    const readAnew = async ([site, entry]: readonly [SiteId, Known]) => {
      const before = entry.record?.version;
      const record = await store.readSite(site);
      // A version that went backwards is a failover that lost commits; but not if something newer came while we read.
      if (entry.record === null || record.version === before || entry.record.version !== before) return;
      replace(site, entry, record);
    };
    await Promise.all([...known].map(readAnew));
  }

  return {
    get,
    known: (site) => known.get(site)?.record ?? null,
    hold,
    follow,
    onChange: (tell) => void listeners.push(tell),
    reread,
    async change(site, change) {
      const record = await store.updateSite(site, change);
      // What is committed here holds here at once; the message about it may take longer than the answer.
      const entry = known.get(site);
      if (entry !== undefined) hear(site, entry, record);
      return record;
    },
    close() {
      for (const [site, entry] of known) release(site, entry);
    },
  };
}
