/**
 * The API over WebSockets (graphql-transport-ws), and presence by being connected: a socket with a token has a session
 * from its connection_ack until it closes. graphql-ws is the protocol; here are who connects, what each operation may
 * know, and how a socket's end is told. The order on closing matters: a socket may close while it is still connecting.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import { handleProtocols, makeServer, type Context as SocketContext, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Caller } from '../graphql/caller.ts';
import type { Context } from '../graphql/context.ts';
import { chosenOperation, type Engine } from '../graphql/engine.ts';
import { apiError, type CloseCode } from '../graphql/errors.ts';
import type { Hub } from '../hub/hub.ts';
import { createLinger } from '../hub/linger.ts';
import { Refusal } from '../hub/refusal.ts';
import type { Connection, Leaving } from '../hub/session.ts';
import { asMillis, type Millis, type SessionId } from '../presence/ids.ts';
import { type Stop, StoreUnavailable } from '../store/store.ts';
import { callerFor } from './api.ts';
import { type Authenticate, AuthFailure } from './auth.ts';
import { type ConnectionInit, parseConnectionInit, wantsToAppear } from './connection-init.ts';
import { createLiveness } from './liveness.ts';
import type { OriginCheck } from './origin.ts';
import { Outlet, Sink } from './outlet.ts';
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
  readonly engine: Engine;
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
  readonly socket: WebSocket;
  readonly outlet: Outlet;
  caller: Caller | null;
  connection?: Connection;
  connecting?: Promise<Connection>;
  cancelExpiry?: Stop;
  /** How it ended; set even if that happened while it was still connecting. */
  left?: Leaving;
}

type Socket = SocketContext<Record<string, unknown>, Guest>;

/** What graphql-ws hands from `onSubscribe` to `execute` and `subscribe`. */
interface Operation extends ExecutionArgs {
  readonly id: string;
  readonly outlet: Outlet;
  contextOf: () => Context;
}

const MAX_PAYLOAD = 64 * 1024; // bytes of one message
const MAX_OPERATIONS = 100; // under way at once on one socket
const MAX_UNREAD = 16 * 1024 * 1024; // bytes of answers that one socket may leave unread; what it watches is not among them
const KEEP_ALIVE = 30_000; // ms until TCP itself asks whether the peer is there
const INIT_WAIT = asMillis(3_000); // 3 s for connection_init

