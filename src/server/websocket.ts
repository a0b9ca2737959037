/**
 * The API over WebSockets (graphql-transport-ws), and presence by being connected: a socket with a token has a session
 * from its connection_ack until it closes. graphql-ws is the protocol; here are who connects, what each operation may
 * know, and how a socket's end is told. The order on closing matters: a socket may close while it is still connecting.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql';
import { handleProtocols, type Context as SocketContext, type SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Caller } from '../graphql/caller.ts';
import { apiError, type CloseCode, presentError } from '../graphql/errors.ts';
import type { Hub } from '../hub/hub.ts';
import { Refusal } from '../hub/refusal.ts';
import type { Connection, Leaving } from '../hub/session.ts';
import type { Millis, SessionId } from '../presence/ids.ts';
import { type Stop, StoreUnavailable } from '../store/store.ts';
import { type Api, callerFor } from './api.ts';
import { type Authenticate, AuthFailure } from './auth.ts';
import { type ConnectionInit, parseConnectionInit, wantsToAppear } from './connection-init.ts';
import { createLiveness } from './liveness.ts';
import type { OriginCheck } from './origin.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

export interface WebSockets {
  /** For the `upgrade` event of a node:http server. False: the path is not ours, and nothing was done. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Open sockets, those that are still connecting among them. */
  count(): number;
  /**
   * Closes every socket with 1012, one after the other over `spread`, so that clients do not all come back at once;
   * waits for them at most `patience` more, then ends what is left.
   */
  close(options: { readonly spread: Millis; readonly patience: Millis }): Promise<void>;
}

export interface WebSocketsOptions {
  readonly hub: Hub;
  readonly api: Api;
  readonly authenticate: Authenticate;
  readonly log: Logger;
  readonly path: string;
  readonly originAllowed: OriginCheck;
  readonly pingInterval: Millis;
  /** Sockets without a token are let in, and each operation brings its own: what GraphiQL does. */
  readonly tokenPerOperation: boolean;
}

/** What we know of a socket beyond the protocol. */
interface Guest {
  caller?: Caller;
  connection?: Connection;
  connecting?: Promise<Connection>;
  cancelExpiry?: Stop;
  /** How it ended; set even if that happened while it was still connecting. */
  left?: Leaving;
}

type Socket = SocketContext<Record<string, unknown>, Extra & { guest?: Guest }>;

const MAX_PAYLOAD = 64 * 1024; // bytes of one message
const MAX_OPERATIONS = 100; // under way at once on one socket
const KEEP_ALIVE = 30_000; // ms until TCP itself asks whether the peer is there

