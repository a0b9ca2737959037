/**
 * The way of a subscription's results to its socket. graphql-ws would take each from an iterator, make it text and send
 * it, for every subscriber again: 70 to 87 us and several promises a delivery. Here the bytes of a result are made once
 * for everybody who gets it and only the subscription's id is put into a copy, which is written to the connection
 * itself; what is ready for a socket in one turn of the event loop goes out in one write. So a delivery costs little
 * more than the write, and every byte is graphql-transport-ws all the same.
 *
 * What makes that right: ws, without compression, hands each frame to the connection whole and at once, so that ours
 * never lie inside one of its own. graphql-ws still decides when a subscription may speak: its first `next()` on a sink
 * comes after connection_ack and after it has taken the subscription on, and `return()` comes with the client's
 * complete, after which nothing is written. A connection that is not drained is left alone: what is for it stays in its
 * mailboxes, the newest of each person.
 */
import type { Duplex } from 'node:stream';
import type { ExecutionResult } from 'graphql';
import type { WebSocket } from 'ws';
import type { Delivery, Payload } from '../graphql/delivery.ts';
import type { Attentive } from '../hub/mailbox.ts';

const MAX_UNREAD = 16 * 1024 * 1024; // bytes of answers that one socket may leave unread; what it watches is not among them
const UNREAD_CHECK = 64; // answers between two looks at that
const MOST_AT_ONCE = 65_536; // bytes in one write, of more than one frame; the rest follows when they are gone

/** A result as a text frame, with a gap for an id of a certain length. */
interface Frame {
  readonly bytes: Buffer;
  readonly idLength: number;
  /** Where the id belongs. */
  readonly gap: number;
}

/** One message of a subscription on its way. */
interface Letter {
  readonly frame: Frame;
  readonly id: Buffer;
}

/** A socket that all messages go out by: those of graphql-ws itself, and those of subscriptions. */
export class Outlet {
  private readonly socket: WebSocket;
  private readonly connection: Duplex;
  private texts: Buffer[] | null = null;
  private sinks: Sink[] | null = null;
  private waits = false; // for its turn, or to be drained

  constructor(socket: WebSocket, connection: Duplex) {
    this.socket = socket;
    this.connection = connection;
  }

  /** A message of graphql-ws. Not waited for, so that nobody who does not read holds anything up; whoever leaves too much unread is let go. */
  post(text: string): void {
    this.texts ??= [];
    this.texts.push(textFrame(text));
    if (this.texts.length % UNREAD_CHECK === 0 && this.unread() > MAX_UNREAD) this.socket.terminate();
    this.await();
  }

  /** A subscription has something to tell. */
  announce(sink: Sink): void {
    this.sinks ??= [];
    this.sinks.push(sink);
    this.await();
  }

  /** Called once a turn at most, and before the socket is closed. */
  flush(): void {
    this.waits = false;
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (this.connection.writableNeedDrain) {
      this.waits = true;
      this.connection.once('drain', () => this.flush());
      return;
    }
    const texts = this.texts ?? [];
    this.texts = null;
    this.write(texts, this.collect());
  }

  write(texts: readonly Buffer[], letters: readonly Letter[]): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    let size = 0;
    for (const text of texts) size += text.length;
    for (const { frame } of letters) size += frame.bytes.length;
    if (size === 0) return;
    const bytes = Buffer.allocUnsafe(size);
    let at = 0;
    for (const text of texts) at += text.copy(bytes, at);
    for (const { frame, id } of letters) {
      frame.bytes.copy(bytes, at);
      id.copy(bytes, at + frame.gap);
      at += frame.bytes.length;
    }
    this.connection.write(bytes);
  }

  private collect(): readonly Letter[] {
    const { sinks } = this;
    this.sinks = null;
    const letters: Letter[] = [];
    let size = 0;
    for (const sink of sinks ?? []) {
      if (size < MOST_AT_ONCE) size += sink.collect(letters, MOST_AT_ONCE - size);
      else this.announce(sink);
    }
    return letters;
  }

  private unread(): number {
    return (this.texts ?? []).reduce((sum, { length }) => sum + length, this.connection.writableLength);
  }

  private await(): void {
    if (this.waits) return;
    this.waits = true;
    enqueue(this);
  }
}

let waiting: Outlet[] = [];

