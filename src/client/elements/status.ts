/**
 * `<presence-status user="ada">`: what somebody says of themselves, and until when; for those who are not there since
 * when; and where there is nothing to say, what the dot says, in words.
 */
import type { Presence, Status } from '../types.ts';
import { defineElement } from './define.ts';
import { make, say } from './make.ts';
import { createPerson, tell } from './person.ts';
import { base, sheet } from './sheet.ts';
import { ago, languageOf, timeOfDay } from './time.ts';
import { words } from './words.ts';

export const statusLine = sheet(`
.line { display: inline-flex; align-items: baseline; gap: .35em; min-inline-size: 0; max-inline-size: 100% }
.line > * { flex: none }
.line > .text, .line > .time { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.line > .text { flex: 0 9999 auto; min-inline-size: 2em } /* gives way to the time, but not altogether */
.line > .time { flex: 0 1 auto; min-inline-size: 0; opacity: .78; font-size: .92em }
.line > .emoji { font-family: var(--_emoji) }
.line > :empty { display: none }
`);

const css = sheet(`
:host { min-inline-size: 0; max-inline-size: 100% }
.line.quiet > .text { opacity: .78 }
`);

export function defineStatus(): void {
  defineElement({
    name: 'presence-status',
    follows: ['user'],
    draws: [],
    timed: true,
    sheets: () => [base(), statusLine(), css()],
    create(body) {
      const person = createPerson(body);
      const line = createLine();
      body.shadow.append(line.element);
      return {
        follow: person.follow,
        draw(client) {
          const presence = person.presence(client);
          tell(body.host, presence);
          const language = languageOf(body.host);
          if (presence?.known !== true) return line.show({ emoji: '', text: '', time: '', quiet: true });
          if (presence.status !== null) return line.show(statusWords(presence.status, presence, language));
          line.show({ emoji: '', text: plainWords(presence, language), time: '', quiet: true });
        },
      };
    },
  });
}

export interface LineWords {
  readonly emoji: string;
  readonly text: string;
  readonly time: string;
  /** Nobody said it of themselves. */
  readonly quiet: boolean;
}

export interface Line {
  readonly element: HTMLElement;
  show(words: LineWords): void;
}

export function createLine(): Line {
  const emoji = make('span', { part: 'emoji', class: 'emoji' });
  const text = make('span', { part: 'text', class: 'text', dir: 'auto' });
  const time = make('span', { part: 'time', class: 'time', dir: 'auto' });
  const element = make('span', { part: 'status', class: 'line' }, emoji, text, time);
  return {
    element,
    show(line) {
      say(emoji, line.emoji);
      say(text, line.text);
      text.title = line.text; // it may be cut short
      say(time, line.time);
      element.classList.toggle('quiet', line.quiet);
    },
  };
}

/** An emoji alone says too little to those who do not see it: the dot's word goes with it. */
export function statusWords(
  { emoji, text, expiresAt }: Status,
  { availability }: Pick<Presence, 'availability'>,
  language: string,
): LineWords {
  return {
    emoji: emoji ?? '',
    text: text ?? words().availability[availability],
    time: expiresAt === null ? '' : words().until(timeOfDay(expiresAt, language)),
    quiet: false,
  };
}

function plainWords({ availability, lastActive }: Presence, language: string): string {
  const seen = availability === 'OFFLINE' && lastActive !== null;
  return seen ? words().lastActive(ago(lastActive, language)) : words().availability[availability];
}
