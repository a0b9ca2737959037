/** What operations came to, of one engine since it was made. */
import type { OperationTypeNode } from 'graphql';

/** Each only grows. */
export interface DeliveryCounts {
  /** Results of subscriptions that were handed to somebody, first values among them. */
  deliveries: number;
  /** Results that were made for that; fewer, as far as they are shared. */
  results: number;
}

export interface EngineStats extends Readonly<DeliveryCounts> {
  /** Operations begun. */
  readonly operations: Readonly<Record<OperationTypeNode, number>>;
  /** Errors that callers were told, by `extensions.code`. */
  readonly refusals: ReadonlyMap<string, number>;
}

export interface EngineCounts extends DeliveryCounts {
  readonly operations: Record<OperationTypeNode, number>;
  readonly refusals: Map<string, number>;
}

export const createEngineCounts = (): EngineCounts => ({
  deliveries: 0,
  results: 0,
  operations: { query: 0, mutation: 0, subscription: 0 },
  refusals: new Map(),
});
