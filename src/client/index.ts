/** The client SDK: see who is there, and be there. For browsers and Node; needs nothing else. */
export { createPresenceClient } from './client.ts';
export { PresenceError } from './error.ts';
export type * from './types.ts';
