/**
 * Optimistic commits. A change starts from the record as last seen here, so the ordinary case is one round trip; when
 * somebody else was first, the script hands back the record that stands, and the change is made to that. Changes of one
 * person are chained, and those of one turn of the event loop travel together.
 */
import { deadline } from '../../presence/deadline.ts';
import { asMicros, type Micros, type NodeId, type Person } from '../../presence/ids.ts';
import type { PresenceRecord } from '../../presence/record.ts';
import { isVisible } from '../../presence/resolve.ts';
import { announcedIn, placesOf } from '../../presence/room.ts';
import { recordCodec } from '../codec.ts';
import { personKey, roomKey } from '../key.ts';
import type { Client } from './client.ts';
import type { Keys } from './keys.ts';
import { answered } from './patience.ts';
import { type Committed, parseStored } from './stored.ts';

/** What a commit asks Redis: its keys and its text, as commit.lua says. */
interface Commit {
  readonly shard: number;
  readonly keys: readonly string[];
  readonly text: string;
}

type Outcome = { readonly version: Micros } | { readonly standing: Committed<PresenceRecord> };

interface RecordChange {
  readonly before: PresenceRecord;
  readonly after: PresenceRecord;
  /** It has lost to somebody else's change before, and now goes ahead of those that are new. */
  readonly again?: boolean;
  /** It was committed before, made from this version, and is lost: it keeps the version of `after`. */
  readonly lostFrom?: Micros;
}

export type Committer = (person: Person, change: RecordChange) => Promise<Outcome>;

export interface CommitterOptions {
  readonly client: Client;
  readonly keys: Keys;
  /** On a cluster a call stays within one shard. */
  readonly cluster: boolean;
  readonly publish: 'PUBLISH' | 'SPUBLISH';
}

const MOST_AT_ONCE = 100; // commits in one call; a script blocks Redis for about 10 us each

export function createCommitter({ client, keys, cluster, publish }: CommitterOptions): Committer {
  interface Waiting extends Commit {
    readonly resolve: (outcome: Outcome) => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];

  function flush(): void {
    const all = waiting;
    waiting = [];
    if (all.length === 0) return;
    for (const group of cluster ? byShard(all) : [all]) {
      for (let from = 0; from < group.length; from += MOST_AT_ONCE) void send(group.slice(from, from + MOST_AT_ONCE));
    }
  }

  /** Never rejects: each commit is told. */
  async function send(commits: readonly Waiting[]): Promise<void> {
    const names = commits.flatMap((commit) => commit.keys);
    const texts = commits.map(({ text }) => text);
    try {
      const results = await answered(client.commitPeople(names.length, ...names, publish, ...texts));
      for (const [at, commit] of commits.entries()) commit.resolve(outcome(results[at]));
    } catch (error) {
      for (const commit of commits) commit.reject(error);
    }
  }

  return (person, change) =>
    new Promise((resolve, reject) => {
      const { shard, keys: names, text } = commitOf(keys, person, change);
      waiting.push({ shard, keys: names, text, resolve, reject });
      // Without this, two processes that write one person as fast as they can would leave one of them behind for ever.
      if (change.again) flush();
      else if (waiting.length === 1) setImmediate(flush);
    });
}

const NONE: ReadonlySet<string> = new Set();
const NO_SETS: readonly string[] = [];

function commitOf(keys: Keys, person: Person, { before, after, lostFrom }: RecordChange): Commit {
  const key = personKey(person);
  const shard = keys.shardOf(key);
  const nameOf = (place: string) => roomKey({ site: person.site, key: place });
  const setsOf = (record: PresenceRecord) =>
    new Set([
      ...[...holders(record)].map((node) => keys.held(shard, node)),
      ...[...placesOf(record).keys()].map((place) => keys.room(shard, nameOf(place))),
    ]);
  // Most changes are none of sessions, and most people are in no room.
  const elsewhere = before.sessions === after.sessions && before.rooms.length + after.rooms.length === 0;
  const [had, has] = elsewhere ? [NONE, NONE] : [setsOf(before), setsOf(after)];
  const joins = elsewhere ? NO_SETS : [...has].filter((set) => !had.has(set));
  const leaves = elsewhere ? NO_SETS : [...had].filter((set) => !has.has(set));
  const rooms = announcedIn(before, after).map(nameOf);
  const restored = lostFrom !== undefined;
  const due = dueFor(before, after, restored);
  const seen = seenFor(before, after, restored);
  const lines = [
    before.version,
    due,
    seen,
    joins.length,
    leaves.length,
    restored ? `${after.version}:${lostFrom}` : '',
    keys.bucket(key),
    rooms.length,
    ...rooms.flatMap((room) => [keys.roomChannel(room), room]),
    key,
    recordCodec.encode(after),
  ];
  return {
    shard,
    keys: [
      keys.record(key),
      ...(due === '=' ? [] : [keys.deadlines(shard)]),
      ...(seen === '' ? [] : [keys.online(shard, person.site)]),
      ...joins,
      ...leaves,
    ],
    text: lines.join('\n'),
  };
}

// What the indices are to say: when the person is due, and whether they are online. Both follow from the record, so what
// stands there is known, unless Redis has lost it.

function dueFor(before: PresenceRecord, after: PresenceRecord, restored: boolean): string {
  const due = deadline(after);
  return !restored && due === deadline(before) ? '=' : String(due ?? '');
}

function seenFor(before: PresenceRecord, after: PresenceRecord, restored: boolean): '+' | '-' | '' {
  const visible = isVisible(after);
  if (!restored && visible === isVisible(before)) return '';
  return visible ? '+' : '-';
}

/** Processes that hold an open socket of this person. */
export function holders(record: PresenceRecord): ReadonlySet<NodeId> {
  const nodes = new Set<NodeId>();
  for (const { node, endsAt } of record.sessions) if (node !== null && endsAt === null) nodes.add(node);
  return nodes;
}

function outcome(result: string | readonly [string] | undefined): Outcome {
  if (result === undefined) throw new Error('the commit script answered fewer results than commits');
  if (typeof result === 'string') return { version: asMicros(Number(result)) };
  return { standing: parseStored(result[0], recordCodec.decode) };
}

function byShard<Each extends Commit>(commits: readonly Each[]): Each[][] {
  const shards = new Map<number, Each[]>();
  for (const commit of commits) {
    const group = shards.get(commit.shard);
    if (group === undefined) shards.set(commit.shard, [commit]);
    else group.push(commit);
  }
  return [...shards.values()];
}
