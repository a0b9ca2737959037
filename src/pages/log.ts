/** Everything that this page is told, as it comes: newest first, the last hundred. */
import { make } from '../client/elements/make.ts';
import type { Presence, PresenceClient, Room, Viewer } from '../client/index.ts';
import { actor } from './cast.ts';

const KEPT = 100; // entries

export function startLog(client: PresenceClient, userIds: readonly string[], list: HTMLElement): void {
  const first = new Set<string>();

  function add(sentence: string, source: string): void {
    const now = new Date();
    const time = make('time', { datetime: now.toISOString() }, now.toLocaleTimeString(undefined, { hour12: false }));
    list.prepend(make('li', {}, time, make('span', { dir: 'auto' }, sentence), make('code', { dir: 'ltr' }, source)));
    while (list.children.length > KEPT) list.lastElementChild?.remove();
  }

  client.watch(userIds, (presence) => {
    const initial = !first.has(presence.userId);
    first.add(presence.userId);
    if (presence.stale) return add(`${nameOf(presence.userId)} may have changed meanwhile`, 'disconnected');
    if (!initial || presence.online)
      add(sentenceOf(presence), `presenceChanged ${JSON.stringify(brief(presence, initial))}`);
  });
  client.me.onChange((viewer) => add(mine(viewer), `viewerChanged ${JSON.stringify(viewer.explanation.rule)}`));
  watchRoom(client.room('launch-notes'), add);
}

function sentenceOf({ userId, availability, status }: Presence): string {
  const said = [status?.emoji, status?.text].filter((part) => part != null).join(' ');
  return `${nameOf(userId)} is ${availability.toLowerCase()}${said === '' ? '' : `: ${said}`}`;
}

function brief({ availability, status, lastActive }: Presence, initial: boolean): object {
  const words = status === null ? {} : { status: { text: status.text, emoji: status.emoji } };
  return {
    availability,
    ...words,
    ...(availability === 'OFFLINE' ? { lastActive } : {}),
    ...(initial ? { initial } : {}),
  };
}

function mine({ explanation, invisible }: Viewer): string {
  return invisible ? `You are hidden. ${explanation.because}` : explanation.because;
}

/** What differs from what was here before. */
function watchRoom(room: Room, add: (sentence: string, source: string) => void): void {
  let before = new Map<string, string>();
  room.onChange(() => {
    const now = new Map(room.list().map(({ userId, label }) => [userId, label]));
    for (const [userId, label] of now) {
      if (!before.has(userId)) add(`${nameOf(userId)} opened the notes`, 'roomChanged "ENTERED"');
      else if (before.get(userId) !== label) add(labelled(userId, label), `roomChanged ${JSON.stringify({ label })}`);
    }
    for (const userId of before.keys())
      if (!now.has(userId)) add(`${nameOf(userId)} left the notes`, 'roomChanged "LEFT"');
    before = now;
  });
}

function labelled(userId: string, label: string): string {
  return label === 'typing' ? `${nameOf(userId)} is typing` : `${nameOf(userId)} stopped typing`;
}

function nameOf(userId: string): string {
  return actor(userId)?.name.split(' ')[0] ?? userId;
}
