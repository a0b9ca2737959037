/** What one says: an emoji, words, how many characters are left of them, and a palette. */
import { lengthOf, TEXT_LIMIT } from './draft.ts';
import { createEmojis } from './emojis.ts';
import { make, say } from './make.ts';
import { words } from './words.ts';

const NEARLY = 20; // characters left from which on their number is shown

export interface StatusField {
  readonly element: HTMLElement;
  readonly said: { readonly text: string; readonly emoji: string };
  show(said: { readonly text: string; readonly emoji: string }): void;
  isTooLong(): boolean;
  focus(): void;
}

/** @param changed by the person, not by `show` */
export function createStatusField(changed: () => void): StatusField {
  const emoji = make('input', { part: 'emoji-input', class: 'emoji-input', autocomplete: 'off', placeholder: '☺' });
  const text = make('input', { part: 'text-input', class: 'text-input', autocomplete: 'off', dir: 'auto' });
  const left = make('span', { class: 'left', 'aria-live': 'polite' });
  const emojis = createEmojis((chosen) => {
    emoji.value = emoji.value === chosen ? '' : chosen;
    typed();
    text.focus();
  });
  const field = make('div', { part: 'field', class: 'field' }, emoji, text, left);
  const element = make('div', { class: 'group' }, field, emojis.element);
  field.addEventListener('input', typed);

  const free = () => TEXT_LIMIT - lengthOf(text.value);

  function typed(): void {
    changed();
    draw();
  }

  function draw(): void {
    say(left, free() <= NEARLY ? words().left(free()) : '');
    text.setAttribute('aria-invalid', String(free() < 0));
    text.setAttribute('aria-label', words().text);
    text.placeholder = words().textHint;
    emoji.setAttribute('aria-label', words().emoji);
    emojis.show(words().emoji, emoji.value);
  }

  return {
    element,
    get said() {
      return { text: text.value, emoji: emoji.value };
    },
    show(said) {
      text.value = said.text;
      emoji.value = said.emoji;
      draw();
    },
    isTooLong: () => free() < 0,
    focus: () => text.focus(),
  };
}
