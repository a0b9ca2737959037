/**
 * An operation that has begun and has no answer yet, in the place where graphql-ws keeps subscriptions. graphql-ws knows
 * such an operation by its id alone: one that was completed meanwhile, and whose id is in use again, it would take for
 * the new one, answer in its name, and end it.
 */
export class Pending implements AsyncIterableIterator<never> {
  private completed = false;

  /** Called by graphql-ws when the client completes the operation, or the socket is closed. */
  return(): Promise<IteratorResult<never>> {
    this.completed = true;
    return Promise.resolve({ value: undefined, done: true });
  }

  next(): Promise<IteratorResult<never>> {
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The answer; or nothing ever, when nobody waits for it any more: then graphql-ws has nothing more to do with it. */
  async settle<Answer>(answer: Promise<Answer>, drop: (answer: Answer) => void = () => {}): Promise<Answer> {
    const made = await answer;
    if (!this.completed) return made;
    drop(made);
    return new Promise(() => {});
  }
}
