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

const MOST_AT_ONCE = 65_536; // bytes of results in one write, if of more than one; the rest follows when they are gone

/** A message of graphql-ws, and how many bytes it has. */
interface Text {
  readonly text: string;
  readonly length: number;
}

/** A result of a subscription: the frame for everybody whose id has as many bytes, and the id, as it stands in a message. */
interface Letter {
  readonly frame: Frame;
  readonly id: string;
}

interface Frame {
  /** Whole, but for the id. */
  readonly bytes: Buffer;
  readonly idLength: number;
  /** Where the id belongs. */
  readonly gap: number;
}

/** A socket that all messages go out by: those of graphql-ws itself, and those of subscriptions. */
export class Outlet {
  readonly socket: WebSocket;
  private readonly connection: Duplex;
  /** Bytes of answers that may be left unread; what is watched is not among them. */
  private readonly mostUnread: number;
  private texts: Text[] | null = null;
  private unsent = 0; // bytes of `texts`
  private sinks: Sink[] | null = null;
  private waits = false; // for its turn, or to be drained

  constructor(socket: WebSocket, connection: Duplex, mostUnread: number) {
    this.socket = socket;
    this.connection = connection;
    this.mostUnread = mostUnread;
  }

  /** A message of graphql-ws. Not waited for, so that nobody who does not read holds anything up; whoever leaves too much unread is let go. */
  post(text: string): void {
    const length = Buffer.byteLength(text);
    this.texts ??= [];
    this.texts.push({ text, length });
    this.unsent += length;
    if (this.unsent + this.connection.writableLength > this.mostUnread) this.socket.terminate();
    else this.await();
  }

  /** A subscription has something to tell. */
  announce(sink: Sink): void {
    this.sinks ??= [];
    this.sinks.push(sink);
    this.await();
  }

  /** Its turn. */
  flush(): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (this.connection.writableNeedDrain) {
      this.connection.once('drain', () => this.flush());
      return;
    }
    this.waits = false;
    this.write(this.takeTexts(), this.collect());
  }

  /** Before the socket is closed: answers still go out, however much is unread. */
  finish(): void {
    this.write(this.takeTexts(), []);
  }

  write(texts: readonly Text[], letters: readonly Letter[]): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    let size = 0;
    for (const { length } of texts) size += headerLength(length) + length;
    for (const { frame } of letters) size += frame.bytes.length;
    if (size === 0) return;
    const bytes = Buffer.allocUnsafe(size);
    let at = 0;
    for (const { text, length } of texts) {
      at = writeHeader(bytes, at, length);
      at += bytes.write(text, at);
    }
    for (const { frame, id } of letters) {
      frame.bytes.copy(bytes, at);
      bytes.write(id, at + frame.gap);
      at += frame.bytes.length;
    }
    this.connection.write(bytes);
  }

  private takeTexts(): readonly Text[] {
    const texts = this.texts ?? [];
    this.texts = null;
    this.unsent = 0;
    return texts;
  }

  /** Whoever has had no turn goes before whoever has more to tell. */
  private collect(): readonly Letter[] {
    const sinks = this.sinks ?? [];
    this.sinks = null;
    const letters: Letter[] = [];
    const unfinished: Sink[] = [];
    let size = 0;
    let next = 0;
    for (; next < sinks.length && size < MOST_AT_ONCE; next++) {
      const sink = sinks[next];
      if (sink === undefined) break;
      size += sink.collect(letters, MOST_AT_ONCE - size);
      if (sink.hasMore()) unfinished.push(sink);
    }
    for (const sink of [...sinks.slice(next), ...unfinished]) this.announce(sink);
    return letters;
  }

  private await(): void {
    if (this.waits) return;
    this.waits = true;
    enqueue(this);
  }

  /** What is for it cannot be written: an error of ours, after which it is better gone. */
  fail(): void {
    this.socket.terminate();
  }
}

let waiting: Outlet[] = [];

/** All sockets that have something to send have their turn together, once whatever is happening now has happened. */
function enqueue(outlet: Outlet): void {
  waiting.push(outlet);
  if (waiting.length === 1) setImmediate(flushAll);
}

