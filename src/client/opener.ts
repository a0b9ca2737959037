/** Opens links: with which token, over which wire, and saying what. */
import { openHttp } from './http.ts';
import { type Ending, type Hello, isLink, type Link, NO_ANSWER, REFUSED } from './link.ts';
import type { Parts } from './parts.ts';
import type { PresenceClientOptions } from './types.ts';
import { openWebSocket } from './websocket.ts';

export interface Opener {
  /** Never rejects. `wire`: this one, whatever was chosen. */
  open(signal: AbortSignal, wire?: 'websocket'): Promise<Link | Ending>;
  /** Whether a WebSocket would be better than this link, and may be tried. */
  improvable(link: Link): boolean;
  /** The next one is a session of its own. */
  forget(): void;
}

const TRIES = 2; // WebSockets in a row without an answer, after which HTTP is tried

export function createOpener(
  options: PresenceClientOptions,
  { timings, page, fetch }: Parts,
  activity: () => 'ACTIVE' | 'IDLE' | undefined,
): Opener {
  const { url, transport = 'auto', webSocket = globalThis.WebSocket } = options;
  const storageKey = `presence-session ${url}`;
  let sessionId = page?.storage?.getItem(storageKey) ?? null; // a page that was reloaded goes on with its session
  let greeted = false;
  let unheard = 0; // WebSockets in a row without an answer

  async function openWith(token: string, signal: AbortSignal, wire: 'websocket' | 'http'): Promise<Link | Ending> {
    const opening = { url, hello: helloWith(token), timings, signal };
    if (wire === 'http') {
      unheard = 0; // should HTTP not answer either, or end, a WebSocket has its turn again
      return openHttp(opening, fetch);
    }
    if (webSocket === undefined)
      return { code: REFUSED, reason: 'There is no WebSocket here: pass one as `webSocket`.' };
    const opened = await openWebSocket(opening, webSocket);
    unheard = isLink(opened) || opened.code !== NO_ANSWER ? 0 : unheard + 1;
    return opened;
  }

  function choose(): 'websocket' | 'http' {
    if (transport !== 'auto') return transport;
    return webSocket === undefined || unheard >= TRIES ? 'http' : 'websocket';
  }

  function helloWith(token: string): Hello {
    const { session, device = page === null ? 'OTHER' : 'WEB', invisible, status } = options;
    if (session === false) return { token, session };
    const said = activity();
    return {
      token,
      device,
      ...(sessionId !== null && { sessionId }),
      ...(said !== undefined && { activity: said }),
      // Said once: it may have been changed since.
      ...(!greeted && invisible !== undefined && { invisible }),
      ...(!greeted && status !== undefined && { status }),
    };
  }

  function remember(link: Link): void {
    greeted = true;
    sessionId = link.sessionId ?? sessionId;
    if (sessionId !== null) page?.storage?.setItem(storageKey, sessionId);
  }

  return {
    async open(signal, wire) {
      let token: string;
      try {
        token = typeof options.token === 'string' ? options.token : await options.token();
      } catch (error) {
        return { code: NO_ANSWER, reason: `There is no token: ${error instanceof Error ? error.message : error}` };
      }
      if (signal.aborted) return { code: NO_ANSWER, reason: '' };
      const opened = await openWith(token, signal, wire ?? choose());
      if (isLink(opened)) remember(opened);
      return opened;
    },
    improvable: (link) => link.transport === 'http' && transport === 'auto' && webSocket !== undefined,
    forget: () => page?.storage?.removeItem(storageKey),
  };
}
