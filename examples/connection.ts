/** Who sits before this page, and the connection that makes them appear. The three browser examples share it. */
import { createClient } from 'graphql-ws';

const parameters = new URLSearchParams(location.search);
/** Open the page twice, with ?me=ada and ?me=grace, to be two people. */
export const me = parameters.get('me') ?? 'ada';
/** Whom the page is about beside oneself. */
export const other = parameters.get('with') ?? (me === 'grace' ? 'ada' : 'grace');
export const team: string[] = [me, other];

/** The address of the presence server; serve.mjs puts it here. */
export const url = process.env.PRESENCE_URL ?? '';

// Your application asks its own backend for a token; the server believes these only in development mode.
const token = `dev:${me}`;
export const headers = { authorization: `Bearer ${token}` };

/**
 * Subscriptions travel by WebSocket, and being connected is being there: while this is open, others see a green dot.
 * When the connection is lost, graphql-ws comes back and subscribes anew, and each subscription begins with the present
 * values: so there is nothing to do about what was missed.
 */
export const socket = createClient({
  url: url.replace(/^http/, 'ws'),
  connectionParams: { token, device: 'WEB' },
  retryAttempts: Number.POSITIVE_INFINITY,
});
