/** What every element about one person has in common: whom it follows, and what is known of them. */
import type { Presence, PresenceClient, Stop } from '../types.ts';
import type { Body } from './define.ts';

export interface Person {
  follow(client: PresenceClient): Stop;
  /** null without a client or a user. */
  presence(client: PresenceClient | null): Presence | null;
  /** What to call them. */
  name(presence: Presence | null): string;
}

export function createPerson({ host, redraw }: Body): Person {
  const user = () => host.getAttribute('user') ?? '';
  return {
    follow: (client) => (user() === '' ? () => {} : client.watch([user()], redraw)),
    presence: (client) => (client === null || user() === '' ? null : client.get(user())),
    name: (presence) => host.getAttribute('name') ?? presence?.name ?? user(),
  };
}

/** For a page's own style and scripts: `presence-dot[data-availability="BUSY"]`. */
export function tell(host: HTMLElement, presence: Presence | null): void {
  const known = presence?.known === true;
  setOrRemove(host, 'data-availability', known ? presence.availability : null);
  setOrRemove(host, 'data-stale', known && presence.stale ? '' : null);
}

function setOrRemove(element: Element, name: string, value: string | null): void {
  if (element.getAttribute(name) === value) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}
