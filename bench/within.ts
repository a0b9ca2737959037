/** @throws Error with what `says` says when the promise is not settled within `limit` ms. */
export function within<Value>(limit: number, promise: Promise<Value>, says: () => string): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`after ${limit / 1_000} s: ${says()}`)), limit);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