/** All sockets that have something to send have their turn together, once whatever is happening now has happened. */
function enqueue(outlet: Outlet): void {
  waiting.push(outlet);
  if (waiting.length === 1) setImmediate(flushAll);
}

function flushAll(): void {
  const outlets = waiting;
  waiting = [];
  for (const outlet of outlets) outlet.flush();
}

/**
 * A subscription as graphql-ws holds it: an iterator that yields nothing, and ends when the subscription does. Only an
 * error at the end comes through it, as a last result.
 */
export class Sink implements AsyncIterableIterator<ExecutionResult>, Attentive {
  private readonly outlet: Outlet;
  private readonly delivery: Delivery;
  /** As it stands in a message, with its quotes. */
  private readonly id: Buffer;
  private finish: ((last: IteratorResult<ExecutionResult>) => void) | null = null;
  private over = false;
  private busy = false; // a result takes time

  constructor(outlet: Outlet, id: string, delivery: Delivery) {
    this.outlet = outlet;
    this.delivery = delivery;
    this.id = Buffer.from(JSON.stringify(id));
  }

  next(): Promise<IteratorResult<ExecutionResult>> {
    if (this.over) return Promise.resolve(END);
    return new Promise((resolve) => {
      this.finish = resolve;
      this.delivery.attend(this);
    });
  }

  return(): Promise<IteratorResult<ExecutionResult>> {
    this.end(END);
    return Promise.resolve(END);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  ready(): void {
    this.outlet.announce(this);
  }

  /** Puts what is to be told into `letters`, about `most` bytes of it; returns how many. */
  collect(letters: Letter[], most: number): number {
    let size = 0;
    while (!this.over && !this.busy) {
      if (size >= most) {
        this.outlet.announce(this);
        break;
      }
      const payload = this.delivery.take();
      if (payload === null) {
        this.end(lastOf(this.delivery));
        break;
      }
      if (payload instanceof Promise) this.wait(payload);
      else {
        const frame = frameFor(payload, this.id.length);
        letters.push({ frame, id: this.id });
        size += frame.bytes.length;
      }
    }
    return size;
  }

  private wait(payload: Promise<Payload>): void {
    this.busy = true;
    void payload.then((made) => {
      this.busy = false;
      if (this.over) return;
      this.outlet.write([], [{ frame: frameFor(made, this.id.length), id: this.id }]);
      this.outlet.announce(this);
    });
  }

  /** null: it is not the end. */
  private end(last: IteratorResult<ExecutionResult> | null): void {
    if (last === null || this.over) return;
    this.over = true;
    this.delivery.stop();
    this.finish?.(last);
    this.finish = null;
  }
}

const END: IteratorResult<ExecutionResult> = { value: undefined, done: true };

function lastOf(delivery: Delivery): IteratorResult<ExecutionResult> | null {
  const ended = delivery.ended();
  if (ended === null) return null;
  return ended.errors.length === 0 ? END : { value: { errors: ended.errors }, done: false };
}

/** The frame made last of each payload: nearly all ids are of one length. */
const frames = new WeakMap<Payload, Frame>();

function frameFor(payload: Payload, idLength: number): Frame {
  const known = frames.get(payload);
  if (known?.idLength === idLength) return known;
  const frame = makeFrame(payload, idLength);
  frames.set(payload, frame);
  return frame;
}

const BEFORE = '{"id":';
const FIN_TEXT = 0x81; // a whole message of text, RFC 6455 section 5.2

function makeFrame({ result }: Payload, idLength: number): Frame {
  const after = Buffer.from(`,"type":"next","payload":${JSON.stringify(result)}}`);
  const length = BEFORE.length + idLength + after.length;
  const header = headerFor(length);
  const gap = header.length + BEFORE.length;
  return { bytes: Buffer.concat([header, Buffer.from(BEFORE), Buffer.alloc(idLength), after]), idLength, gap };
}

function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = headerFor(length);
  const frame = Buffer.allocUnsafe(header.length + length);
  header.copy(frame);
  frame.write(text, header.length);
  return frame;
}

/** A server's frames have no mask. */
function headerFor(length: number): Buffer {
  if (length < 126) return Buffer.from([FIN_TEXT, length]);
  if (length < 65_536) return Buffer.from([FIN_TEXT, 126, length >> 8, length & 0xff]);
  const header = Buffer.alloc(10);
  header.writeUInt8(FIN_TEXT, 0);
  header.writeUInt8(127, 1);
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
