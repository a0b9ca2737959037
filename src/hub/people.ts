/** Seeing people: the ones asked for, the ones watched, oneself; and what the application's backend says of them. */
import { LRUCache } from 'lru-cache';
import type { PresenceEvent } from '../presence/event.ts';
import type { Millis, Person, SiteId, UserId } from '../presence/ids.ts';
import { nameProblem } from '../presence/name.ts';
import { EMPTY_RECORD, type PresenceRecord } from '../presence/record.ts';
import { settle } from '../presence/settle.ts';
import { personKey } from '../store/key.ts';
import { StoreUnavailable } from '../store/store.ts';
import type { Core } from './core.ts';
import { limitedUserIds, type StatusWords, someStatusLine, tooManyUsers, userId } from './input.ts';
import type { Limits } from './limits.ts';
import type { Mailboxes } from './mailboxes.ts';
import { badInput } from './refusal.ts';
import { refuseChoice, refuseInvisible } from './settings.ts';
import { type Heard, type Seen, see } from './subject.ts';
import { createWatches, type Watch, type WatchOptions } from './watch.ts';
import type { Reader } from './watch-account.ts';

export interface UpsertUserInput {
  readonly id: string;
  readonly name?: string | null | undefined;
  readonly invisible?: boolean | null | undefined;
  readonly status?: StatusWords | null | undefined;
}

const LAST_SEEN = 10_000; // people whose view is kept for when the store is out of reach
export const UPSERT_LIMIT = 100; // people in one upsertUsers

