/** A room: who is in it. Being in it oneself is `stay.ts`. */
import type { Connecting } from './connection.ts';
import { follow } from './followed.ts';
import { CountRoom, type MemberFragment, WatchRoom } from './generated/operations.ts';
import type { Link } from './link.ts';
import { createListeners, report } from './listeners.ts';
import type { Parts } from './parts.ts';
import type { People } from './people.ts';
import { presenceOf, same } from './presence.ts';
import { createStay } from './stay.ts';
import type { Presence, Room, RoomMember, Stop } from './types.ts';

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
  let asking: ReturnType<typeof setTimeout> | undefined;
  let told = true;
  let count = 0;
  let known = false;
  let list: readonly RoomMember[] | null = null;
  const dots = new Map<string, Stop>();
  const stay = createStay(key, options, () => onUse(listeners.size > 0 || stay.isIn()));

  const listeners = createListeners<Room>(() => {
    connecting.connect();
    onUse(true);
    const stop = follow(
      options,
      { document: WatchRoom, variables: { key } },
      {
        begin: restart,
        next: ({ roomChanged: { kind, member, count: now } }) => hear(kind === 'LEFT', member, now),
      },
    );
    return () => {
      stop();
      clearTimeout(asking);
      for (const stopDot of dots.values()) stopDot();
      dots.clear();
      members = new Map();
      arriving = null;
      count = 0;
      known = false;
      list = null;
      onUse(stay.isIn());
    };
  });

  /**
   * Each time, first everybody who is there is told of; who is not among them has left. Of an empty room nothing is told,
   * so it is asked for until either is there.
   */
  function restart(link: Link): void {
    const snapshot = new Map<string, RoomMember>();
    arriving = snapshot;
    const ask = () => {
      const answer = link.request(CountRoom, { key }).catch(() => null);
      answer.then((counted) => {
        if (arriving !== snapshot || counted === null) return;
        if (counted.room.count === 0 && snapshot.size === 0) show(snapshot, 0);
        else asking = setTimeout(ask, options.parts.timings.merge);
      }, report);
    };
    clearTimeout(asking);
    ask();
  }

  function hear(left: boolean, fragment: MemberFragment, now: number): void {
    const next = arriving ?? members;
    if (left) next.delete(fragment.user.id);
    else next.set(fragment.user.id, memberOf(fragment));
    if (next === members || next.size >= now) show(next, now);
  }

  function show(next: Map<string, RoomMember>, now: number): void {
    const nothingNew = known && next !== members && now === count && same([...next], [...members]);
    members = next;
    arriving = null;
    count = now;
    known = true;
    followDots();
    if (!nothingNew) changed();
  }

  /** Told of once, when many changed at once: all become stale together. */
  function changed(): void {
    list = null;
    if (told) queueMicrotask(tell);
    told = false;
  }

  function tell(): void {
    told = true;
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
      if (member === undefined || same(member.presence, presence)) continue;
      each.set(userId, Object.freeze({ ...member, name: presence.name, presence }));
      if (each === members) changed();
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
    get known() {
      return known;
    },
    onChange: (listener) => listeners.add(listener),
    ...stay.actions,
  };
  return room;
}
