/** The records of sites, kept current by following them, so that reading a setting costs nothing. */
import type { SiteId } from '../presence/ids.ts';
import type { SiteRecord } from '../presence/site.ts';
import type { Stop, Store } from '../store/store.ts';

export interface Sites {
  get(site: SiteId): Promise<SiteRecord>;
  /** Reads every site kept anew, because messages may have been lost. */
  reread(): Promise<void>;
  change(site: SiteId, change: (record: SiteRecord) => SiteRecord): Promise<SiteRecord>;
  close(): void;
}

export interface SitesOptions {
  readonly store: Pick<Store, 'readSite' | 'updateSite' | 'followSite'>;
  readonly onChange: (site: SiteId, record: SiteRecord) => void;
}

const MOST_SITES = 1_000; // kept at once; the one asked for longest ago is let go of and read again when needed

interface Known {
  record: SiteRecord | null;
  stop: Stop;
  ready: Promise<void>;
}

export function createSites({ store, onChange }: SitesOptions): Sites {
  const known = new Map<SiteId, Known>(); // the one asked for longest ago comes first

  async function get(site: SiteId): Promise<SiteRecord> {
    const entry = known.get(site) ?? begin(site);
    known.delete(site);
    known.set(site, entry);
    evict();
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
    entry.ready = prepare().catch((error: unknown) => {
      release(site, entry);
      throw error;
    });
    return entry;
  }

  function hear(site: SiteId, entry: Known, record: SiteRecord): void {
    if (entry.record !== null && record.version <= entry.record.version) return;
    const first = entry.record === null;
    entry.record = record;
    if (!first) onChange(site, record);
  }

  /** What was changed here is known here at once. */
  async function change(site: SiteId, by: (record: SiteRecord) => SiteRecord): Promise<SiteRecord> {
    const record = await store.updateSite(site, by);
    const entry = known.get(site);
    if (entry !== undefined) hear(site, entry, record);
    return record;
  }

  function release(site: SiteId, entry: Known): void {
    if (known.get(site) === entry) known.delete(site);
    entry.stop();
  }

  function evict(): void {
    for (const [site, entry] of known) {
      if (known.size <= MOST_SITES) return;
      release(site, entry);
    }
  }

  async function reread(): Promise<void> {
    for (const [site, entry] of known) {
      const before = entry.record?.version;
      const record = await store.readSite(site);
      // A version that went backwards is a failover that lost commits; but not if something newer came while we read.
      if (entry.record === null || record.version === before || entry.record.version !== before) continue;
      entry.record = record;
      onChange(site, record);
    }
  }

  return {
    get,
    reread,
    change,
    close() {
      for (const [site, entry] of known) release(site, entry);
    },
  };
}
