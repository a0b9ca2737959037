/** What the load generator can be asked for, and how. */
import type { Crowd } from './crowd.ts';
import type { query } from './http.ts';

export interface Asked extends Crowd {
  readonly query: typeof query;
}

export interface Order {
  readonly id: number;
  readonly verb: keyof Asked;
  readonly given: unknown;
}
