/** What a browser tells of its page, as far as the connection goes: going, coming back, and the network. */
import type { Connecting } from './connection.ts';
import type { Page } from './parts.ts';
import type { Stop } from './types.ts';

export function watchPage({ window, document }: Page, connecting: Connecting): Stop {
  const listening = new AbortController();
  const on = (target: EventTarget, type: string, run: () => void) =>
    target.addEventListener(type, run, { signal: listening.signal });
  // An open socket would keep a page out of the browser's cache of pages to go back to.
  on(window, 'pagehide', connecting.pause);
  on(window, 'pageshow', connecting.resume);
  // A device that was asleep, or in another network, may have a socket that is dead and does not know.
  on(window, 'online', connecting.check);
  on(window, 'offline', connecting.check);
  on(document, 'resume', connecting.check);
  on(document, 'visibilitychange', () => {
    if (document.visibilityState === 'visible') connecting.check();
  });
  return () => listening.abort();
}
