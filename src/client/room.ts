/** A room: who is in it, and being in it oneself. */
import type { Connecting } from './connection.ts';
import { PresenceError } from './error.ts';
import { follow } from './followed.ts';
import { CountRoom, EnterRoom, LeaveRoom, type MemberFragment, WatchRoom } from './generated/operations.ts';
import type { Link } from './link.ts';
import { createListeners } from './listeners.ts';
import type { Parts } from './parts.ts';
import type { People } from './people.ts';
import { presenceOf, same } from './presence.ts';
import type { Presence, Room, RoomEntry, RoomMember, Stop } from './types.ts';

export interface RoomOptions {
  readonly parts: Parts;
  readonly connecting: Connecting;
  readonly people: People;
  /** As the client's. */
  readonly watch: (userIds: readonly string[], listener: (presence: Presence) => void) => Stop;
}

const MOST_FOLLOWED = 500; // members whose dots are followed; those of the others are as they were when they last said something

/** `onUse` is told when the room begins to be followed or entered, and when neither is so any more. */
export function createRoom(key: string, options: RoomOptions, onUse: (used: boolean) => void): Room {
  const { connecting, people } = options;
  let members = new Map<string, RoomMember>();
  let arriving: Map<string, RoomMember> | null = null; // the snapshot, while it comes
  let count = 0;
  let list: readonly RoomMember[] | null = null;
  const dots = new Map<string, Stop>();
  const stay = createStay(key, connecting, () => onUse(listeners.size > 0 || stay.isIn()));

  const listeners = createListeners<Room>(() => {
    connecting.connect();
    onUse(true);
    const stop = follow(
      options,
      { document: WatchRoom, variables: { key } },
      {
        begin: (link) => void restart(link),
        next: ({ roomChanged: { kind, member, count: now } }) => hear(kind === 'LEFT', member, now),
      },
    );
    return () => {
      stop();
      for (const stopDot of dots.values()) stopDot();
      dots.clear();
      members = new Map();
      count = 0;
      list = null;
      onUse(stay.isIn());
    };
  });

  /** Each time, first everybody who is there is told of; who is not among them has left. Of an empty room nothing is told. */
  async function restart(link: Link): Promise<void> {
    const snapshot = new Map<string, RoomMember>();
    arriving = snapshot;
    const { room } = await link.request(CountRoom, { key }).catch(() => ({ room: null }));
    if (arriving === snapshot && room?.count === 0 && snapshot.size === 0) show(snapshot, 0);
  }

  function hear(left: boolean, fragment: MemberFragment, now: number): void {
    const next = arriving ?? members;
    if (left) next.delete(fragment.user.id);
    else next.set(fragment.user.id, memberOf(fragment));
    if (next === members || next.size >= now) show(next, now);
  }

  function show(next: Map<string, RoomMember>, now: number): void {
    const nothingNew = next !== members && now === count && same([...next], [...members]);
    members = next;
    arriving = null;
    count = now;
    followDots();
    if (!nothingNew) changed();
  }

  function changed(): void {
    list = null;
    listeners.tell(room);
  }

  function memberOf({ user, ...said }: MemberFragment): RoomMember {
    const followed = people.get(user.id);
    const presence = followed.known ? followed : presenceOf(user);
    return Object.freeze({ userId: user.id, name: user.name, presence, ...said });
  }

  function followDots(): void {
    for (const [userId, stop] of dots) {
      if (members.has(userId)) continue;
      stop();
      dots.delete(userId);
    }
    for (const userId of members.keys()) {
      if (dots.size >= MOST_FOLLOWED) return;
      if (!dots.has(userId))
        dots.set(
          userId,
          options.watch([userId], (presence) => look(userId, presence)),
        );
    }
  }

  function look(userId: string, presence: Presence): void {
    for (const each of arriving === null ? [members] : [members, arriving]) {
      const member = each.get(userId);
      if (member === undefined || member.presence === presence) continue;
      each.set(userId, Object.freeze({ ...member, name: presence.name, presence }));
      if (each === members && !same(member.presence, presence)) changed();
    }
  }

  const room: Room = {
    key,
    list() {
      list ??= Object.freeze([...members.values()]);
      return list;
    },
    of: (userId) => members.get(userId) ?? null,
    get count() {
      return count;
    },
    onChange: (listener) => listeners.add(listener),
    ...stay.actions,
  };
  return room;
}

