/** Entering and leaving rooms, and looking at them. */
import { asMillis, asSessionId, type Millis, type Person, type SiteId } from '../presence/ids.ts';
import type { JsonObject, PresenceRecord } from '../presence/record.ts';
import { LABEL_LIMIT, MAX_EXPIRY, MAX_ROOM_ENTRIES, ROOM_KEY_LIMIT } from '../presence/room.ts';
import type { Core } from './core.ts';
import { line, within } from './input.ts';
import type { Mailboxes } from './mailboxes.ts';
import { Refusal } from './refusal.ts';
import { createRosters, type RoomMember, type RoomWatch } from './roster.ts';
import { noSuchSession } from './session.ts';

export interface EnterRoomInput {
  readonly key: string;
  readonly label?: string | null | undefined;
  readonly metadata?: JsonObject | null | undefined;
  readonly expiresInSeconds?: number | null | undefined;
}

export function createRooms(core: Core, mailboxes: Mailboxes) {
  const { store, clock, timings, counts } = core;
  const rosters = createRosters({ store, clock, mailboxes, linger: timings.linger, counts });

  /** Asks for the session only when everything else is right: `sessionFor` may open one. Resolves with it. */
  async function enterRoom(person: Person, input: EnterRoomInput, sessionFor: () => Promise<string>): Promise<string> {
    const room = line(input.key, ROOM_KEY_LIMIT, 'key');
    const label = line(input.label ?? 'online', LABEL_LIMIT, 'label');
    const seconds =
      input.expiresInSeconds == null ? null : within(input.expiresInSeconds, 1, MAX_EXPIRY, 'expiresInSeconds');
    const session = await sessionFor();
    const sessionId = asSessionId(session);
    const { after } = await core.report(person, (record, { siteIdleTimeout }) => {
      requireSession(record, session);
      return [
        // A sign of life: guests, who may send no heartbeats, stay by entering again.
        { type: 'beat', id: sessionId, active: false, ttl: core.timings.heartbeatTtl, siteIdleTimeout },
        {
          type: 'enter',
          room,
          sessionId,
          label,
          metadata: input.metadata ?? null,
          expiresAfter: seconds === null ? null : asMillis(seconds * 1_000),
        },
      ];
    });
    rosters.learn({ site: person.site, key: room }, person, after);
    if (!after.rooms.some((entry) => entry.room === room && entry.sessionId === sessionId)) {
      throw new Refusal(
        'ROOM_LIMIT_EXCEEDED',
        `A person is in at most ${MAX_ROOM_ENTRIES} rooms at once. Leave one first.`,
        {
          limit: MAX_ROOM_ENTRIES,
        },
      );
    }
    return session;
  }

  /** A room that the session is not in is left already. */
  async function leaveRoom(person: Person, session: string, key: string): Promise<void> {
    const room = line(key, ROOM_KEY_LIMIT, 'key');
    const { after } = await core.report(person, (record) => {
      requireSession(record, session);
      return [{ type: 'exit', room, sessionId: asSessionId(session) }];
    });
    rosters.learn({ site: person.site, key: room }, person, after);
  }

  async function watchRoom(site: SiteId, key: string, until: Millis | null): Promise<RoomWatch> {
    const room = { site, key: line(key, ROOM_KEY_LIMIT, 'key') };
    const letGo = await core.sites.follow(site);
    try {
      return await rosters.watch(room, { until, onDone: letGo });
    } catch (error) {
      letGo();
      throw error;
    }
  }

  return {
    enterRoom,
    leaveRoom,
    /** The key, checked. */
    roomName: (key: string): string => line(key, ROOM_KEY_LIMIT, 'key'),
    roomMembers: async (site: SiteId, key: string): Promise<readonly RoomMember[]> =>
      rosters.members({ site, key: line(key, ROOM_KEY_LIMIT, 'key') }),
    roomCount: async (site: SiteId, key: string): Promise<number> =>
      rosters.count({ site, key }) ?? core.store.countRoom({ site, key }),
    watchRoom,
    silenceRooms: rosters.silence,
    refreshRooms: rosters.refresh,
    rereadRooms: rosters.reread,
    closeRooms: rosters.close,
    countRooms: rosters.size,
  };
}

function requireSession(record: PresenceRecord, session: string): void {
  if (!record.sessions.some(({ id }) => id === session)) throw noSuchSession();
}
