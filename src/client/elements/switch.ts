import { make, say } from './make.ts';

export interface Switch {
  readonly element: HTMLElement;
  on: boolean;
  label(name: string, hint: string): void;
}

/** @param changed by the person */
export function createSwitch(changed: (on: boolean) => void): Switch {
  const input = make('input', { type: 'checkbox', role: 'switch', part: 'switch', class: 'switch' });
  const [name, hint] = [make('span', { class: 'name' }), make('span', { class: 'hint' })];
  const element = make('label', { class: 'group toggle' }, make('span', {}, name, hint), input);
  input.addEventListener('change', () => changed(input.checked));
  return {
    element,
    get on() {
      return input.checked;
    },
    set on(on) {
      input.checked = on;
    },
    label(says, hints) {
      say(name, says);
      say(hint, hints);
    },
  };
}
