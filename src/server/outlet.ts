/**
 * The way of a subscription's results to its socket. graphql-ws would take each from an iterator, make it text and send
 * it, for every subscriber again: 70 to 87 us and several promises a delivery. Here the bytes of a result are made once
 * for everybody who gets it and only the subscription's id is put into a copy, which all share whose subscription has
 * the same id, and which is written to the connection itself; what is ready for a socket in one turn of the event loop goes out in one write. So a delivery costs little
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
import { type Message, Pile, resultFor, Text } from './message.ts';

const MOST_AT_ONCE = 65_536; // bytes of results in one write, if of more than one; the rest follows when they are gone

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
    const message = new Text(text);
    this.texts ??= [];
    this.texts.push(message);
    this.unsent += message.length;
    if (this.unsent + this.connection.writableLength > this.mostUnread) this.socket.terminate();
    else this.await();
  }

  /** A subscription has something to tell. */
  announce(sink: Sink): void {
    if (this.sinks === null) this.sinks = [sink];
    else this.sinks.push(sink);
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
    this.write(this.collect());
  }

  /** Before the socket is closed: answers still go out, however much is unread. */
  finish(): void {
    this.write(this.takeTexts());
  }

  write(pile: Pile): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    const bytes = pile.bytes();
    if (bytes !== null) this.connection.write(bytes);
  }

  private takeTexts(): Pile {
    const pile = new Pile();
    for (const text of this.texts ?? NONE) pile.add(text);
    this.texts = null;
    this.unsent = 0;
    return pile;
  }

  /** Messages of graphql-ws, and then results. Whoever has had no turn goes before whoever has more to tell. */
  private collect(): Pile {
    const pile = this.takeTexts();
    const most = pile.size + MOST_AT_ONCE;
    const { sinks } = this;
    this.sinks = null;
    let unfinished: Sink | null = null; // at most one, because it has filled the pile
    for (const sink of sinks ?? NONE) {
      if (pile.size >= most) this.announce(sink);
      else if (sink.collect(pile, most)) unfinished = sink;
    }
    if (unfinished !== null) this.announce(unfinished);
    return pile;
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

const NONE: readonly never[] = [];

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

  /** Puts what is to be told on the pile, until that has `most` bytes; returns whether there is more. */
  collect(pile: Pile, most: number): boolean {
    while (!this.over && !this.busy) {
      if (pile.size >= most) return true;
      const payload = this.delivery.take();
      if (payload === null) this.end(lastOf(this.delivery));
      if (payload === null) break;
      if (payload instanceof Promise) this.wait(payload);
      else pile.add(this.message(payload));
    }
    return false;
  }

  private message(payload: Payload): Message {
    return resultFor(payload, this.id, this.idLength);
  }

  private wait(payload: Promise<Payload>): void {
    this.busy = true;
    payload
      .then((made) => {
        this.busy = false;
        if (this.over) return;
        const pile = new Pile();
        pile.add(this.message(made));
        this.outlet.write(pile);
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
