/**
 * A socket as we know it: what graphql-ws takes for one, who is at the other end, and for how long nothing was heard.
 * A class, and with few fields, because there are ten thousand of them.
 */
import type { WebSocket as ProtocolSocket } from 'graphql-ws';
import { type RawData, WebSocket } from 'ws';
import type { Caller } from '../graphql/caller.ts';
import type { Context } from '../graphql/context.ts';
import type { Viewing } from '../graphql/delivery.ts';
import type { Connection, Leaving } from '../hub/session.ts';
import type { Account } from '../hub/watch-account.ts';
import type { Stop } from '../store/store.ts';
import type { Quiet } from './liveness.ts';
import type { Outlet } from './outlet.ts';

type Hear = Parameters<ProtocolSocket['onMessage']>[0];
type Closed = (code: number, reason: string) => Promise<void>;

/** What becomes of what peers say. One for all of them. */
export interface Attendant {
  contextFor(peer: Peer, caller: Caller | null): Context;
  hear(peer: Peer, data: RawData): void;
  /** The socket is closed. */
  part(peer: Peer, code: number, reason: Buffer): void;
  /** The other end broke the protocol; ws closes the socket. */
  wonder(error: Error): void;
}

const MAX_REASON = 123; // bytes of UTF-8, RFC 6455 section 5.5

export class Peer implements ProtocolSocket, Viewing, Quiet {
  readonly socket: WebSocket;
  readonly outlet: Outlet;
  caller: Caller | null = null;
  connection: Connection | null = null;
  connecting: Promise<Connection> | null = null;
  cancelExpiry: Stop | null = null;
  /** Whether it counts as one of its person. */
  counted = false;
  /** Whether it counts as one of its site without a session, which would count by itself. */
  countedBySite = false;
  /** How many people it watches, and its person over all sockets; once there is a caller. */
  account: Account | null = null;
  /** How it ended; set even if that happened while it was still connecting. */
  left: Leaving | null = null;
  turns = 0;
  readonly attendant: Attendant;
  private listener: Hear | null = null;
  private closed: Closed | null = null;

  constructor(outlet: Outlet, attendant: Attendant) {
    this.socket = outlet.socket;
    this.outlet = outlet;
    this.attendant = attendant;
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  send(text: string): void {
    this.outlet.post(text);
  }

  /** What was sent before still goes out. */
  close(code: number, reason: string): void {
    this.outlet.finish();
    let short = reason;
    while (Buffer.byteLength(short) > MAX_REASON) short = short.slice(0, -1);
    this.socket.close(code, short);
  }

  onMessage(listener: Hear): void {
    this.listener = listener;
  }

  opened(closed: Closed): void {
    this.closed = closed;
  }

  showLife(): void {
    this.turns = 0;
  }

  /** No async function: what it resolves with may take as long as a subscription lasts, and it would be held so long. */
  hear(text: string): Promise<void> | undefined {
    this.turns = 0;
    return this.listener?.(parsed(text));
  }

  bye(code: number, reason: string): Promise<void> | undefined {
    return this.closed?.(code, reason);
  }

  context(): Context {
    return this.attendant.contextFor(this, this.caller);
  }
}

/**
 * ws's socket, which tells its peer what it would tell listeners: five of them for each of ten thousand sockets would
 * take more room than the peers.
 */
export class PeerSocket extends WebSocket {
  peer: Peer | null = null;

  override emit(event: string | symbol, ...told: unknown[]): boolean {
    if (this.peer !== null && tell(this.peer, event, told)) return true;
    return Reflect.apply(super.emit, this, [event, ...told]);
  }
}

/** Whether that was all that is to be done about it. */
function tell(peer: Peer, event: string | symbol, [first, second]: readonly unknown[]): boolean {
  const { attendant } = peer;
  if (event === 'message') attendant.hear(peer, first as RawData);
  else if (event === 'ping' || event === 'pong') peer.showLife();
  else if (event === 'error') attendant.wonder(first as Error);
  else {
    if (event === 'close') attendant.part(peer, first as number, second as Buffer);
    return false; // others may wait for it
  }
  return true;
}

/** Types of messages that only servers send. */
const SERVERS_OWN: ReadonlySet<unknown> = new Set(['connection_ack', 'next', 'error']);

/** graphql-ws takes what is parsed already, and then does not hold the text for as long as the operation runs; what is no JSON it refuses. */
function parsed(text: string) {
  try {
    const message = JSON.parse(text);
    if (SERVERS_OWN.has(message?.type)) return null; // which is malformed to graphql-ws; at these it would throw
    addQuery(message);
    return message;
  } catch {
    return text;
  }
}

/** graphql-ws wants a text, and closes the socket without; an operation may be named by its hash instead. */
function addQuery(message: unknown): void {
  const payload = isObject(message) && message.type === 'subscribe' ? message.payload : null;
  if (!isObject(payload) || payload.query !== undefined) return;
  if ('documentId' in payload || 'extensions' in payload) Object.assign(payload, { query: '' });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
