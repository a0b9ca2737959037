import type { ExecutionResult } from 'graphql';
import type { Delivery } from './delivery.ts';

interface Results extends AsyncIterableIterator<ExecutionResult> {
  return(): Promise<IteratorResult<ExecutionResult>>;
}

/** The results one by one, for whoever reads them from an iterator; `onEnd` is called when there will be no more. */
export function resultsOf(delivery: Delivery, onEnd: () => void = () => {}): Results {
  let wake = () => {};
  let over = false;
  delivery.attend({ ready: () => wake() });

  function end(): void {
    over = true;
    delivery.stop();
    wake();
    onEnd();
  }

  async function next(): Promise<IteratorResult<ExecutionResult>> {
    while (!over) {
      const payload = delivery.take();
      if (payload !== null) return { value: (await payload).result, done: false };
      const ending = delivery.ended();
      if (ending !== null) {
        end();
        if (ending.errors.length > 0) return { value: { errors: ending.errors }, done: false };
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    return { value: undefined, done: true };
  }

  return {
    next,
    async return() {
      end();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
