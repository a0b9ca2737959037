/**
 * What opens below a button: in the browser's top layer, so that nothing on the page covers or cuts it, closed by
 * Escape or a click elsewhere as the browser does it, and with the focus back on the button.
 */
import { make } from './make.ts';

const GAP = 6; // px below the button
const MAY_GROW = 120; // px, by what is loaded after it has opened
const EDGE = 8; // px that stay free at the edges of the window

export interface Popover {
  readonly element: HTMLElement;
  close(): void;
}

export interface Content {
  readonly element: Element;
  /** Before it is seen. */
  opening(): void;
  focus(): void;
}

export function createPopover(button: HTMLButtonElement, content: Content): Popover {
  const element = make('div', { part: 'menu', class: 'menu', role: 'dialog', popover: 'auto' }, content.element);
  button.popoverTargetElement = element;
  button.setAttribute('aria-haspopup', 'dialog');
  button.setAttribute('aria-expanded', 'false');

  /** At the button's beginning, in the direction of writing; its height is the sheet's, up to the room there is. */
  function place(above: boolean): void {
    const { left, right, top, bottom } = button.getBoundingClientRect();
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    const { offsetWidth: own } = element;
    const start = getComputedStyle(element).direction === 'rtl' ? right - own : left;
    const { style } = element;
    style.setProperty('--_left', `${Math.max(EDGE, Math.min(start, width - own - EDGE))}px`);
    style.setProperty('--_top', above ? 'auto' : `${bottom + GAP}px`);
    style.setProperty('--_bottom', above ? `${height - top + GAP}px` : 'auto');
    style.setProperty('--_room', `${(above ? top : height - bottom) - GAP - EDGE}px`);
  }

  /** Below, unless it would be cut short there and there is more room above. */
  function goesAbove(): boolean {
    const { top, bottom } = button.getBoundingClientRect();
    const below = document.documentElement.clientHeight - bottom;
    return top > below && below < element.scrollHeight + MAY_GROW;
  }

  /** From inside, or from nowhere; not from where somebody has pressed meanwhile. Chromium 156 leaves it inside. */
  function comeBack(): void {
    if (element.matches(':focus-within') || document.activeElement === document.body) button.focus();
  }

  let open = new AbortController();
  element.addEventListener('beforetoggle', ({ newState }) => {
    button.setAttribute('aria-expanded', String(newState === 'open'));
    open.abort();
    element.classList.remove('placed');
    if (newState !== 'open') return;
    content.opening();
    open = new AbortController();
  });
  element.addEventListener('toggle', ({ newState }) => {
    if (newState !== 'open') return comeBack();
    const above = goesAbove();
    const follow = () => place(above);
    const { signal } = open;
    addEventListener('resize', follow, { signal });
    addEventListener('scroll', follow, { signal, capture: true, passive: true });
    follow();
    element.classList.add('placed');
    content.focus();
  });
  return {
    element,
    close() {
      element.hidePopover();
      button.focus();
    },
  };
}
