/** A link over a WebSocket. graphql-ws is the protocol; a client of it is used for one socket and never again. */
import { createClient, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws/client';
import { asPresenceError, errorIn, lost, type PresenceError } from './error.ts';
import { CloseSession } from './generated/operations.ts';
import { type Ending, type Link, NO_ANSWER, type Opening, REFUSED, type Sink } from './link.ts';
import type { Stop, TypedDocument, WebSocketClass } from './types.ts';

const STATES = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };

/** Resolves with an ending when it was not acknowledged. */
export function openWebSocket(
  { url, hello, timings, signal }: Opening,
  webSocket: WebSocketClass,
): Promise<Link | Ending> {
  let socket: InstanceType<WebSocketClass>;
  try {
    socket = new webSocket(url.replace(/^http/, 'ws'), GRAPHQL_TRANSPORT_WS_PROTOCOL);
  } catch (error) {
    return Promise.resolve({ code: REFUSED, reason: String(error) }); // an address that is none, or that the page may not use
  }
  // One that is closed while it is still connecting fails, which where nobody listens is a crash in Node.
  socket.addEventListener('error', () => {});
  let over: Ending | null = null;
  let tellEnded = (_: Ending) => {};
  const ended = new Promise<Ending>((resolve) => {
    tellEnded = resolve;
  });
  const broken = new Set<(error: PresenceError) => void>(); // requests under way

  const client = createClient({
    url,
    webSocketImpl: Object.assign(function Opened() {
      return socket;
    }, STATES),
    connectionParams: { ...hello },
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => end({ code: NO_ANSWER, reason: '' }),
    on: {
      message: () => clearTimeout(silence),
      closed: (event) => end(endingOf(event)),
    },
  });

  let silence: ReturnType<typeof setTimeout> | undefined;
  const pinging = setInterval(check, timings.ping);
  const opening = setTimeout(() => kill('The server did not answer in time.'), timings.openTimeout);
  const abandon = () => kill('');
  signal.addEventListener('abort', abandon);

  function check(): void {
    if (socket.readyState !== STATES.OPEN) return;
    socket.send('{"type":"ping"}');
    clearTimeout(silence);
    silence = setTimeout(() => kill('The connection was dead.'), timings.pong);
  }

  function kill(reason: string): void {
    end({ code: NO_ANSWER, reason });
    client.terminate();
  }

  function end(ending: Ending): void {
    if (over !== null) return;
    over = ending;
    clearInterval(pinging);
    clearTimeout(silence);
    clearTimeout(opening);
    signal.removeEventListener('abort', abandon);
    // Or it would connect again by itself after a close with 1000.
    Promise.resolve(client.dispose()).catch(() => {});
    for (const fail of broken) fail(lost());
    broken.clear();
    tellEnded(ending);
  }

  function subscribe<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
    sink: Sink<Data>,
  ): Stop {
    if (over !== null) return () => {};
    const plain: object = variables;
    const unlessOver = (tell: () => void) => {
      if (over === null) tell();
    };
    return client.subscribe<Data>(
      { query: document.toString(), variables: { ...plain } },
      {
        next: ({ data, errors }) => {
          const error = errorIn(errors);
          unlessOver(() => (error === null && data != null ? sink.next(data) : sink.error(error ?? lost())));
        },
        error: (error) => unlessOver(() => sink.error(errorIn(error) ?? asPresenceError(error))),
        complete: () => unlessOver(() => sink.complete()),
      },
    );
  }

  function request<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    return new Promise((resolve, reject) => {
      if (over !== null) return reject(lost());
      broken.add(reject);
      const settled = () => broken.delete(reject);
      subscribe(document, variables, {
        next: resolve,
        error(error) {
          settled();
          reject(error);
        },
        complete: settled,
      });
    });
  }

  function close(): void {
    socket.close(1000);
    end({ code: 1000, reason: '' });
  }

  return new Promise((resolve) => {
    ended.then(resolve, resolve);
    client.on('connected', (_, payload) => {
      clearTimeout(opening);
      signal.removeEventListener('abort', abandon);
      const { sessionId = null, userId = null } = (payload ?? {}) as Partial<Record<string, string>>;
      const link: Link = { transport: 'websocket', sessionId, userId, ended, check, subscribe, request, close, leave };
      resolve(link);

      async function leave(): Promise<void> {
        const patience = setTimeout(close, timings.pong);
        if (sessionId !== null) await request(CloseSession, { input: { sessionId } }).catch(() => {});
        clearTimeout(patience);
        close();
      }
    });
  });
}

function endingOf(event: unknown): Ending {
  const { code, reason } = (event ?? {}) as Partial<Ending>;
  return { code: code ?? NO_ANSWER, reason: reason ?? '' };
}
