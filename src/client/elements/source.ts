/**
 * How an element finds its client: that of the nearest `<presence-provider>` around it, else the page's own, which
 * `setPresenceClient` and `connectPresence` set. Either may come later than the element, and change.
 */
import { createListeners } from '../listeners.ts';
import type { PresenceClient, Stop } from '../types.ts';

export interface Source {
  readonly client: PresenceClient | null;
  set(client: PresenceClient | null): void;
  /** Tells at once, and again with each other client. */
  listen(listener: (client: PresenceClient | null) => void): Stop;
}

/** What each provider provides; one that is not in here provides nothing yet, and tells when it does. */
const provided = new WeakMap<Element, Source>();
const page = createSource();

export const PROVIDER = 'presence-provider';

/** The client of everything on this page that has no provider around it; null for none. */
export function setPresenceClient(client: PresenceClient | null): void {
  page.set(client);
}

export function sourceOf(provider: Element): Source {
  const source = provided.get(provider) ?? createSource();
  provided.set(provider, source);
  return source;
}

export function clientFor(element: Element, listener: (client: PresenceClient | null) => void): Stop {
  const provider = providerAround(element);
  return (provider === null ? page : sourceOf(provider)).listen(listener);
}

/** Out of any number of shadow roots. */
function providerAround(element: Element): Element | null {
  const near = element.closest(PROVIDER);
  if (near !== null) return near;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? providerAround(root.host) : null;
}

function createSource(): Source {
  const listeners = createListeners<PresenceClient | null>();
  let current: PresenceClient | null = null;
  return {
    get client() {
      return current;
    },
    set(client) {
      if (client === current) return;
      current = client;
      listeners.tell(client);
    },
    listen(listener) {
      const stop = listeners.add(listener);
      listener(current);
      return stop;
    },
  };
}
