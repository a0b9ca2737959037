/** People, and small changes to their records. */
import {
  asCustomStatusId,
  asMicros,
  asMillis,
  asNodeId,
  asSessionId,
  asSiteId,
  asUserId,
  type Person,
} from '../../src/presence/ids.ts';
import type { PresenceRecord, Session } from '../../src/presence/record.ts';
import type { SiteRecord } from '../../src/presence/site.ts';

export type Change = (record: PresenceRecord) => PresenceRecord;
export type SiteChange = (record: SiteRecord) => SiteRecord;

export const person = (user: string, site = 'acme'): Person => ({ site: asSiteId(site), user: asUserId(user) });

export const named =
  (value: string): Change =>
  (record) => ({ ...record, name: { value, since: asMillis(0) } });

/** Counts in the name, so that no update can be lost unseen. */
export const counted: Change = (record) => named(String(Number(record.name?.value ?? 0) + 1))(record);

/** Has something to end at this moment. */
export const ending =
  (at: number): Change =>
  (record) => ({ ...record, line: { text: 'Back soon', emoji: null, customStatusId: null, expiresAt: asMillis(at) } });

export const connected =
  (id: string, more: Partial<Session> = {}): Change =>
  (record) => ({ ...record, sessions: [...record.sessions, session(id, more)] });

export const gone =
  (id: string): Change =>
  (record) => ({ ...record, sessions: record.sessions.filter((each) => each.id !== asSessionId(id)) });

const session = (id: string, more: Partial<Session> = {}): Session => ({
  id: asSessionId(id),
  generation: 1,
  node: asNodeId('node'),
  transport: 'WEBSOCKET',
  device: 'WEB',
  connectedAt: asMillis(1_000),
  activeAt: asMillis(2_000),
  roomsOnly: false,
  idle: false,
  holds: [],
  lost: false,
  idleAt: null,
  awayAt: null,
  endsAt: null,
  ...more,
});

const FAR = asMillis(Date.UTC(2100, 0));
const LATER = asMillis(Date.UTC(2100, 1));

/** Nothing in it is as it is in an empty record. */
export const FULL: PresenceRecord = {
  version: asMicros(0),
  name: { value: 'Ada "the first" Lovelace\\ 👩🏽‍💻 ‮', since: asMillis(1) },
  sessions: [
    session('session:1'),
    session('session:2', { transport: 'HTTP', node: null, holds: ['ASLEEP', 'LOCKED'], idle: true, endsAt: FAR }),
  ],
  ended: [{ id: asSessionId('session:ended'), generation: 2 }],
  rooms: [
    {
      room: 'doc:1',
      sessionId: asSessionId('session:1'),
      label: 'typing',
      metadata: { cursor: [1, 2] },
      enteredAt: asMillis(3),
      at: asMillis(4),
      wordsAt: asMillis(4),
      expiresAt: FAR,
      lasting: { label: 'reading', metadata: null, wordsAt: asMillis(3) },
    },
  ],
  claims: [
    {
      source: 'CALL',
      key: 'call:1',
      availability: 'BUSY',
      text: 'On a call',
      emoji: '📞',
      startsAt: asMillis(5),
      expiresAt: null,
      started: true,
    },
  ],
  calendars: [
    {
      key: 'work "calendar"',
      busy: [asMillis(5), FAR],
      started: true,
      more: { text: 'text:1', at: LATER, due: true },
    },
  ],
  pick: { availability: 'AWAY', startsAt: asMillis(6), expiresAt: FAR },
  line: { text: 'Zu Tisch 🍜', emoji: '🍜', customStatusId: asCustomStatusId('customStatus:1'), expiresAt: FAR },
  planned: [
    { line: null, expiresAt: LATER, startsAt: FAR },
    {
      availability: 'OFFLINE',
      line: { text: null, emoji: '🌴', customStatusId: null },
      expiresAt: null,
      startsAt: LATER,
    },
  ],
  invisible: true,
  preferences: { autoAway: false, idleTimeout: asMillis(60_000) },
  lastActive: asMillis(7),
  refresh: { at: FAR, every: asMillis(900_000) },
};
