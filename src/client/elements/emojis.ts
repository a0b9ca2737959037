/** A small palette; any other emoji can be typed. One stop for the Tab key, arrows within. */
import { make } from './make.ts';

const PALETTE = ['💬', '📞', '🗓️', '🎯', '☕', '🍽️', '🏠', '🤒', '🌴'];

export interface Emojis {
  readonly element: HTMLElement;
  /** What it is called, and what is chosen. */
  show(title: string, chosen: string): void;
}

export function createEmojis(choose: (emoji: string) => void): Emojis {
  const buttons = PALETTE.map((emoji) =>
    make('button', { type: 'button', class: 'emoji-choice', tabindex: '-1' }, emoji),
  );
  const element = make('div', { part: 'palette', class: 'palette', role: 'group' }, ...buttons);
  const reach = (button: HTMLButtonElement) => {
    for (const each of buttons) each.tabIndex = each === button ? 0 : -1;
  };

  const reached = () => buttons.findIndex((button) => button.tabIndex === 0);

  for (const button of buttons) button.addEventListener('click', () => choose(button.textContent));
  element.addEventListener('focusin', ({ target }) => {
    const button = buttons.find((each) => each === target);
    if (button !== undefined) reach(button);
  });
  element.addEventListener('keydown', (event) => {
    const next = placeAfter(reached(), event.key, getComputedStyle(element).direction === 'rtl');
    if (next === null) return;
    event.preventDefault();
    buttons.at(next % buttons.length)?.focus();
  });
  return {
    element,
    show(title, chosen) {
      element.setAttribute('aria-label', title);
      for (const button of buttons) button.setAttribute('aria-pressed', String(button.textContent === chosen));
      reach(buttons.find((button) => button.textContent === chosen) ?? buttons[0] ?? make('button'));
    },
  };

  /** -1 is the last. */
  function placeAfter(at: number, key: string, rtl: boolean): number | null {
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: rtl ? at - 1 : at + 1,
      ArrowLeft: rtl ? at + 1 : at - 1,
      Home: 0,
      End: buttons.length - 1,
    };
    return Object.hasOwn(steps, key) ? (steps[key] ?? null) : null;
  }
}
