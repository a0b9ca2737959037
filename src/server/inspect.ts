/**
 * `presence-server inspect <user>`: everything that the store knows of one person, and why others see what they see.
 * For an operator, who can read the store anyway: it shows the hidden too. It reads, and changes nothing.
 */
import { existsSync } from 'node:fs';
import { deadline } from '../presence/deadline.ts';
import { type Explanation, explain } from '../presence/explain.ts';
import { asMillis, type Millis, type NodeId, type Person, type SessionId } from '../presence/ids.ts';
import type { PresenceRecord, RoomEntry, StatusLine } from '../presence/record.ts';
import { type PresenceView, resolve } from '../presence/resolve.ts';
import { type SelfSession, type SelfView, selfView } from '../presence/self.ts';
import { settle } from '../presence/settle.ts';
import { openEmbeddedStore } from '../store/embedded.ts';
import { type Look, lookIntoRedis } from '../store/redis/look.ts';
import { StoreRefused } from '../store/store.ts';
import type { Config } from './config.ts';
import { later } from './timer.ts';

/** Times are milliseconds since 1970. */
export interface Inspection extends Omit<SelfView, 'sessions'> {
  readonly user: string;
  readonly site: string;
  /** Microseconds since 1970; 0: nobody of this id was ever here. */
  readonly version: number;
  readonly name: string | null;
  readonly at: Millis;
  /** What anybody else is shown. */
  readonly seen: PresenceView;
  readonly explanation: Explanation;
  /** When the record is looked at next, whether or not anybody will see a difference. */
  readonly deadline: Millis | null;
  readonly sessions: readonly InspectedSession[];
  readonly rooms: readonly Pick<RoomEntry, 'room' | 'label'>[];
}

interface InspectedSession extends SelfSession {
  /** The server that holds its socket; null: it has none. */
  readonly node: NodeId | null;
  /** Whether that server lives. */
  readonly held: boolean;
  /** Its connection was lost. */
  readonly lost: boolean;
  /** When it is over unless it comes back; null: not by itself. */
  readonly endsAt: Millis | null;
}

/** @throws {StoreRefused} when the store cannot be read from outside. */
export async function inspect(config: Config, person: Person): Promise<Inspection> {
  return inspectionOf(person, await look(config, person));
}

function look({ store }: Config, person: Person): Promise<Look> {
  if (store.kind === 'redis') return lookIntoRedis({ ...store, wall: Date.now, later }, person);
  return lookIntoDirectory(store.dataDir, person);
}

/** Only while no server has it: that one has the sessions in its memory, and nobody reads a file that it writes. */
async function lookIntoDirectory(dataDir: string, person: Person): Promise<Look> {
  if (dataDir === 'memory') throw new StoreRefused(`DATA_DIR is memory: only the server itself has it. ${ASK}`);
  if (!existsSync(dataDir))
    throw new StoreRefused(`There is no data directory ${dataDir}. Is DATA_DIR that of the server?`);
  const now = () => asMillis(Date.now());
  const store = await openEmbeddedStore({ dataDir, now }).catch((error: unknown) => {
    throw error instanceof StoreRefused ? new StoreRefused(`${error.message} ${ASK}`) : error;
  });
  try {
    const [record] = await store.read([person]);
    if (record === undefined) throw new Error('the store answered a read of one person with none');
    return { record, site: await store.readSite(person.site), now: now(), leases: new Map() };
  } finally {
    await store.close();
  }
}

const ASK =
  'Ask the running server: the query { viewer { availability invisible manual status { text } sessions { id device } ' +
  'claims { source availability active } explanation { rule because nextChangeAt } } } with a token of that person tells the same.';

function inspectionOf({ site, user }: Person, look: Look): Inspection {
  const { now } = look;
  const record = settle(look.record, now, look.site.settings);
  return {
    user,
    site,
    version: record.version,
    name: record.name?.value ?? null,
    at: now,
    seen: resolve(record, now),
    explanation: explain(record, now),
    deadline: deadline(record),
    ...selfView(record, now),
    sessions: selfView(record, now).sessions.map((session) => ({ ...session, ...heldBy(record, session.id, look) })),
    rooms: record.rooms.map(({ room, label }) => ({ room, label })),
  };
}

