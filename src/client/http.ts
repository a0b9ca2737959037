/**
 * A link over HTTP, for where WebSockets do not get through: a session that lives on heartbeats, and subscriptions as
 * server-sent events. A browser has six connections to a host that speaks HTTP/1.1, so streams are few: whoever
 * subscribes gathers.
 */
import { errorIn, lost, PresenceError } from './error.ts';
import { type Result, readEvents } from './events.ts';
import { CloseSession, Heartbeat, OpenSession, WhoAmI } from './generated/operations.ts';
import {
  type Ending,
  type Hello,
  type Link,
  NO_ANSWER,
  type Opening,
  REFUSED,
  type Sink,
  TOKEN_EXPIRED,
  TOKEN_INVALID,
} from './link.ts';
import { createTurns } from './turns.ts';
import type { Stop, TypedDocument } from './types.ts';

const TRY_AGAIN_LATER = 1013;
const MOST_STREAMS = 4;
const MISSED_HEARTBEATS = 2; // in a row: the server waits for three

/** Resolves with an ending when the server could not be reached, or did not want it. */
export async function openHttp(
  { url, hello, timings, signal }: Opening,
  fetching: typeof fetch,
): Promise<Link | Ending> {
  const { token, ...session } = hello;
  let over = false;
  let missed = 0;
  let tellEnded = (_: Ending) => {};
  const ended = new Promise<Ending>((resolve) => {
    tellEnded = resolve;
  });
  const fewStreams = typeof document !== 'undefined' && url.startsWith('http:'); // with TLS, it is HTTP/2
  const turns = createTurns(fewStreams ? MOST_STREAMS : Infinity);
  const calls = new Set<AbortController>(); // under way
  const streams = new Set<AbortController>();
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };

  const post = (document: string, variables: object, options: RequestInit) =>
    fetching(url, {
      method: 'POST',
      ...options,
      headers: { accept: 'application/json', ...options.headers, ...headers },
      body: JSON.stringify({ query: document, variables }),
    });

  async function request<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
    options: RequestInit = {},
  ): Promise<Data> {
    if (over) throw lost();
    const call = new AbortController();
    calls.add(call);
    const patience = setTimeout(() => call.abort(), timings.openTimeout);
    const answer = await post(document.toString(), variables, { ...options, signal: call.signal })
      .then((response) => response.json())
      .catch(() => null);
    clearTimeout(patience);
    calls.delete(call);
    const error = errorIn(answer?.errors);
    if (error?.code === 'UNAUTHENTICATED') end(endingOf(error));
    if (error !== null || answer?.data == null) throw error ?? lost();
    return answer.data;
  }

  function subscribe<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
    sink: Sink<Data>,
  ): Stop {
    const call = new AbortController();
    streams.add(call);
    const stopped = () => over || call.signal.aborted;

    async function stream(): Promise<void> {
      await turns.take();
      if (stopped()) return;
      const headers = { accept: 'text/event-stream' };
      const response = await post(document.toString(), variables, { headers, signal: call.signal });
      for await (const event of readEvents(response, timings.quietStream)) {
        if (stopped() || !hear(event)) return;
      }
      throw lost();
    }

    /** False: there is nothing more to hear. */
    function hear(event: Result | null): boolean {
      const error = errorIn(event?.errors);
      if (event === null) sink.complete();
      else if (error === null) sink.next(event.data as Data);
      else if (error.code === 'UNAUTHENTICATED') end(endingOf(error));
      else sink.error(error);
      return event !== null && error === null;
    }

    stream()
      .catch(() => {
        if (!stopped()) breakOff({ code: NO_ANSWER, reason: 'A stream broke.' });
      })
      .finally(() => {
        turns.give();
        streams.delete(call);
        call.abort();
      });
    return () => call.abort();
  }

  async function beat(sessionId: string): Promise<void> {
    try {
      await request(Heartbeat, { input: { sessionId } });
      missed = 0;
    } catch (error) {
      const isOver = error instanceof PresenceError && error.code === 'NOT_FOUND';
      if (isOver || ++missed >= MISSED_HEARTBEATS) breakOff({ code: NO_ANSWER, reason: 'The session is over.' });
    }
  }

  /** What runs is not answered any more. */
  function breakOff(ending: Ending): void {
    for (const call of calls) call.abort();
    end(ending);
  }

  /** What runs is still answered: the session may go on over a WebSocket. */
  function end(ending: Ending): void {
    if (over) return;
    over = true;
    clearInterval(beating);
    for (const call of streams) call.abort();
    tellEnded(ending);
  }

  let beating: ReturnType<typeof setInterval> | undefined;
  const abandon = () => breakOff({ code: NO_ANSWER, reason: '' });
  signal.addEventListener('abort', abandon);
  const opened = await open(session, request).catch(endingOf);
  signal.removeEventListener('abort', abandon);
  if ('code' in opened) return opened;
  const { sessionId, userId } = opened;
  const check = () => void (sessionId === null ? undefined : beat(sessionId));
  if (sessionId !== null) beating = setInterval(check, timings.heartbeat);
  const close = () => end({ code: 1000, reason: '' });
  return {
    transport: 'http',
    fewStreams,
    sessionId,
    userId,
    ended,
    request,
    subscribe,
    check,
    close,
    async leave() {
      clearInterval(beating);
      // A page that goes away may say this much.
      if (sessionId !== null)
        await request(CloseSession, { input: { sessionId } }, { keepalive: true }).catch(() => {});
      breakOff({ code: 1000, reason: '' });
    },
  };
}

/** Guests and backends have no session of their own. */
async function open(
  { session, ...input }: Omit<Hello, 'token'>,
  request: Link['request'],
): Promise<Pick<Link, 'sessionId' | 'userId'>> {
  if (session !== false) {
    try {
      const { openSession } = await request(OpenSession, { input });
      return { sessionId: openSession.session.id, userId: openSession.viewer.user.id };
    } catch (error) {
      if (!(error instanceof PresenceError && error.code === 'FORBIDDEN')) throw error;
    }
  }
  const { viewer } = await request(WhoAmI, {});
  return { sessionId: null, userId: viewer.user.id };
}

function endingOf(error: unknown): Ending {
  if (!(error instanceof PresenceError) || error.code === 'CONNECTION_LOST') return { code: NO_ANSWER, reason: '' };
  const { code, message: reason, extensions, retryable } = error;
  if (code === 'UNAUTHENTICATED')
    return { code: extensions.reason === 'EXPIRED' ? TOKEN_EXPIRED : TOKEN_INVALID, reason };
  return { code: retryable ? TRY_AGAIN_LATER : REFUSED, reason };
}
