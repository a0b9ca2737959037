/** Pieces of pages that both have. */
import { createDot } from '../client/elements/shape.ts';
import type { Availability } from '../client/index.ts';

/** An element of the page's own markup. @throws Error when the markup has no such one */
export function byId<Kind extends HTMLElement = HTMLElement>(
  id: string,
  kind?: abstract new (...args: never[]) => Kind,
): Kind {
  const found = document.getElementById(id);
  if (found === null || !(found instanceof (kind ?? HTMLElement))) throw new Error(`the page has no #${id}`);
  return found as Kind;
}

/** A dot of nobody; `said` is its name, where no words stand beside it. */
export function dotOf(availability: Availability, said: string | null = null): SVGSVGElement {
  const dot = createDot();
  dot.show(availability, { stale: false, said });
  return dot.svg;
}
