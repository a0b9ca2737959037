/**
 * The way of a subscription's results to its socket. graphql-ws would take each from an iterator, make it text and send
 * it, for every subscriber again: 70 to 87 us and several promises a delivery. Here the bytes of a result are made once
 * for everybody who gets it. Only the subscription's id is put into a copy, which all share whose subscription has the
 * same id, and which is written to the connection itself; what is ready for a socket in one turn of the event loop goes
 * out in one write. So a delivery costs little more than the write, and every byte is graphql-transport-ws all the same.
 *
 * What makes that right: ws, without compression, hands each frame to the connection whole and at once, so that ours
 * never lie inside one of its own. graphql-ws still decides when a subscription may speak: its first `next()` on a sink
 * comes after connection_ack and after it has taken the subscription on, and `return()` comes with the client's
 * complete, after which nothing is written. A connection that is not drained is left alone: what is for it stays in its
 * mailboxes, the newest of each person.
 */
import type { Duplex } from 'node:stream';
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

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
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
    if (!this.isOpen) return;
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
    if (!this.isOpen) return;
    const bytes = pile.bytes();
    if (bytes !== null) this.connection.write(bytes);
  }

  private takeTexts(): Pile {
    const pile = new Pile();
    if (this.texts === null) return pile;
    for (const text of this.texts) pile.add(text);
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

/** What there is of a subscription's socket, as graphql-ws has it. */
export interface Home {
  readonly extra: { readonly outlet: Outlet };
  /** By id, what has begun and not ended. graphql-ws makes another when the socket is closed. */
  readonly subscriptions: Record<string, unknown>;
}

/**
 * A subscription as graphql-ws holds it: an iterator that yields nothing, and among the socket's subscriptions, where
 * graphql-ws finds it to end it. graphql-ws would wait for its end in a function that is called for each message, and
 * that takes more room than all else there is of a subscription. So it is told of the end at once, of something that is
 * no subscription any more, for which it says nothing to the client; and when that function is over, the subscription
 * stands where it stood. All of that happens before anything else can be heard from the socket.
 */
export class Sink implements AsyncIterableIterator<never>, Attentive {
  private readonly home: Home;
  private readonly delivery: Delivery;
  /** As it stands in a message. A text, not bytes: a small buffer keeps the whole piece of memory that it was cut from. */
  private readonly id: string;
  private readonly idLength: number;
  private over = false;
  private busy = false; // a result takes time

  constructor(home: Home, id: string, delivery: Delivery) {
    this.home = home;
    this.delivery = delivery;
    this.id = JSON.stringify(id);
    this.idLength = Buffer.byteLength(this.id);
  }

  /** graphql-ws has taken it on. */
  next(): Promise<IteratorResult<never>> {
    delete this.home.subscriptions[this.name];
    process.nextTick(() => this.stay());
    return Promise.resolve(END);
  }

  /** The client's complete, or the end of the socket. */
  return(): Promise<IteratorResult<never>> {
    this.stop();
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
      if (payload === null) this.endWith(this.delivery.ended());
      if (payload === null) break;
      if (payload instanceof Promise) this.wait(payload);
      else pile.add(this.message(payload));
    }
    return false;
  }

  private get outlet(): Outlet {
    return this.home.extra.outlet;
  }

  private get name(): string {
    return JSON.parse(this.id);
  }

  private stay(): void {
    if (!this.outlet.isOpen) this.stop(); // the end of the socket has been told already, to those that stood there
    if (this.over) return;
    this.home.subscriptions[this.name] = this;
    this.delivery.attend(this);
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
  private endWith(ending: ReturnType<Delivery['ended']>): void {
    if (ending === null || this.over) return;
    delete this.home.subscriptions[this.name];
    this.stop();
    const { errors } = ending;
    if (errors.length > 0) this.outlet.post(`{"id":${this.id},"type":"next","payload":${JSON.stringify({ errors })}}`);
    this.outlet.post(`{"id":${this.id},"type":"complete"}`);
  }

  private stop(): void {
    if (this.over) return;
    this.over = true;
    this.delivery.stop();
  }
}

const END: IteratorResult<never> = { value: undefined, done: true };
