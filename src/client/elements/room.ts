/** `<presence-room key="doc:42">`: who is here, as overlapping avatars and in words. With `enter` one is here oneself. */
import { occupy } from '../occupy.ts';
import type { PresenceClient, RoomMember, Stop } from '../types.ts';
import { createAnnouncer } from './announcer.ts';
import { type Avatar, createAvatar } from './avatar.ts';
import { type Body, defineElement, type Part } from './define.ts';
import { make, say } from './make.ts';
import { roomSheet } from './room-sheet.ts';
import { base } from './sheet.ts';
import { words } from './words.ts';

const MAX = 5; // avatars, unless `max` says otherwise
const DOING = 2; // labels in words, at most
const PLAIN = 'online'; // the label of whoever gave none

export function defineRoom(): void {
  defineElement({
    name: 'presence-room',
    // React keeps `key` to itself, so `room` says the same.
    follows: ['key', 'room', 'enter', 'label'],
    draws: ['max'],
    flags: ['enter'],
    sheets: () => [base(), roomSheet()],
    create: createRoom,
  });
}

function createRoom({ host, shadow, redraw, report }: Body): Part {
  const avatars = make('ul', { part: 'avatars', class: 'avatars', role: 'list' });
  const more = make('span', { part: 'more', class: 'more', dir: 'auto' });
  const others = make('li', {}, more);
  const count = make('span', { part: 'count', class: 'count', dir: 'auto' });
  const doing = make('span', { part: 'labels', class: 'doing', dir: 'auto' });
  const announcer = createAnnouncer();
  shadow.append(avatars, make('span', { class: 'words' }, count, doing), announcer.element);
  const shown = new Map<string, Avatar>();

  const key = () => host.getAttribute('key') ?? host.getAttribute('room') ?? '';

  function follow(client: PresenceClient): Stop {
    if (key() === '') return () => {};
    const room = client.room(key());
    const unfollow = room.onChange(redraw);
    const label = host.getAttribute('label');
    const leave = host.hasAttribute('enter') ? occupy(room, label === null ? {} : { label }, report) : () => {};
    return () => {
      unfollow();
      leave();
    };
  }

  function drawAvatars(members: readonly RoomMember[], hidden: number): void {
    const wanted = new Set(members.map(({ userId }) => userId));
    for (const [userId, avatar] of shown) {
      if (wanted.has(userId)) continue;
      avatar.element.remove();
      shown.delete(userId);
    }
    members.forEach((member, at) => {
      const avatar = shown.get(member.userId) ?? createAvatar();
      shown.set(member.userId, avatar);
      avatar.show(member);
      avatar.element.style.zIndex = String(members.length - at); // each over the next: its dot is at that side
      const there = avatars.children[at] ?? null;
      if (there !== avatar.element) avatars.insertBefore(avatar.element, there);
    });
    if (hidden > 0) avatars.append(others);
    else others.remove();
    say(more, `+${hidden}`);
    more.title = words().more(hidden);
    avatars.hidden = members.length === 0;
  }

  return {
    follow,
    draw(client) {
      const room = client === null || key() === '' ? null : client.room(key());
      const members = room?.list() ?? [];
      const total = room?.count ?? 0;
      const first = members.slice(0, maxOf(host));
      drawAvatars(first, total - first.length);
      const sentence = room?.known ? words().here(total) : '';
      say(count, sentence);
      say(
        doing,
        members
          .filter(({ label }) => label !== PLAIN)
          .slice(0, DOING)
          .map(doingOf)
          .join(' · '),
      );
      if (sentence !== '') announcer.say(sentence);
    },
  };
}

function doingOf({ name, userId, label }: RoomMember): string {
  return words().doing(name ?? userId, words().label(label));
}

function maxOf(host: Element): number {
  const max = Number(host.getAttribute('max') ?? MAX);
  return Number.isInteger(max) && max > 0 ? max : MAX;
}
