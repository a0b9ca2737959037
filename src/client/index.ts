/** The client SDK: see who is there, and be there. For browsers and Node; needs nothing else. */
import { createPresenceClient as create } from './client.ts';
import type { PresenceClient, PresenceClientOptions } from './types.ts';

export { PresenceError } from './error.ts';
export type * from './types.ts';

/**
 * A client for one device of one person. It does nothing until `connect`, or until something is asked of it.
 * @throws {TypeError} in a page, when `url` is no address
 */
export function createPresenceClient(options: PresenceClientOptions): PresenceClient {
  return create(options);
}
