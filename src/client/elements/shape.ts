/**
 * The dot, in four shapes that differ without their colours: a disc, a crescent, a disc with a bar, a ring. A value
 * that may be out of date is small, in a broken circle.
 */
import type { Availability, Presence } from '../types.ts';
import { draw } from './make.ts';

export type Look = Availability | 'UNKNOWN';

export interface Dot {
  readonly svg: SVGSVGElement;
  /** `said` is its accessible name and its tooltip; null where the words stand beside it. */
  show(look: Look, options: { readonly stale: boolean; readonly said: string | null }): void;
}

export function lookOf(presence: Presence | null): Look {
  return presence?.known ? presence.availability : 'UNKNOWN';
}

const RING = 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 2.7a4.3 4.3 0 1 0 0 8.6 4.3 4.3 0 0 0 0-8.6Z';

/** In a square of 16; what is drawn twice is a hole. */
const SHAPES: Readonly<Record<Look, string>> = {
  ONLINE: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Z',
  AWAY: 'M8 1a7 7 0 1 0 7 7A5.1 5.1 0 0 1 8 1Z',
  BUSY: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1ZM5 6.7a1.3 1.3 0 0 0 0 2.6h6a1.3 1.3 0 0 0 0-2.6Z',
  OFFLINE: RING,
  UNKNOWN: RING,
};

export function createDot(part = 'dot'): Dot {
  const svg = draw('svg', { viewBox: '0 0 16 16', focusable: 'false' });
  const title = draw('title', {});
  const halo = draw('circle', { class: 'halo', cx: '8', cy: '8', r: '7.25' });
  const path = draw('path', { class: 'shape', 'fill-rule': 'evenodd' });
  svg.append(title, halo, path);
  let before: Look | null = null;

  function name(said: string | null): void {
    if (title.textContent !== (said ?? '')) title.textContent = said ?? '';
    if (said === null) {
      svg.removeAttribute('role');
      svg.removeAttribute('aria-label');
      svg.setAttribute('aria-hidden', 'true');
    } else {
      svg.removeAttribute('aria-hidden');
      svg.setAttribute('role', 'img');
      svg.setAttribute('aria-label', said);
    }
  }

  return {
    svg,
    show(look, { stale, said }) {
      name(said);
      const words = [look.toLowerCase(), ...(stale ? ['stale'] : [])];
      svg.setAttribute('part', [part, ...words].join(' '));
      // Only a change is worth a movement, not the first sight.
      const changed = before !== null && before !== 'UNKNOWN' && before !== look;
      const moves = changed || (before === look && svg.classList.contains('changed'));
      svg.setAttribute('class', ['dot', ...words, ...(moves ? ['changed'] : [])].join(' '));
      path.setAttribute('d', SHAPES[look]);
      before = look;
    },
  };
}

/** One that stays as it is, beside its word. */
export function createIcon(look: Look): SVGSVGElement {
  const { svg, show } = createDot('icon');
  show(look, { stale: false, said: null });
  return svg;
}
