/**
 * Custom elements for who is here: importing this defines them, where there are elements to define.
 *
 * Each finds its client by itself (source.ts), draws into a shadow root without a style or a string of markup that a
 * content security policy could forbid, and says what it says in words that can be replaced (words.ts). What an element
 * follows and how it is drawn is in the file of its name; what all have in common is in define.ts.
 */
import { defineDot } from './dot.ts';
import { defineMenu } from './menu.ts';
import { defineProvider, type PresenceProviderElement } from './provider.ts';
import { defineRoom } from './room.ts';
import { defineStatus } from './status.ts';

export { connectPresence, type PresenceProviderElement } from './provider.ts';
export { setPresenceClient } from './source.ts';
export { type PresenceWords, setPresenceWords } from './words.ts';

defineProvider(); // first: the others look for it
defineDot();
defineStatus();
defineRoom();
defineMenu();

/** Each attribute is a property too. */
export interface PresenceDotElement extends HTMLElement {
  user: string | null;
  name: string | null;
}

export interface PresenceStatusElement extends HTMLElement {
  user: string | null;
}

export interface PresenceRoomElement extends HTMLElement {
  key: string | null;
  room: string | null;
  enter: boolean;
  label: string | null;
  max: string | null;
}

declare global {
  interface HTMLElementTagNameMap {
    'presence-provider': PresenceProviderElement;
    'presence-dot': PresenceDotElement;
    'presence-status': PresenceStatusElement;
    'presence-room': PresenceRoomElement;
    'presence-menu': HTMLElement;
  }
}
