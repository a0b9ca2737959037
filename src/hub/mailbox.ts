/**
 * Between a change and its reader: the newest value per key. A reader that is slower than the changes skips the ones
 * in between and never the last one, so its memory is bounded by the number of keys, not by how slow it is.
 */
export interface Mailbox<Key, Value> extends AsyncIterableIterator<Value> {
  /** `merge` says what the reader gets when it has not taken the value before yet. */
  put(key: Key, value: Value): void;
  /** What is waiting is still read, then the end comes. */
  end(error?: unknown): void;
  return(): Promise<IteratorResult<Value>>;
}

export interface MailboxOptions<Value> {
  /** What to hand over when `newer` comes while `waiting` has not been read, null nothing; default: the newer. */
  readonly merge?: (waiting: Value, newer: Value) => Value | null;
  /** Called once, when the reader goes away or the end is reached. */
  readonly onDone: () => void;
}

export function createMailbox<Key, Value>({ merge, onDone }: MailboxOptions<Value>): Mailbox<Key, Value> {
  type Taken = { resolve: (result: IteratorResult<Value>) => void; reject: (error: unknown) => void };
  const waiting = new Map<Key, Value>();
  const readers: Taken[] = []; // calls of next() that wait; as many as the reader makes at once, which is one
  let ended: { readonly error?: unknown } | null = null;
  let done = false;

  const finish = () => {
    if (done) return;
    done = true;
    onDone();
  };

  function put(key: Key, value: Value): void {
    if (ended !== null || done) return;
    const reader = readers.shift();
    if (reader !== undefined) {
      reader.resolve({ value, done: false });
      return;
    }
    const before = waiting.get(key);
    const merged = before !== undefined && merge !== undefined ? merge(before, value) : value;
    if (merged === null) waiting.delete(key);
    else waiting.set(key, merged);
  }

  function next(): Promise<IteratorResult<Value>> {
    for (const [key, value] of waiting) {
      waiting.delete(key);
      return Promise.resolve({ value, done: false });
    }
    if (done) return Promise.resolve({ value: undefined, done: true });
    if (ended !== null) {
      finish();
      return 'error' in ended ? Promise.reject(ended.error) : Promise.resolve({ value: undefined, done: true });
    }
    return new Promise((resolve, reject) => readers.push({ resolve, reject }));
  }

  function end(...error: unknown[]): void {
    if (ended !== null || done) return;
    ended = error.length > 0 ? { error: error[0] } : {};
    if (readers.length === 0) return;
    finish();
    const [first, ...others] = readers.splice(0);
    if ('error' in ended) first?.reject(ended.error);
    else first?.resolve({ value: undefined, done: true });
    for (const other of others) other.resolve({ value: undefined, done: true });
  }

  function leave(): Promise<IteratorResult<Value>> {
    waiting.clear();
    finish();
    for (const reader of readers.splice(0)) reader.resolve({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  }

  return {
    put,
    end,
    next,
    return: leave,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
