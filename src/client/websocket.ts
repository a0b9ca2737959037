/**
 * A link over a WebSocket, by the protocol graphql-transport-ws. Written out, because the client of graphql-ws would be
 * a third of this library's size, and reconnects by itself, which is `connection.ts`'s to decide.
 */
import { errorIn, lost, PresenceError } from './error.ts';
import { CloseSession } from './generated/operations.ts';
import { type Ending, type Link, NO_ANSWER, type Opening, REFUSED, type Sink } from './link.ts';
import { report } from './listeners.ts';
import type { Stop, TypedDocument, WebSocketClass } from './types.ts';

/** What the server says, as far as it is understood here. */
interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: {
    readonly data?: unknown;
    readonly errors?: unknown;
    readonly sessionId?: string | null;
    readonly userId?: string | null;
  };
}

interface Operation extends Sink<unknown> {
  /** How long its message was. */
  readonly length: number;
  /** The link has ended before it did. */
  broken?(): void;
}

const OPEN = 1;
const TOO_LARGE = 1009; // the server's answer to a message is to close, without saying which

/** Resolves with an ending when it was not acknowledged. */
export function openWebSocket(
  { url, hello, timings, signal }: Opening,
  webSocket: WebSocketClass,
): Promise<Link | Ending> {
  let socket: InstanceType<WebSocketClass>;
  try {
    socket = new webSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  } catch (error) {
    return Promise.resolve({ code: REFUSED, reason: String(error) }); // an address that is none, or that the page may not use
  }
  const operations = new Map<string, Operation>();
  let lastId = 0;
  let acknowledged = false;
  let over = false;
  let opened = (_: Link | Ending) => {};
  const opening = new Promise<Link | Ending>((resolve) => {
    opened = resolve;
  });
  let tellEnded = (_: Ending) => {};
  const ended = new Promise<Ending>((resolve) => {
    tellEnded = resolve;
  });

  const abandon = () => kill('');
  signal.addEventListener('abort', abandon);
  let silence = setTimeout(() => kill('The server did not answer in time.'), timings.openTimeout);
  const pinging = setInterval(check, timings.ping);
  socket.addEventListener('open', () => send('connection_init', { payload: hello }));
  socket.addEventListener('message', (event) => hear(Object(event).data));
  socket.addEventListener('close', (event) => end(endingOf(event)));
  socket.addEventListener('error', () => {}); // closing follows; but in Node it is a crash when nobody listens

  function send(type: string, more: object = {}): void {
    if (socket.readyState === OPEN) socket.send(JSON.stringify({ type, ...more }));
  }

  function hear(data: unknown): void {
    if (over) return;
    try {
      understand(JSON.parse(String(data)));
    } catch (error) {
      report(error); // the error is in here: what listeners throw does not get this far
    }
  }

  function understand({ type, id = '', payload = {} }: Message): void {
    if (acknowledged) clearTimeout(silence); // it lives
    switch (type) {
      case 'connection_ack':
        begin(payload);
        break;
      case 'ping':
        send('pong');
        break;
      case 'next':
        answer(operations.get(id), payload);
        break;
      case 'error':
      case 'complete':
        finish(id, errorIn(payload));
    }
  }

  function answer(operation: Operation | undefined, { data, errors }: NonNullable<Message['payload']>): void {
    const error = errorIn(errors);
    if (error === null) operation?.next(data);
    else operation?.error(error);
  }

  function finish(id: string, error: PresenceError | null): void {
    const operation = operations.get(id);
    operations.delete(id);
    if (error === null) operation?.complete();
    else operation?.error(error);
  }

  function begin({ sessionId = null, userId = null }: NonNullable<Message['payload']>): void {
    acknowledged = true;
    clearTimeout(silence);
    signal.removeEventListener('abort', abandon);
    const leave = async () => {
      const patience = setTimeout(close, timings.pong);
      if (sessionId !== null) await request(CloseSession, { input: { sessionId } }).catch(() => {});
      clearTimeout(patience);
      close();
    };
    opened({
      transport: 'websocket',
      fewStreams: false,
      sessionId,
      userId,
      ended,
      check,
      subscribe,
      request,
      close,
      leave,
    });
  }

  function subscribe<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
    sink: Sink<Data>,
    broken?: () => void,
  ): Stop {
    const id = String(++lastId);
    // What comes for this id is, by the document, of this type.
    const payload = { query: document.toString(), variables };
    const { length } = JSON.stringify(payload);
    operations.set(id, { ...(sink as Sink<unknown>), length, ...(broken && { broken }) });
    send('subscribe', { id, payload });
    return () => {
      if (operations.delete(id)) send('complete', { id });
    };
  }

  function request<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    return new Promise((next, error) => {
      const broken = () => error(lost());
      if (over) broken();
      else subscribe(document, variables, { next, error, complete: broken }, broken);
    });
  }

  function check(): void {
    if (over || !acknowledged) return;
    send('ping');
    clearTimeout(silence);
    silence = setTimeout(() => kill('The connection was dead.'), timings.pong);
  }

  function kill(reason: string): void {
    end({ code: NO_ANSWER, reason });
    socket.close();
  }

  function close(): void {
    socket.close(1000);
    end({ code: 1000, reason: '' });
  }

  function end(ending: Ending): void {
    if (over) return;
    over = true;
    clearInterval(pinging);
    clearTimeout(silence);
    signal.removeEventListener('abort', abandon);
    // To say it again would end the next link as well.
    if (ending.code === TOO_LARGE) longest([...operations.values()])?.error(tooLarge());
    for (const operation of operations.values()) operation.broken?.();
    operations.clear();
    opened(ending);
    tellEnded(ending);
  }

  return opening;
}

function longest(operations: readonly Operation[]): Operation | undefined {
  return operations.toSorted((one, other) => other.length - one.length)[0];
}

const tooLarge = () =>
  new PresenceError('REQUEST_ENTITY_TOO_LARGE', 'The server does not take a message as large as this.');

function endingOf(event: unknown): Ending {
  const { code, reason } = Object(event);
  return { code: Number(code), reason: String(reason) };
}
