/**
 * Reading and changing people: the record as last seen, a commit, and the record that stands when that is refused. What
 * is remembered here also outlives what Redis loses, by a failover or a restart.
 */
import { LRUCache } from 'lru-cache';
import { deadline } from '../../presence/deadline.ts';
import { asMillis, type Micros, type Person } from '../../presence/ids.ts';
import { EMPTY_RECORD, type PresenceRecord } from '../../presence/record.ts';
import type { Agenda } from '../agenda.ts';
import { recordCodec } from '../codec.ts';
import { personKey, personOf } from '../key.ts';
import type { StoreCounts } from '../stats.ts';
import type { Client } from './client.ts';
import { createCommitter } from './committer.ts';
import { gathered } from './gathered.ts';
import type { Keys } from './keys.ts';
import type { Patience } from './patience.ts';
import { type Committed, diverge, isLost, readStored, unwritten } from './stored.ts';

export interface Records {
  read(people: readonly Person[]): Promise<readonly PresenceRecord[]>;
  /** What is remembered of a person; it may be out of date. */
  known(key: string): Committed<PresenceRecord> | undefined;
  /** Remembers what another process has committed, as if it had been read; false when only Redis can tell whether it stands. */
  note(key: string, heard: Committed<PresenceRecord>): boolean;
  /** `begin` throws when it is too late to change anything. */
  update(person: Person, change: Change<PresenceRecord>, begin: () => void): Promise<PresenceRecord>;
  /** Writes again whatever Redis has lost of what is remembered here. */
  repair(patience: Pick<Patience, 'ask'>): Promise<void>;
}

type Change<Body> = (record: Body) => Body;

export interface RecordsOptions {
  readonly client: Client;
  readonly keys: Keys;
  readonly cluster: boolean;
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  /** Deadlines of those whom this process committed last. */
  readonly agenda: Agenda<string>;
  /** Called with every record that was written again. */
  readonly onRestored: (record: PresenceRecord) => void;
  readonly counts: Pick<StoreCounts, 'commits' | 'conflicts' | 'restored'>;
}

const RECENT = 50_000; // records kept to start changes from
const REPAIR_BATCH = 200; // records read at once: whoever changes something meanwhile waits behind some of them, several times
const REPAIRS_AT_ONCE = 4; // batches: Redis writes those of some while those of others are compared
const AT_ONCE = asMillis(0);
const NEVER_SEEN = unwritten(EMPTY_RECORD);

