/** Reading and changing sites, as records.ts does it for people; a change begins with a read, for there are few. */
import { asMicros } from '../../presence/ids.ts';
import { EMPTY_SITE, type SiteRecord } from '../../presence/site.ts';
import { siteCodec } from '../codec.ts';
import { createRecent } from '../recent.ts';
import type { Client } from './client.ts';
import type { Keys } from './keys.ts';
import { answered, type Patience } from './patience.ts';
import { parseStored } from './stored.ts';

/** `key` is the site's, as in key.ts. */
export interface SiteRecords {
  read(key: string): Promise<SiteRecord>;
  /** `begin` throws when it is too late to change anything. */
  update(key: string, change: (record: SiteRecord) => SiteRecord, begin: () => void): Promise<SiteRecord>;
  /** Writes again whatever Redis has lost of what is remembered here. */
  repair(patience: Pick<Patience, 'ask'>): Promise<void>;
}

export interface SiteRecordsOptions {
  readonly client: Client;
  readonly keys: Keys;
  readonly publish: 'PUBLISH' | 'SPUBLISH';
}

const RECENT = 1_000; // sites remembered

interface Change {
  readonly key: string;
  readonly before: SiteRecord;
  readonly after: SiteRecord;
  /** Keeps the version of `after`. */
  readonly restore?: boolean;
}

export function createSiteRecords({ client, keys, publish }: SiteRecordsOptions): SiteRecords {
  const recent = createRecent<SiteRecord>(RECENT);

  async function read(key: string): Promise<SiteRecord> {
    return whole(key, parseStored(await answered(client.get(keys.site(key))), siteCodec.decode) ?? EMPTY_SITE);
  }

  async function whole(key: string, found: SiteRecord): Promise<SiteRecord> {
    let standing = found;
    for (;;) {
      const remembered = recent.get(key);
      if (remembered === undefined || remembered.version <= standing.version) break;
      standing = (await commit({ key, before: standing, after: remembered, restore: true })).stands;
    }
    recent.set(key, standing);
    return standing;
  }

  async function update(
    key: string,
    change: (record: SiteRecord) => SiteRecord,
    begin: () => void,
  ): Promise<SiteRecord> {
    let before = await read(key);
    for (;;) {
      const after = change(before);
      if (after === before) return before;
      begin();
      const { committed, stands } = await commit({ key, before, after });
      before = await whole(key, stands);
      if (committed) return before;
    }
  }

  async function commit({ key, before, after, restore = false }: Change) {
    const version = restore ? String(after.version) : '';
    const args = [publish, key, String(before.version), siteCodec.encode(after), keys.siteChannel(key), version];
    const result = await answered(client.commitSite(1, keys.site(key), ...args));
    return typeof result === 'string'
      ? { committed: true, stands: { ...after, version: asMicros(Number(result)) } }
      : { committed: false, stands: siteCodec.decode(result[1], result[0]) };
  }

  return {
    read,
    update,
    async repair({ ask }) {
      for (const [key] of [...recent.entries()]) await ask(() => read(key));
    },
  };
}