const UNSAID: readonly string[] = ['DISCONNECTED', 'CONNECTION_LOST'];

interface Stay {
  readonly actions: Pick<Room, 'enter' | 'update' | 'leave'>;
  isIn(): boolean;
}

/** What one says in a room, for as long as one is to be in it. */
interface Said {
  readonly label: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

function createStay(key: string, connecting: Connecting, onUse: () => void): Stay {
  let said: Said | null = null; // null: not to be here
  let passing: (Said & { readonly until: number }) | null = null; // over what is said, for a time
  let told: { readonly by: Link | null; readonly sessionId: string } | null = null; // what the server knows
  let stopLinks: Stop = () => {};
  let queue: Promise<unknown> = Promise.resolve();
  let link: Link | null = null;

  /** One after the other, so that the last word is the last. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = queue.then(work);
    queue = done.catch(() => {});
    return done;
  }

  async function tell(entry: RoomEntry & Said): Promise<void> {
    const { sessionId: current } = connecting.current;
    const session = current === null ? {} : { sessionId: current };
    const { enterRoom } = await connecting.request(EnterRoom, { input: { key, ...entry, ...session } });
    told = { by: link, sessionId: enterRoom.sessionId };
  }

  async function tellAll(): Promise<void> {
    if (said === null) return;
    const rest = passing === null ? 0 : Math.round((passing.until - Date.now()) / 1_000);
    const { label, metadata } = said;
    if (passing === null || rest < 1 || !isTold()) await tell({ label, metadata });
    if (passing !== null && rest > 0)
      await tell({ label: passing.label, metadata: passing.metadata, expiresInSeconds: rest });
  }

  /** On the same link, or by a session that goes on. */
  const isTold = () => told !== null && (told.by === link || told.sessionId === link?.sessionId);

  function onLink(now: Link | null): void {
    link = now;
    if (now === null) return;
    inTurn(async () => {
      if (!isTold()) await tellAll();
    }).catch(() => {}); // with the next link again
  }

  async function enter({ label = 'online', metadata = null, expiresInSeconds }: RoomEntry): Promise<void> {
    const before = { said, passing };
    const lasts = expiresInSeconds === undefined;
    if (lasts) said = { label, metadata };
    else said ??= { label: 'online', metadata };
    passing = lasts ? null : { label, metadata, until: Date.now() + expiresInSeconds * 1_000 };
    stopLinks();
    stopLinks = connecting.onLink(onLink);
    onUse();
    try {
      await tellAll();
    } catch (error) {
      // Not refused, only not said: it is when there is a connection again.
      if (error instanceof PresenceError && UNSAID.includes(error.code)) throw error;
      ({ said, passing } = before);
      onUse();
      throw error;
    }
  }

  return {
    isIn: () => said !== null,
    actions: {
      enter: (entry = {}) => inTurn(() => enter(entry)),
      update: (entry) =>
        inTurn(() => {
          if (said === null) throw new PresenceError('NOT_ENTERED', `Enter the room "${key}" first.`);
          const { label, metadata } = passing !== null && passing.until > Date.now() ? passing : said;
          return enter({ label, metadata, ...entry });
        }),
      leave: () =>
        inTurn(async () => {
          if (said === null) return;
          said = null;
          passing = null;
          stopLinks();
          onUse();
          const sessionId = told?.sessionId;
          told = null;
          if (sessionId !== undefined)
            await connecting.request(LeaveRoom, { input: { key, sessionId } }).catch(unlessOver);
        }),
    },
  };
}

/** A session that is over is in no room. */
function unlessOver(error: unknown): void {
  if (!(error instanceof PresenceError && error.code === 'NOT_FOUND')) throw error;
}