export function createRecords(options: RecordsOptions): Records {
  const { client, keys, cluster, publish, agenda, onRestored, counts } = options;
  const commit = createCommitter({ client, keys, cluster, publish });
  const recent = new LRUCache<string, Committed<PresenceRecord>>({ max: RECENT });

  const groupOf = (name: string) => (cluster ? keys.shardOf(name) : 0);
  const known = (key: string) => recent.peek(key);

  const fetch = gathered<Committed<PresenceRecord>>(async (names) => {
    const stored = await readStored(names, {
      client,
      keyOf: keys.record,
      groupOf,
      decode: recordCodec.decode,
      known,
    });
    return names.map((_, at) => stored[at] ?? NEVER_SEEN);
  }, groupOf);

  /** What Redis has lost of what is remembered here is written again as soon as that is noticed. */
  async function read(names: readonly string[]): Promise<readonly PresenceRecord[]> {
    const standing = await fetch(names);
    const restoring: Promise<void>[] = [];
    const records = names.map((name, at) => {
      const found = standing[at] ?? NEVER_SEEN;
      const remembered = recent.peek(name);
      if (remembered === undefined || !isLost(remembered, found)) return remember(name, found);
      const restored = whole(name, found).then((record) => {
        records[at] = record;
      });
      restoring.push(restored);
      return remembered.record;
    });
    await Promise.all(restoring);
    return records;
  }

  /** Of whoever was never seen there is nothing to remember; there may be many such, and they would take the room of others. */
  function remember(key: string, standing: Committed<PresenceRecord>): PresenceRecord {
    if (standing !== NEVER_SEEN) recent.set(key, standing);
    return standing.record;
  }

  /**
   * Versions only grow, so a lower one than is remembered means that commits were lost, unless it is of a master that
   * was deposed. The record is restored with the version it had: of several processes that remember, the one that
   * knows the latest prevails.
   */
  async function whole(key: string, found: Committed<PresenceRecord>): Promise<PresenceRecord> {
    let standing = found;
    for (;;) {
      const remembered = recent.peek(key);
      if (remembered === undefined || !isLost(remembered, standing)) break;
      const person = personOf(key);
      if (person === null) break;
      const { record, from } = remembered;
      const outcome = await commit(person, { before: standing.record, after: record, lostFrom: from });
      if ('version' in outcome) {
        counts.restored++;
        onRestored(record);
        return keep(key, record, { version: outcome.version, from });
      }
      standing = outcome.standing;
    }
    return remember(key, standing);
  }

  async function readOne(key: string): Promise<PresenceRecord> {
    const [record] = await read([key]);
    return record ?? EMPTY_RECORD;
  }

  async function update(person: Person, change: Change<PresenceRecord>, begin: () => void): Promise<PresenceRecord> {
    const key = personKey(person);
    let step = guess(recent.get(key)?.record, change) ?? certain(await readOne(key), change);
    // Each attempt is lost only to a commit that succeeded; `begin` ends it when it is too late.
    for (let attempt = 0; ; attempt++) {
      if (step.after === step.before) {
        // It may be due here by a deadline that another process has moved since.
        if (agenda.has(key)) agenda.set(key, deadline(step.before));
        return step.before;
      }
      begin();
      const outcome = await commit(person, { ...step, again: attempt > 0 }).catch((error: unknown) => {
        agenda.set(key, AT_ONCE); // nobody knows whether it was committed, and so who times it: it is looked at again
        throw error;
      });
      if ('version' in outcome) {
        counts.commits++;
        return keep(key, step.after, { version: outcome.version, from: step.before.version });
      }
      counts.conflicts++;
      agenda.set(key, null); // whoever was first times it
      step = certain(await whole(key, outcome.standing), change);
    }
  }

  function note(key: string, heard: Committed<PresenceRecord>): boolean {
    const standing = recent.get(key) ?? NEVER_SEEN;
    if (standing === heard) return true; // its own, come back
    if (diverge(standing, heard)) return false;
    if (heard.record.version > standing.record.version) recent.set(key, heard);
    return true;
  }

  function keep(key: string, record: PresenceRecord, { version, from }: Stamp): PresenceRecord {
    const after = { ...record, version };
    recent.set(key, { record: after, from });
    agenda.set(key, deadline(after));
    return after;
  }

  async function repair({ ask }: Pick<Patience, 'ask'>): Promise<void> {
    const remembered = [...recent.keys()];
    let from = 0;
    const work = async () => {
      while (from < remembered.length) {
        const batch = remembered.slice(from, from + REPAIR_BATCH);
        from += REPAIR_BATCH;
        await ask(() => read(batch));
      }
    };
    await Promise.all(Array.from({ length: REPAIRS_AT_ONCE }, work));
  }

  return { read: (people) => read(people.map(personKey)), known, note, update, repair };
}

interface Stamp {
  readonly version: Micros;
  /** The version it was made from. */
  readonly from: Micros;
}

interface Step<Body> {
  readonly before: Body;
  readonly after: Body;
}

/** A change of a record that may be out of date: the commit will tell. Only "nothing to do" and "not allowed" it cannot tell, so those are no guesses. */
function guess<Body>(before: Body | undefined, change: Change<Body>): Step<Body> | null {
  if (before === undefined) return null;
  try {
    const after = change(before);
    return after === before ? null : { before, after };
  } catch {
    return null;
  }
}

const certain = <Body>(before: Body, change: Change<Body>): Step<Body> => ({ before, after: change(before) });