/** What goes wrong for one is no reason for the others to get nothing. */
function flushAll(): void {
  const outlets = waiting;
  waiting = [];
  for (const outlet of outlets) {
    try {
      outlet.flush();
    } catch {
      outlet.fail();
    }
  }
}

/**
 * A subscription as graphql-ws holds it: an iterator that yields nothing, and ends when the subscription does. Only an
 * error at the end comes through it, as a last result. After `return()`, which is the client's complete or the end of
 * the socket, it never ends: graphql-ws would take an end for that of whatever has the same id by then.
 */
export class Sink implements AsyncIterableIterator<ExecutionResult>, Attentive {
  private readonly outlet: Outlet;
  private readonly delivery: Delivery;
  /** As it stands in a message. A text, not bytes: a small buffer keeps the whole piece of memory that it was cut from. */
  private readonly id: string;
  private readonly idLength: number;
  private finish: ((last: IteratorResult<ExecutionResult>) => void) | null = null;
  private over = false;
  private busy = false; // a result takes time
  private more = false; // it was not taken all that it has

  constructor(outlet: Outlet, id: string, delivery: Delivery) {
    this.outlet = outlet;
    this.delivery = delivery;
    this.id = JSON.stringify(id);
    this.idLength = Buffer.byteLength(this.id);
  }

  next(): Promise<IteratorResult<ExecutionResult>> {
    if (this.over) return Promise.resolve(END);
    return new Promise((resolve) => {
      this.finish = resolve;
      this.delivery.attend(this);
    });
  }

  return(): Promise<IteratorResult<ExecutionResult>> {
    this.finish = null;
    this.end(END);
    return Promise.resolve(END);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  ready(): void {
    this.outlet.announce(this);
  }

  hasMore(): boolean {
    return this.more;
  }

  /** Puts what is to be told into `letters`, about `most` bytes of it; returns how many. */
  collect(letters: Letter[], most: number): number {
    let size = 0;
    this.more = false;
    while (!this.over && !this.busy) {
      if (size >= most) {
        this.more = true;
        break;
      }
      const payload = this.delivery.take();
      if (payload === null) {
        this.end(lastOf(this.delivery));
        break;
      }
      if (payload instanceof Promise) this.wait(payload);
      else {
        const letter = this.letter(payload);
        letters.push(letter);
        size += letter.frame.bytes.length;
      }
    }
    return size;
  }

  private letter(payload: Payload): Letter {
    return { frame: frameFor(payload, this.idLength), id: this.id };
  }

  private wait(payload: Promise<Payload>): void {
    this.busy = true;
    payload
      .then((made) => {
        this.busy = false;
        if (this.over) return;
        this.outlet.write([], [this.letter(made)]);
        this.outlet.announce(this);
      })
      .catch(() => this.outlet.fail());
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
  const frame = makeFrame(payload.json(), idLength);
  frames.set(payload, frame);
  return frame;
}

const [BEFORE, BETWEEN, BEHIND] = ['{"id":', ',"type":"next","payload":', '}'] as const;

function makeFrame(json: Buffer, idLength: number): Frame {
  const length = BEFORE.length + idLength + BETWEEN.length + json.length + BEHIND.length;
  const bytes = Buffer.allocUnsafeSlow(headerLength(length) + length); // not cut from a piece that it would keep whole
  let at = writeHeader(bytes, 0, length);
  at += bytes.write(BEFORE, at);
  const gap = at;
  at += idLength;
  at += bytes.write(BETWEEN, at);
  at += json.copy(bytes, at);
  bytes.write(BEHIND, at);
  return { bytes, idLength, gap };
}

const FIN_TEXT = 0x81; // a whole message of text, RFC 6455 section 5.2

const headerLength = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

/** A server's frames have no mask. Returns where what it announces begins. */
function writeHeader(bytes: Buffer, at: number, length: number): number {
  bytes[at] = FIN_TEXT;
  if (length < 126) {
    bytes[at + 1] = length;
  } else if (length < 65_536) {
    bytes[at + 1] = 126;
    bytes.writeUInt16BE(length, at + 2);
  } else {
    bytes[at + 1] = 127;
    bytes.writeBigUInt64BE(BigInt(length), at + 2);
  }
  return at + headerLength(length);
}
