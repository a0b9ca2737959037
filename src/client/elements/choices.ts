/**
 * A group of radio buttons, as the browser has them: one stop for the Tab key, arrows within, and every screen reader
 * knows them. Only their looks are ours.
 */
import { make, say } from './make.ts';

interface Choice<Value extends string> {
  readonly value: Value;
  readonly name: string;
  /** Drawn before the name. */
  readonly icon?: Element | string;
}

export interface Choices<Value extends string> {
  readonly element: HTMLFieldSetElement;
  offer(title: string, choices: readonly Choice<Value>[]): void;
  value: Value | null;
  /** The radio button that the Tab key would come to. */
  focus(): void;
}

export function createChoices<Value extends string>(part: string, changed: () => void): Choices<Value> {
  const legend = make('legend', { class: 'legend' });
  const list = make('div', { class: 'choices' });
  const element = make('fieldset', { part, class: `group ${part}` }, legend, list);
  let radios = new Map<Value, HTMLInputElement>();
  element.addEventListener('change', changed);

  const chosen = () => [...radios].find(([, radio]) => radio.checked)?.[0] ?? null;
  return {
    element,
    offer(title, choices) {
      say(legend, title);
      radios = new Map(choices.map(({ value }) => [value, make('input', { type: 'radio', name: part, value })]));
      list.replaceChildren(
        ...choices.map(({ value, name, icon }) =>
          make('label', { class: 'choice' }, radios.get(value) ?? '', icon ?? '', make('span', { dir: 'auto' }, name)),
        ),
      );
    },
    get value() {
      return chosen();
    },
    set value(value) {
      for (const [each, radio] of radios) radio.checked = each === value;
    },
    focus() {
      const value = chosen();
      (value === null ? [...radios.values()][0] : radios.get(value))?.focus();
    },
  };
}
