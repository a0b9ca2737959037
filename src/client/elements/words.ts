/** Every word that the elements show or have read out, in one place, so that another language is one call. */
import { createListeners } from '../listeners.ts';
import type { Availability, Stop } from '../types.ts';

export interface PresenceWords {
  readonly availability: Readonly<Record<Availability, string>>;
  /** What a dot is called. */
  readonly is: Readonly<Record<Availability | 'UNKNOWN', (who: string) => string>>;
  /** Added to that when the value may be out of date. */
  readonly stale: (sentence: string) => string;
  readonly until: (time: string) => string;
  /** `ago` is "5 minutes ago" in the page's language; null within the last minute. */
  readonly lastActive: (ago: string | null) => string;

  readonly here: (count: number) => string;
  readonly more: (count: number) => string;
  /** A room's label: "typing" and whatever else the application uses. */
  readonly label: (label: string) => string;
  readonly doing: (who: string, label: string) => string;

  readonly myStatus: string;
  readonly change: (state: string) => string;
  readonly connecting: string;
  readonly suggestions: string;
  readonly text: string;
  readonly textHint: string;
  readonly left: (count: number) => string;
  readonly emoji: string;
  readonly clearAfter: string;
  readonly never: string;
  readonly minutes30: string;
  readonly hour: string;
  readonly today: string;
  readonly at: (time: string) => string;
  readonly invisible: string;
  readonly invisibleHint: string;
  readonly save: string;
  readonly clear: string;
  /** Why one's dot is what it is; `sentence` is the server's, in English. Empty: say nothing. */
  readonly because: (rule: string, sentence: string) => string;
  /** What could not be done; `sentence` is the server's, in English. */
  readonly failed: (code: string, sentence: string) => string;
}

const ENGLISH: PresenceWords = {
  availability: { ONLINE: 'Online', AWAY: 'Away', BUSY: 'Busy', OFFLINE: 'Offline' },
  is: {
    ONLINE: (who) => `${who} is online`,
    AWAY: (who) => `${who} is away`,
    BUSY: (who) => `${who} is busy`,
    OFFLINE: (who) => `${who} is offline`,
    UNKNOWN: (who) => `It is not known yet whether ${who} is online`,
  },
  stale: (sentence) => `${sentence}, as far as is known`,
  until: (time) => `until ${time}`,
  lastActive: (ago) => (ago === null ? 'active just now' : `last active ${ago}`),
  here: (count) => (count === 0 ? 'Nobody is here' : count === 1 ? '1 person is here' : `${count} people are here`),
  more: (count) => `${count} more`,
  label: (label) => (label === 'typing' ? 'typing…' : label),
  doing: (who, label) => `${who}: ${label}`,
  myStatus: 'Your status',
  change: (state) => `Your status: ${state}`,
  connecting: 'Connecting…',
  suggestions: 'Suggestions',
  text: 'Status',
  textHint: 'What are you doing?',
  left: (count) => (count === 1 ? '1 character left' : `${count} characters left`),
  emoji: 'Emoji',
  clearAfter: 'Clear after',
  never: 'Don’t clear',
  minutes30: '30 min',
  hour: '1 hour',
  today: 'Today',
  at: (time) => `At ${time}`,
  invisible: 'Invisible',
  invisibleHint: 'Others see you as offline',
  save: 'Save',
  clear: 'Clear status',
  because: (_, sentence) => sentence,
  failed: (_, sentence) => sentence,
};

let current = ENGLISH;
const listeners = createListeners<PresenceWords>();

export function words(): PresenceWords {
  return current;
}

/** Takes these words instead of the English ones, at once and everywhere on the page. What is left out is English. */
export function setPresenceWords(own: Partial<PresenceWords>): void {
  current = { ...ENGLISH, ...own };
  listeners.tell(current);
}

export function onWords(listener: () => void): Stop {
  return listeners.add(listener);
}
