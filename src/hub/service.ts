/**
 * Whether live presence is on for a site. It is a part of the site's record: one commit switches it for every process,
 * and it stays as it is until an administrator says otherwise, or there are too many connections.
 */
import { asMillis, type Millis, type SiteId } from '../presence/ids.ts';
import { equal } from '../presence/record.ts';
import { type SiteRecord, switchService } from '../presence/site.ts';
import { createConnectionCounts } from './connections.ts';
import type { Core } from './core.ts';
import { createHidings } from './hiding.ts';
import { type Home, Mailbox } from './mailbox.ts';
import type { Mailboxes } from './mailboxes.ts';
import { Refusal } from './refusal.ts';
import { connectionCapOf, type SettingsDefaults } from './settings.ts';

export interface Service {
  readonly site: SiteId;
  readonly enabled: boolean;
  /** 0: none. */
  readonly connectionCap: number;
  /** Why it is off; null while it is on. */
  readonly reason: string | null;
  /** Over all processes, counted when first asked for; the last known while the store is out of reach. */
  connections(): Promise<number>;
}

/** Who may switch it. */
type Switcher = 'an administrator' | 'the backend';

/** What of it is announced. */
type Shown = Pick<Service, 'enabled' | 'connectionCap' | 'reason'>;

interface Watcher {
  readonly site: SiteId;
  readonly mailbox: ServiceWatch;
  /** null until the site is known. */
  told: Shown | null;
}

export interface ServiceOptions {
  readonly core: Core;
  readonly mailboxes: Mailboxes;
  readonly defaults: SettingsDefaults;
  /** A quiet socket is pinged after this long, and ended after half as long again. */
  readonly pingInterval: Millis;
}

/** A socket that stays quiet is ended after so many ping intervals. */
const PINGS_TO_END = 1.5;

export function createService({ core, mailboxes, defaults, pingInterval }: ServiceOptions) {
  const { log, sites } = core;
  const watchers = new Set<Watcher>();
  const capOf = (record: SiteRecord): number => connectionCapOf(record, defaults);
  const shown = (record: SiteRecord): Shown => ({ ...record.service, connectionCap: capOf(record) });
  const deadFor = asMillis(pingInterval * PINGS_TO_END + core.timings.offlineAfter);
  const hidings = createHidings(core);
  const counts = createConnectionCounts({ core, hidings, deadFor, capOf, onExcess: switchItselfOff });
  core.own.onCount(counts);

  sites.onChange((site, record) => {
    const service = serviceOf(site, record);
    for (const watcher of watchers) {
      if (watcher.site !== site || watcher.told === null || equal(watcher.told, shown(record))) continue;
      watcher.told = shown(record);
      watcher.mailbox.put('service', service);
    }
  });

  function serviceOf(site: SiteId, record: SiteRecord): Service {
    let counted: Promise<number> | null = null;
    const connections = () => {
      counted ??= counts.count(site);
      return counted;
    };
    return { site, ...shown(record), connections };
  }

  async function switchItselfOff(site: SiteId, connections: number): Promise<void> {
    let switched: number | null = null; // over which cap
    await sites.change(site, (before) => {
      const cap = capOf(before);
      switched = before.service.enabled && cap > 0 && connections > cap ? cap : null;
      if (switched === null) return before;
      const reason = `Switched itself off: ${connections} connections, and the cap is ${cap}.`;
      return switchService(before, { enabled: false, reason });
    });
    if (switched !== null) {
      log.warn({ site, connections, connectionCap: switched }, 'the service switched itself off: too many connections');
    }
  }

  /** What is so already stays as it is. */
  async function setServiceEnabled(site: SiteId, enabled: boolean, by: Switcher): Promise<Service> {
    const connections = enabled ? await counts.ask(site) : 0;
    let switched = false;
    const record = await sites.change(site, (before) => {
      switched = before.service.enabled !== enabled;
      if (!enabled) return switchService(before, { enabled, reason: `Switched off by ${by}.` });
      if (switched) refuseAbove(capOf(before), connections);
      return switchService(before, { enabled, reason: null });
    });
    if (switched) log.info({ site }, `${by} switched the service ${enabled ? 'on' : 'off'}`);
    return serviceOf(site, record);
  }

  async function watchService(site: SiteId, until: Millis | null): Promise<AsyncIterableIterator<Service>> {
    const letGo = sites.hold(site);
    const mailbox = new ServiceWatch(mailboxes, () => {
      watchers.delete(watcher);
      letGo();
    });
    mailboxes.keep(mailbox, until);
    const watcher: Watcher = { site, mailbox, told: null };
    watchers.add(watcher);
    try {
      const record = await sites.get(site);
      watcher.told = shown(sites.known(site) ?? record);
    } catch (error) {
      await mailbox.return();
      throw error;
    }
    return mailbox;
  }

  return {
    /** A socket without a session: nobody appears or goes with it. Those with one count as long as their sessions last. */
    countConnection: counts.add,
    uncountConnection: counts.remove,
    service: async (site: SiteId): Promise<Service> => serviceOf(site, await sites.get(site)),
    setServiceEnabled,
    watchService,
    rereadHiding: hidings.reread,
    async closeService(): Promise<void> {
      hidings.close();
      await counts.close();
    },
  };
}

class ServiceWatch extends Mailbox<'service', Service> {
  private readonly onDone: () => void;

  constructor(home: Home, onDone: () => void) {
    super(home);
    this.onDone = onDone;
  }

  protected override merge(_: Service, newer: Service): Service {
    return newer;
  }

  protected override closed(): void {
    this.onDone();
  }
}

function refuseAbove(cap: number, connections: number): void {
  if (cap === 0 || connections <= cap) return;
  throw new Refusal(
    'CONNECTION_CAP_REACHED',
    `There are ${connections} connections, and the cap is ${cap}. Raise the cap, or wait until some have left.`,
    { limit: cap, connections },
  );
}
