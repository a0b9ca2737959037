/** A hub in this process, for what can be measured without sockets. */
import type { Clock } from '../../src/hub/clock.ts';
import { createHub } from '../../src/hub/hub.ts';
import { DEFAULT_LIMITS } from '../../src/hub/limits.ts';
import { asMillis } from '../../src/presence/ids.ts';
import type { Store } from '../../src/store/store.ts';

const log = { error: () => {}, warn: () => {}, info: () => {} };

export function hubOn(store: Store, clock: Clock) {
  return createHub({
    store,
    clock,
    log,
    timings: {
      idleTimeout: asMillis(300_000),
      reconnectGrace: asMillis(5_000),
      offlineAfter: asMillis(30_000),
      heartbeatTtl: asMillis(75_000),
      lastActiveRefresh: asMillis(900_000),
      nodeLease: asMillis(5_000),
      pingInterval: asMillis(10_000),
      linger: asMillis(1_000),
    },
    limits: { ...DEFAULT_LIMITS, commandsPerPerson: 0 },
    defaults: { connectionCap: 0 },
  });
}