export function createWebSockets(options: WebSocketsOptions): WebSockets {
  const { hub, engine, authenticate, log, path, originAllowed } = options;
  // Compression would cost 300 KB a connection, and frames of a hundred bytes gain nothing by it.
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PAYLOAD,
    handleProtocols,
    perMessageDeflate: false,
  });
  const liveness = createLiveness(options.pingInterval);
  const silent = createLinger<WebSocket>(hub.clock, INIT_WAIT, (ws) =>
    close(ws, 4408, 'No connection_init came in time.'),
  );

  const protocol = makeServer<Record<string, unknown>, Guest>({
    connectionInitWaitTimeout: 0, // `silent` sees to it, with one timer for all
    execute: (args) => engine.execute(argsOf(args)),
    subscribe: (args) => subscribe(args as Operation),
    onConnect: (socket) => connect(socket),
    onSubscribe: (socket, id, payload) => prepare(socket, id, payload),
    onClose: (socket, code) => disconnect(socket, code ?? 1006),
  });

  /** A socket that is open: graphql-ws gets what it says, and says when it is closed. */
  function greet(ws: WebSocket, connection: Duplex): void {
    const guest: Guest = { socket: ws, outlet: new Outlet(ws, connection), caller: null };
    liveness.watch(ws);
    silent.start(ws);
    const closed = protocol.opened(
      {
        protocol: ws.protocol,
        send: (text) => send(ws, text),
        close: (code, reason) => ws.close(code, reason),
        onMessage: (hear) =>
          ws.on('message', (data) => {
            hear(String(data)).catch((error: unknown) => {
              log.error({ err: error }, 'a message was answered by closing its socket');
              close(ws, 4500, 'Something unexpected failed.');
            });
          }),
      },
      guest,
    );
    ws.once('close', (code, reason) => {
      silent.keep(ws);
      closed(code, String(reason)).catch((error: unknown) => log.error({ err: error }, 'a socket did not end well'));
    });
    ws.on('error', (error) => log.debug({ err: error }, 'a client broke the protocol')); // ws closes it
  }

  async function connect(socket: Socket): Promise<boolean | Record<string, unknown>> {
    const guest = socket.extra;
    silent.keep(guest.socket);
    const init = parseConnectionInit(socket.connectionParams);
    Object.assign(socket, { connectionParams: undefined }); // it has the token, and is held as long as the socket
    if ('problem' in init) return refuse(guest.socket, 4400, `Malformed connection_init: ${init.problem}`);
    try {
      return await admit(guest, init);
    } catch (error) {
      return refuseFor(guest.socket, error);
    }
  }

  async function admit(guest: Guest, init: ConnectionInit): Promise<boolean | Record<string, unknown>> {
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
        close(guest.socket, 4403, 'The token has expired.');
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

  function disconnect({ extra: guest }: Socket, code: number): void {
    guest.left ??= code === 1006 ? 'DROPPED' : code === 1012 ? 'DRAINED' : 'CLOSED';
    guest.cancelExpiry?.();
    leave(guest, guest.left);
  }

  function leave(guest: Guest, how: Leaving): void {
    guest.connection?.leave(how).catch((error: unknown) => {
      log.error({ err: error, session: guest.connection?.id }, 'the end of a session could not be written down');
    });
  }

  /** What graphql-ws is to execute, or the errors to answer. Never throws: that would close the socket and all that runs on it. */
  async function prepare(
    socket: Socket,
    id: string,
    payload: SubscribePayload,
  ): Promise<Operation | readonly GraphQLError[]> {
    try {
      if (Object.keys(socket.subscriptions).length > MAX_OPERATIONS) {
        const says = `One socket has at most ${MAX_OPERATIONS} operations under way. Complete one first.`;
        return [apiError('OPERATION_LIMIT_EXCEEDED', says, { limit: MAX_OPERATIONS })];
      }
      const guest = socket.extra;
      const { document, errors } = engine.prepare(payload.query);
      if (document === null || errors.length > 0) return errors;
      chosenOperation(document, payload.operationName);
      const caller = guest.caller ?? (await operationCaller(payload));
      return {
        id,
        outlet: guest.outlet,
        schema: engine.schema,
        document,
        operationName: payload.operationName ?? null,
        variableValues: payload.variables ?? null,
        contextValue: null,
        contextOf: () => contextFor(guest, caller),
      };
    } catch (error) {
      return [engine.present(error)];
    } finally {
      // graphql-ws holds the message for as long as the operation runs, which for a subscription is long.
      Object.assign(payload, { query: '', variables: null });
    }
  }

  const contextFor = (guest: Guest, caller: Caller | null): Context => ({
    hub,
    caller,
    sessionId: guest.connection?.id ?? null,
    openRoomSession: () => openRoomSession(guest, caller),
  });

  async function subscribe(operation: Operation): Promise<Sink | ExecutionResult> {
    const { id, outlet, document, operationName, variableValues, contextOf } = operation;
    Object.assign(operation, { variableValues: null }); // as above
    const delivery = await engine.subscribe({
      document,
      operation: chosenOperation(document, operationName),
      variables: variableValues ?? {},
      context: contextOf,
    });
    return 'take' in delivery ? new Sink(outlet, id, delivery) : delivery;
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
        greet(ws, socket);
      });
      return true;
    },
    count: () => server.clients.size,
    async close({ spread, patience }) {
      server.close(); // whoever still comes, over a connection they had open, is refused with 503
      liveness.close();
      silent.close();
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

function argsOf(args: ExecutionArgs) {
  const { document, operationName, variableValues, contextOf } = args as Operation;
  return { document, operationName, variables: variableValues, context: contextOf() };
}

/** Not waited for, so that nobody who does not read holds anything up; whoever leaves too much unread is let go. */
function send(ws: WebSocket, text: string): void {
  if (ws.readyState !== ws.OPEN) return;
  ws.send(text);
  if (ws.bufferedAmount > MAX_UNREAD) ws.terminate();
}

const MAX_REASON = 123; // bytes of UTF-8, RFC 6455 section 5.5

function close(ws: WebSocket, code: CloseCode, reason: string): void {
  let short = reason;
  while (Buffer.byteLength(short) > MAX_REASON) short = short.slice(0, -1);
  ws.close(code, short);
}
