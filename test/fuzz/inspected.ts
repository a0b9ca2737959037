/**
 * A server process that can be asked what it holds: on a port of its own it tells, after a garbage collection, what is
 * alive of everything that comes and goes. Run with --expose-gc.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { queryObjects } from 'node:v8';
import { WebSocket } from 'ws';
import { Mailbox } from '../../src/hub/mailbox.ts';
import { readConfig } from '../../src/server/config.ts';
import { Sink } from '../../src/server/outlet.ts';
import { Peer } from '../../src/server/peer.ts';
import { Pending } from '../../src/server/pending.ts';
import { start } from '../../src/server/start.ts';

/** Counting one kind takes a collection of its own. */
const KINDS = { Mailbox, Peer, Pending, Sink, WebSocket };

const { url, connections } = await start(readConfig(process.env));

const inspection = createServer((_, response) => {
  global.gc?.();
  const objects = Object.entries(KINDS).map(([name, kind]) => [name, queryObjects(kind, { format: 'count' })]);
  response.setHeader('connection', 'close');
  response.end(
    JSON.stringify({
      connections: connections(),
      heap: process.memoryUsage().heapUsed,
      resources: tally(process.getActiveResourcesInfo().filter((name) => name !== 'Immediate')), // of this very turn
      listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
      objects: Object.fromEntries(objects),
    }),
  );
});

function tally(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

inspection.listen(0, '127.0.0.1', () => {
  const { port } = inspection.address() as AddressInfo;
  console.info(`Inspected at http://127.0.0.1:${port}/`);
  console.info(`Presence is on ${url}/graphql`);
});