export function createWebSockets(options: WebSocketsOptions): WebSockets {
  const { hub, api, authenticate, log, path, originAllowed } = options;
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD, handleProtocols });
  const liveness = createLiveness(options.pingInterval);

  useServer<Record<string, unknown>, { guest?: Guest }>(
    {
      execute: (args) => (args as Enveloped).execute(args),
      subscribe: (args) => (args as Enveloped).subscribe(args),
      onConnect: (socket) => connect(socket),
      onSubscribe: (socket, _id, payload) => prepare(socket, payload),
      onClose: (socket, code) => disconnect(socket, code === undefined ? 1006 : code),
    },
    server,
    0, // pings are ours
  );

  async function connect(socket: Socket): Promise<boolean | Record<string, unknown>> {
    const guest: Guest = {};
    socket.extra.guest = guest;
    const ws = socket.extra.socket;
    liveness.watch(ws);
    const init = parseConnectionInit(socket.connectionParams);
    if ('problem' in init) return refuse(ws, 4400, `Malformed connection_init: ${init.problem}`);
    try {
      return await admit(ws, guest, init);
    } catch (error) {
      return refuseFor(ws, error);
    }
  }

  async function admit(ws: WebSocket, guest: Guest, init: ConnectionInit): Promise<boolean | Record<string, unknown>> {
    if (init.token == null && options.tokenPerOperation && !wantsToAppear(init))
      return { sessionId: null, userId: null };
    const caller = await authenticate(init.token ?? '');
    guest.caller = caller;
    if (appears(caller, init)) {
      const visitor = { person: caller.person, name: caller.name, namedAt: caller.issuedAt };
      const connection = await hub.connect(visitor, init);
      guest.connection = connection;
      // It closed while the session was being opened, so nobody else will end it.
      if (guest.left !== undefined) leave(guest, guest.left);
    }
    if (caller.expiresAt !== null && guest.left === undefined) {
      guest.cancelExpiry = hub.clock.at(caller.expiresAt, () => {
        leave(guest, 'CLOSED');
        close(ws, 4403, 'The token has expired.');
      });
    }
    return { sessionId: guest.connection?.id ?? null, userId: caller.person.user };
  }

  /** A guest appears with the first room they enter, and goes with the socket. */
  async function openRoomSession(guest: Guest, caller: Caller | null): Promise<SessionId> {
    if (caller === null) throw new Error('nobody opens a session');
    const { person, name, issuedAt } = caller;
    guest.connecting ??= hub.connect({ person, name, namedAt: issuedAt }, {}, true);
    guest.connection = await guest.connecting;
    if (guest.left !== undefined) leave(guest, guest.left);
    return guest.connection.id;
  }

  function disconnect({ extra: { guest } }: Socket, code: number): void {
    if (guest === undefined) return;
    guest.left ??= code === 1006 ? 'DROPPED' : code === 1012 ? 'DRAINED' : 'CLOSED';
    guest.cancelExpiry?.();
    leave(guest, guest.left);
  }

  function leave(guest: Guest, how: Leaving): void {
    guest.connection?.leave(how).catch((error: unknown) => {
      log.error({ err: error, session: guest.connection?.id }, 'the end of a session could not be written down');
    });
  }

  type Enveloped = ExecutionArgs & Pick<ReturnType<Api['getEnveloped']>, 'execute' | 'subscribe'>;

  /** What graphql-ws is to execute, or the errors to answer. Never throws: that would close the socket and all that runs on it. */
  async function prepare(socket: Socket, payload: SubscribePayload): Promise<ExecutionArgs | readonly GraphQLError[]> {
    try {
      if (Object.keys(socket.subscriptions).length > MAX_OPERATIONS) {
        const says = `One socket has at most ${MAX_OPERATIONS} operations under way. Complete one first.`;
        return [apiError('OPERATION_LIMIT_EXCEEDED', says, { limit: MAX_OPERATIONS })];
      }
      const { guest = {} } = socket.extra;
      const caller = guest.caller ?? (await operationCaller(payload));
      const enveloped = api.getEnveloped({
        params: payload,
        source: {
          caller,
          sessionId: guest.connection?.id ?? null,
          openRoomSession: () => openRoomSession(guest, caller),
        },
      });
      const document = enveloped.parse(payload.query);
      const errors: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document);
      if (errors.length > 0) return errors.map(withoutStatus);
      if (getOperationAST(document, payload.operationName) == null)
        return [apiError('OPERATION_RESOLUTION_FAILURE', 'Could not determine what operation to execute.')];
      const args: Enveloped = {
        schema: enveloped.schema,
        document,
        operationName: payload.operationName ?? null,
        variableValues: payload.variables ?? null,
        contextValue: await enveloped.contextFactory(),
        execute: enveloped.execute,
        subscribe: enveloped.subscribe,
      };
      return args;
    } catch (error) {
      const report = (cause: unknown, requestId: string) =>
        log.error({ err: cause, requestId }, 'an operation failed unexpectedly');
      return [withoutStatus(presentError(error, report))];
    }
  }

  /** GraphiQL sends what stands in its Headers pane with each operation. */
  async function operationCaller({ extensions }: SubscribePayload): Promise<Caller | null> {
    if (!options.tokenPerOperation) return null;
    const headers: unknown = extensions?.headers;
    if (typeof headers !== 'object' || headers === null) return null;
    const found = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
    return typeof found === 'string' ? callerFor(found, authenticate) : null;
  }

  return {
    upgrade(request, socket, head) {
      // Not by URL, which throws at what some callers send.
      if (request.url?.split('?')[0] !== path) return false;
      const { origin, host = null } = request.headers;
      if (origin !== undefined && !originAllowed(origin, host)) {
        refuseUpgrade(socket, 403);
        return true;
      }
      server.handleUpgrade(request, socket, head, (ws) => {
        if ('setKeepAlive' in socket && typeof socket.setKeepAlive === 'function')
          socket.setKeepAlive(true, KEEP_ALIVE);
        server.emit('connection', ws, request);
        // Malformed frames: ws answers them with their close code, but graphql-ws prints each to the console.
        ws.removeAllListeners('error').on('error', (error) => log.debug({ err: error }, 'a client broke the protocol'));
      });
      return true;
    },
    count: () => server.clients.size,
    async close({ spread, patience }) {
      server.close(); // whoever still comes, over a connection they had open, is refused with 503
      liveness.close();
      const sockets = [...server.clients];
      const gone = sockets.map((ws) => new Promise((resolve) => ws.once('close', resolve)));
      const timers = sockets.map((ws, at) =>
        setTimeout(() => close(ws, 1012, 'This node is restarting.'), (spread * at) / sockets.length),
      );
      timers.push(
        setTimeout(() => {
          for (const ws of server.clients) ws.terminate();
        }, spread + patience),
      );
      await Promise.all(gone);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** Guests have a session only in rooms, and a backend is nobody's presence. */
function appears(caller: Caller, init: ConnectionInit): boolean {
  return init.session !== false && (caller.role === 'USER' || caller.role === 'ADMIN');
}

function refuseFor(ws: WebSocket, error: unknown): false {
  if (error instanceof AuthFailure) {
    const codes = { MISSING: 4401, INVALID: 4401, EXPIRED: 4403, UNAVAILABLE: 1013 } as const;
    return refuse(ws, codes[error.kind], error.message);
  }
  if (error instanceof Refusal) {
    return refuse(ws, error.code === 'SESSION_LIMIT_EXCEEDED' ? 1013 : 4400, `${error.code}: ${error.message}`);
  }
  if (error instanceof StoreUnavailable) return refuse(ws, 1013, 'Presence is out of reach at the moment.');
  throw error;
}

function refuse(ws: WebSocket, code: CloseCode, reason: string): false {
  close(ws, code, reason);
  return false;
}

/** Yoga notes an HTTP status in its errors, which means nothing here. */
function withoutStatus(error: GraphQLError): GraphQLError {
  const { http: _, ...extensions } = error.extensions;
  const { message, nodes = null, source = null, positions = null, path = null } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}

const MAX_REASON = 123; // bytes of UTF-8, RFC 6455 section 5.5

function close(ws: WebSocket, code: CloseCode, reason: string): void {
  let short = reason;
  while (Buffer.byteLength(short) > MAX_REASON) short = short.slice(0, -1);
  ws.close(code, short);
}
