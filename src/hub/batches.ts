/** A part of them after the other, in their order, so that no question to the store is too large and others have their turn. */
export function* batches<Each>(all: readonly Each[], size: number): Iterable<readonly Each[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size);
}
