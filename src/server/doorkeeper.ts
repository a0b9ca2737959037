/** Lets in only so many connections of one address: WebSockets, and streams of server-sent events. */
import type { IncomingMessage } from 'node:http';
import { createAddressOf } from './address.ts';
import type { Config } from './config.ts';
import { createTally } from './tally.ts';

/** Whether one more may come; it counts until `until` is closed. */
export type Doorkeeper = (
  request: IncomingMessage,
  until: { once(event: 'close', run: () => void): unknown },
) => boolean;

export function createDoorkeeper({ limits, trustedProxies }: Pick<Config, 'limits' | 'trustedProxies'>): Doorkeeper {
  if (limits.connectionsPerAddress === 0) return () => true;
  const addressOf = createAddressOf(trustedProxies);
  const tally = createTally(limits.connectionsPerAddress, new Map<string, number>());
  return (request, until) => {
    const address = addressOf(request);
    if (!tally.enter(address)) return false;
    until.once('close', () => tally.leave(address));
    return true;
  };
}
