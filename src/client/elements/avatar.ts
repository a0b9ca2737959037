/** One person in a room: initials on their colour, their dot, and both in words. */
import type { RoomMember } from '../types.ts';
import { make, say } from './make.ts';
import { createDot, lookOf } from './shape.ts';
import { words } from './words.ts';

export interface Avatar {
  readonly element: HTMLLIElement;
  show(member: RoomMember): void;
}

export function createAvatar(): Avatar {
  const initials = make('span', { part: 'avatar', class: 'avatar', 'aria-hidden': 'true' });
  const heard = make('span', { class: 'heard' });
  const dot = createDot();
  const element = make('li', { part: 'member', class: 'member' }, initials, dot.svg, heard);
  return {
    element,
    show(member) {
      const who = member.name ?? member.userId;
      say(initials, initialsOf(who));
      element.style.setProperty('--_color', member.color);
      element.classList.toggle('typing', member.label === 'typing');
      const { presence } = member;
      dot.show(lookOf(presence), { stale: presence.known && presence.stale, said: null });
      const sentence = [words().is[lookOf(presence)](who), words().label(member.label)].join(', ');
      say(heard, sentence);
      element.title = sentence;
    },
  };
}

/** Ada Lovelace: AL. Letters as people count them, so that no emoji or accent is torn apart. */
function initialsOf(name: string): string {
  const parts = name
    .trim()
    .split(/[\s._-]+/)
    .filter((part) => part !== '');
  const ends = parts.length > 1 ? [parts[0], parts.at(-1)] : [parts[0] ?? '?'];
  return ends
    .map((part) => firstOf(part ?? ''))
    .join('')
    .toLocaleUpperCase();
}

const letters = new Intl.Segmenter();

function firstOf(part: string): string {
  for (const { segment } of letters.segment(part)) return segment;
  return '';
}