function heldBy({ sessions }: PresenceRecord, id: SessionId, { leases, now }: Look) {
  const { node = null, lost = false, endsAt = null } = sessions.find((each) => each.id === id) ?? {};
  return { node, held: node !== null && (leases.get(node) ?? 0) > now, lost, endsAt };
}

/** As lines for a terminal. */
export function inWords(found: Inspection): string {
  const { seen, explanation } = found;
  const rows: readonly (readonly [string, string])[] = [
    ['others see', [seen.availability, ...words(seen.status), active(seen)].join(' · ')],
    [
      'really',
      [found.availability, found.invisible ? 'INVISIBLE' : '', ...words(found.status)].filter(Boolean).join(' · '),
    ],
    ['picked', found.manual ?? 'nothing: automatic'],
    ['because', `${explanation.rule}: “${explanation.because}” (as they are told)`],
    ['next change', timed(explanation.nextChangeAt, 'not by itself')],
    ...listed('sessions', found.sessions.map(sessionInWords)),
    ...listed(
      'claims',
      found.claims.map(({ source, key, availability, text, startsAt, expiresAt, active: begun }) =>
        [
          `${source} ${key}`,
          availability,
          ...(text === null ? [] : [`“${text}”`]),
          `from ${time(startsAt)}`,
          `until ${timed(expiresAt, 'it is ended')}`,
          begun ? 'has begun' : 'is to come',
        ].join(' · '),
      ),
    ),
    ...listed(
      'rooms',
      found.rooms.map(({ room, label }) => `${room}: ${label}`),
    ),
    ['auto-away', found.preferences.autoAway ? idleWords(found.preferences.idleTimeout) : 'switched off'],
    ['record', `version ${found.version}, looked at next ${timed(found.deadline, 'when something happens')}`],
  ];
  const title = `${found.user}${found.name === null ? '' : ` (${found.name})`}, site ${found.site}, ${time(found.at)}`;
  const known =
    found.version === 0 ? ['  Nobody of this id was ever here. Is it spelled as in `sub`, and is it this site?'] : [];
  return [title, ...known, ...rows.map(([what, says]) => `  ${what.padEnd(WIDTH)}${says}`)].join('\n');
}

const WIDTH = 14; // characters

function listed(what: string, all: readonly string[]): readonly (readonly [string, string])[] {
  if (all.length === 0) return [[what, 'none']];
  return all.map((each, at) => [at === 0 ? what : '', each]);
}

function sessionInWords(session: InspectedSession): string {
  const { id, device, transport, availability, connectedAt, node, held, lost, endsAt } = session;
  const where = node === null ? [] : [`at server ${node}${held ? '' : ', which is gone'}`];
  const end = endsAt === null ? [] : [`${lost ? 'lost' : 'over'} unless it comes back by ${time(endsAt)}`];
  return [id, device, transport, availability, `since ${time(connectedAt)}`, ...where, ...end].join(' · ');
}

function words(status: StatusLine | null): readonly string[] {
  if (status === null) return [];
  const { text, emoji, expiresAt } = status;
  const said = [text === null ? [] : [`“${text}”`], emoji ?? []].flat().join(' ');
  return [said, ...(expiresAt === null ? [] : [`until ${time(expiresAt)}`])];
}

const active = ({ lastActive }: PresenceView): string => `last active ${timed(lastActive, 'never')}`;
const idleWords = (timeout: Millis | null): string =>
  timeout === null ? 'after the site’s time without activity' : `after ${timeout / 1_000} s without activity`;
const time = (at: Millis): string => new Date(at).toISOString();
const timed = (at: Millis | null, otherwise: string): string => (at === null ? otherwise : time(at));
