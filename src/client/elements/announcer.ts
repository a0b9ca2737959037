/**
 * Tells those who listen instead of look, with restraint: not the first thing they find anyway, and of what changes
 * quickly only where it comes to rest.
 */
import { make } from './make.ts';

const REST = 3_000; // ms without another change
const GONE = 5_000; // ms, after which it is no longer found by reading on

export interface Announcer {
  readonly element: HTMLElement;
  say(sentence: string): void;
}

export function createAnnouncer(): Announcer {
  const element = make('span', { class: 'heard', role: 'status' });
  let said: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function announce(sentence: string): void {
    element.textContent = sentence;
    timer = setTimeout(() => element.replaceChildren(), GONE);
  }

  return {
    element,
    say(sentence) {
      if (sentence === said) return;
      const first = said === null;
      said = sentence;
      clearTimeout(timer);
      if (!first) timer = setTimeout(() => announce(sentence), REST);
    },
  };
}
