/** Everything for those who embed the service: a whole server by `start`, or its parts. */

export { createEngine, type Engine } from './graphql/engine.ts';
export { schema } from './graphql/schema.ts';
export { type Clock, systemClock } from './hub/clock.ts';
export { createHub, type Hub, type HubOptions } from './hub/hub.ts';
export type { Log } from './hub/log.ts';
export { type Api, type ApiOptions, type ContextFor, createApi, createContexts } from './server/api.ts';
export { type Authenticate, AuthFailure, createAuthenticator } from './server/auth.ts';
export { type Config, ConfigError, readConfig } from './server/config.ts';
export { createMetrics, type Metrics, type MetricsOptions } from './server/metrics.ts';
export { type Parts, type Running, start } from './server/start.ts';
export { createWebSockets, type WebSockets, type WebSocketsOptions } from './server/websocket.ts';
export { openEmbeddedStore } from './store/embedded.ts';
export { openRedisStore } from './store/redis/redis.ts';
export { type Store, StoreRefused, StoreUnavailable } from './store/store.ts';