export function createPeople(core: Core, limits: Limits, mailboxes: Mailboxes) {
  const { clock, store, sites } = core;
  const lastSeen = new LRUCache<string, Heard>({ max: LAST_SEEN });
  const watches = createWatches({ store, clock, mailboxes, linger: core.timings.linger, counts: core.counts });

  /** While the store is out of reach: what was last known here, marked stale. StoreUnavailable when that is nothing. */
  async function look(people: readonly Person[]): Promise<readonly Seen[]> {
    try {
      const records = await store.read(people);
      return await Promise.all(people.map((person, at) => vouch(note(person, records[at] ?? EMPTY_RECORD))));
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      return people.map((person) => {
        const known = lastKnown(person);
        if (known === null) throw error;
        return { ...known, stale: true };
      });
    }
  }

  /** Versions decide: a read may be answered after a report that came later. */
  function note(person: Person, record: PresenceRecord): Seen {
    const key = personKey(person);
    const seen = see(person, record, clock.now());
    if ((lastSeen.get(key)?.version ?? 0) <= record.version) lastSeen.set(key, { version: record.version, seen });
    return seen;
  }

  function lastKnown(person: Person): Seen | null {
    const [watched, looked] = [watches.lastHeard(person), lastSeen.get(personKey(person)) ?? null];
    const newer =
      watched !== null && looked !== null && looked.version > watched.version ? looked : (watched ?? looked);
    return newer?.seen ?? null;
  }

  core.onReport((person, record) => {
    watches.learn(person, record);
    // Who hid here is not to be shown as they were when somebody looked before.
    if (lastSeen.has(personKey(person))) note(person, record);
  });

  /** As it may be shown now: the service does not vouch for it while it is off. */
  async function vouch(seen: Seen): Promise<Seen> {
    const { service } = await sites.get(seen.person.site);
    return service.enabled ? seen : { ...seen, stale: true };
  }

  /** In the order and number of `ids`; each counts once towards the limit. */
  async function users(site: SiteId, ids: readonly string[]): Promise<readonly Seen[]> {
    const distinct = limitedUserIds(ids, 'ids', 'USER_LIMIT_EXCEEDED', limits.watch);
    const seen = new Map(
      (await look(distinct.map((user) => ({ site, user })))).map((each) => [each.person.user as string, each]),
    );
    return ids.flatMap((id) => seen.get(id) ?? []);
  }

  /** `until`: when the right to watch ends, null never; the watch then ends with UNAUTHENTICATED. */
  async function watch(site: SiteId, ids: readonly string[], reader: Reader): Promise<Watch> {
    const distinct = limitedUserIds(ids, 'userIds', 'WATCH_LIMIT_EXCEEDED', limits.watch);
    if (distinct.length === 0) throw badInput('userIds', 'must name at least one user');
    const letGo = await sites.follow(site);
    return watches.watch(site, distinct, { ...reader, onDone: letGo });
  }

  async function self(person: Person): Promise<PresenceRecord> {
    const [record] = await store.read([person]);
    if (record === undefined) throw new Error('the store answered a read of one person with none');
    return record;
  }

  /** Creates or changes up to 100 people; all of it is checked before any of it is done. */
  async function upsertUsers(siteId: SiteId, inputs: readonly UpsertUserInput[]): Promise<readonly Seen[]> {
    if (inputs.length > UPSERT_LIMIT) throw tooManyUsers('USER_LIMIT_EXCEEDED', UPSERT_LIMIT, inputs.length, 'users');
    const checked = inputs.map((input, at) => checkUpsert(input, `users[${at}]`));
    const twice = checked.findIndex(({ user }, at) => checked.findIndex((other) => other.user === user) < at);
    if (twice >= 0) throw badInput(`users[${twice}].id`, 'must not be named twice');
    await refuseUpserts(siteId, checked);
    return Promise.all(
      checked.map(async ({ user, changes }) => {
        const person = { site: siteId, user };
        const { after } = await core.report(person, (_, { now }) => changes(now));
        return vouch(see(person, after, clock.now()));
      }),
    );
  }

  /** Goes by what each person is now; whoever appears in the moment until it is done is hidden again. */
  async function refuseUpserts(siteId: SiteId, checked: readonly CheckedUpsert[]): Promise<void> {
    const site = await sites.get(siteId);
    if (site.settings.allowInvisible && site.settings.allowStatusText) return;
    const records = await store.read(checked.map(({ user }) => ({ site: siteId, user })));
    for (const [at, { invisible, line }] of checked.entries()) {
      const record = settle(records[at] ?? EMPTY_RECORD, clock.now(), site.settings);
      if (invisible) refuseInvisible(record, site);
      refuseChoice(record, { line }, site);
    }
  }

  return {
    look,
    users,
    /** Somebody never seen is OFFLINE with lastActive null. */
    user: async (site: SiteId, id: string): Promise<Seen> => {
      const [seen] = await look([{ site, user: userId(id, 'id') }]);
      if (seen === undefined) throw new Error('the store answered a read of one person with none');
      return seen;
    },
    vouch,
    watch,
    /** Checked already, and not for good: see Watch.retarget. */
    watchPeople: (site: SiteId, users: readonly UserId[], reader: WatchOptions): Promise<Watch> =>
      watches.watch(site, users, reader),
    watchSelf: (person: Person, until: Millis | null) => watches.watchSelf(person, until),
    self,
    upsertUsers,
    onlineCount: (site: SiteId) => store.countOnline(site),
    /** Pages of those whom others see as not OFFLINE. */
    async onlineUsers(site: SiteId, after: string | null, limit: number): Promise<readonly Seen[]> {
      const users = await store.listOnline(site, after === null ? null : userId(after, 'after'), limit);
      return look(users.map((user) => ({ site, user })));
    },
    silencePeople: watches.silence,
    refreshPeople: watches.refresh,
    /** Messages may have been lost: reads everybody watched anew. */
    reread: watches.reread,
    closeWatches: () => watches.close(),
    countWatched: watches.count,
  };
}

type CheckedUpsert = ReturnType<typeof checkUpsert>;

function checkUpsert(input: UpsertUserInput, path: string) {
  const user = userId(input.id, `${path}.id`);
  const name = input.name == null ? null : personName(input.name, `${path}.name`);
  const line = input.status == null ? null : someStatusLine(input.status, `${path}.status`);
  const changes = (now: Millis): readonly PresenceEvent[] => [
    ...(name === null ? [] : [{ type: 'name', value: name, since: now } as const]),
    ...(input.invisible == null ? [] : [{ type: 'hide', invisible: input.invisible } as const]),
    ...(line === null ? [] : [{ type: 'choose', line, expiresAt: null } as const]),
  ];
  return { user, changes, invisible: input.invisible === true, line };
}

function personName(raw: string, field: string): string {
  const name = raw.trim();
  const problem = nameProblem(name);
  if (problem !== null) throw badInput(field, problem);
  return name;
}
