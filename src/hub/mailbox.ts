/**
 * Between a change and its reader: the newest value per key. A reader that is slower than the changes skips the ones
 * in between and never the last one, so its memory is bounded by the number of keys, not by how slow it is.
 *
 * A class, and the first value in a field of its own: there is one for each subscription of ten thousand sockets, and
 * nearly all of them are empty or hold a single value.
 */
/** Where mailboxes are kept while they are open. */
export interface Home {
  forget(mailbox: Endable): void;
  /** A value was overtaken before it was read. */
  noteConflated(): void;
}

export interface Endable {
  end(error?: unknown): void;
}

/** What many are told. Whoever makes something of it for all of them may keep that here, for as long as it is told. */
export abstract class Shared {
  kept: object | null = null;
}

/** Told that there is something to be taken. */
export interface Attentive {
  ready(): void;
}

interface Reader<Value> {
  readonly resolve: (result: IteratorResult<Value>) => void;
  readonly reject: (error: unknown) => void;
}

export abstract class Mailbox<Key, Value> implements AsyncIterableIterator<Value> {
  private readonly home: Home;
  private firstKey: Key | undefined;
  private first: Value | undefined;
  /** What waits behind the first, in the order in which it began to wait. */
  private more: Map<Key, Value> | null = null;
  /** Goes through `more`: each time from the beginning, it would pass all that were taken. */
  private rest: Iterator<[Key, Value]> | null = null;
  private ending: { readonly error?: unknown } | null = null;
  private done = false;
  private attentive: Attentive | null = null;
  private readers: Reader<Value>[] | null = null; // calls of next() that wait; as many as the reader makes at once

  constructor(home: Home) {
    this.home = home;
  }

  /** What to hand over when `newer` comes while `waiting` has not been read; null: nothing. */
  protected abstract merge(waiting: Value, newer: Value): Value | null;

  /** Called once, when the reader goes away or the end is reached. */
  protected abstract closed(): void;

  put(key: Key, value: Value): void {
    if (this.ending !== null || this.done) return;
    if (this.first === undefined) {
      this.firstKey = key;
      this.first = value;
      const reader = this.readers?.shift();
      if (reader === undefined) this.attentive?.ready();
      else reader.resolve({ value: this.take() ?? value, done: false });
    } else if (this.firstKey === key) {
      const merged = this.overtake(this.first, value);
      if (merged === null) this.shift();
      else this.first = merged;
    } else {
      this.more ??= new Map();
      const before = this.more.get(key);
      const merged = before === undefined ? value : this.overtake(before, value);
      if (merged === null) this.more.delete(key);
      else this.more.set(key, merged);
    }
  }

  /** What waits for this key is not read any more. */
  drop(key: Key): void {
    if (this.first !== undefined && this.firstKey === key) this.shift();
    else this.more?.delete(key);
  }

  /** What is waiting is still read, then the end comes, or the error. */
  end(...error: unknown[]): void {
    if (this.ending !== null || this.done) return;
    this.ending = error.length > 0 ? { error: error[0] } : {};
    this.attentive?.ready();
    const readers = this.readers?.splice(0) ?? [];
    for (const { resolve, reject } of readers) this.takeEnd(resolve, reject);
  }

  /** The value that has waited longest; undefined when none does. For a reader that attends. */
  take(): Value | undefined {
    const value = this.first;
    if (value !== undefined) this.shift();
    return value;
  }

  /** Once everything is read: how it ended. null: it has not. */
  ended(): { readonly error?: unknown } | null {
    return this.first === undefined ? this.ending : null;
  }

  /** Tells `attentive` each time that something can be taken, or the end, where there was nothing before. */
  attend(attentive: Attentive): void {
    this.attentive = attentive;
    if (this.first !== undefined || this.ending !== null) attentive.ready();
  }

  next(): Promise<IteratorResult<Value>> {
    const value = this.take();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    return new Promise((resolve, reject) => {
      this.readers ??= [];
      if (this.ending !== null || this.done) this.takeEnd(resolve, reject);
      else this.readers.push({ resolve, reject });
    });
  }

  /** The reader goes away. */
  return(): Promise<IteratorResult<Value>> {
    this.first = undefined;
    this.more = null;
    this.rest = null;
    this.finish();
    for (const reader of this.readers?.splice(0) ?? []) reader.resolve({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  protected isEmpty(): boolean {
    return this.first === undefined;
  }

  /** Whether a single value waits. */
  protected hasOne(): boolean {
    return this.first !== undefined && (this.more === null || this.more.size === 0);
  }

  private overtake(waiting: Value, newer: Value): Value | null {
    this.home.noteConflated();
    return this.merge(waiting, newer);
  }

  private takeEnd(resolve: Reader<Value>['resolve'], reject: Reader<Value>['reject']): void {
    const first = !this.done;
    this.finish();
    if (first && this.ending !== null && 'error' in this.ending) reject(this.ending.error);
    else resolve({ value: undefined, done: true });
  }

  private finish(): void {
    if (this.done) return;
    this.done = true;
    this.attentive = null;
    this.home.forget(this);
    this.closed();
  }

  private shift(): void {
    this.firstKey = undefined;
    this.first = undefined;
    if (this.more === null) return;
    this.rest ??= this.more.entries();
    const next = this.rest.next();
    if (next.done !== true) {
      const [key, value] = next.value;
      this.firstKey = key;
      this.first = value;
      this.more.delete(key);
    }
    if (this.more.size > 0) return;
    this.more = null;
    this.rest = null;
  }
}
