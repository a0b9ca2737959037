/** The statuses that the site offers, to be taken over with one press. */
import type { CustomStatus } from '../types.ts';
import { make, say } from './make.ts';
import { createIcon } from './shape.ts';

export interface Suggestions {
  readonly element: HTMLElement;
  offer(title: string, statuses: readonly CustomStatus[]): void;
}

export function createSuggestions(take: (status: CustomStatus) => void): Suggestions {
  const heading = make('p', { class: 'legend', id: 'suggestions' });
  const list = make('div', { class: 'choices' });
  const element = make('div', { part: 'suggestions', class: 'group', role: 'group', 'aria-labelledby': 'suggestions' });
  element.append(heading, list);

  function buttonFor(status: CustomStatus): HTMLButtonElement {
    const button = make('button', { type: 'button', class: 'choice' }, iconOf(status));
    button.append(make('span', { dir: 'auto' }, status.name));
    button.addEventListener('click', () => take(status));
    return button;
  }

  return {
    element,
    offer(title, statuses) {
      say(heading, title);
      list.replaceChildren(...statuses.map(buttonFor));
      element.hidden = statuses.length === 0;
    },
  };
}

function iconOf({ emoji, availability }: CustomStatus): Element {
  return emoji === null ? createIcon(availability) : make('span', { class: 'emoji' }, emoji);
}
