/** The load generator: a process of its own, so that what clients cost is not measured. Told what to do by IPC. */
import { createCrowd } from './crowd.ts';
import { query } from './http.ts';
import type { Asked, Order } from './order.ts';

const verbs: Asked = { ...createCrowd(), query };

process.on('message', ({ id, verb, given }: Order) => {
  // The order is ours, made by lab.ts from the same types.
  const work = verbs[verb] as (given: unknown) => Promise<unknown>;
  work(given).then(
    (value) => process.send?.({ id, value }),
    (error: unknown) => process.send?.({ id, problem: error instanceof Error ? error.message : String(error) }),
  );
});
process.once('disconnect', () => process.exit(0));
