/**
 * The API over WebSockets (graphql-transport-ws), and presence by being connected: a socket with a token has a session
 * from its connection_ack until it closes. graphql-ws is the protocol; here are who connects, what each operation may
 * know, and how a socket's end is told. The order on closing matters: a socket may close while it is still connecting.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import { type RawData, WebSocketServer } from 'ws';
import type { Caller } from '../graphql/caller.ts';
import type { Context } from '../graphql/context.ts';
import type { Engine } from '../graphql/engine.ts';
import { CLOSE_CODES, type CloseCode } from '../graphql/errors.ts';
import { ByPerson } from '../hub/by-person.ts';
import type { Hub } from '../hub/hub.ts';
import { DEFAULT_LIMITS, type Limits } from '../hub/limits.ts';
import { createLinger } from '../hub/linger.ts';
import { Refusal } from '../hub/refusal.ts';
import type { Leaving } from '../hub/session.ts';
import type { Account } from '../hub/watch-account.ts';
import { asMillis, type Millis, type Person, type SessionId } from '../presence/ids.ts';
import { StoreUnavailable } from '../store/store.ts';
import { callerFor } from './api.ts';
import { type Authenticate, AuthFailure } from './auth.ts';
import { type ConnectionInit, parseConnectionInit, wantsToAppear } from './connection-init.ts';
import { createLiveness } from './liveness.ts';
import type { OriginCheck } from './origin.ts';
import { Outlet } from './outlet.ts';
import { type Attendant, Peer, PeerSocket } from './peer.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { createSocketOperations, type Socket } from './socket-operations.ts';
import { createTally } from './tally.ts';

export interface WebSockets {
  /** For the `upgrade` event of a node:http server. False: the path is not ours, and nothing was done. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Open sockets, those that are still connecting among them. */
  count(): number;
  /** How many have ended, by close code; `other` are codes of clients' own. */
  closes(): Iterable<readonly [string, number]>;
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
  /** Whether one more may come from where it comes from; it counts until `until` is closed. */
  readonly admits?: (request: IncomingMessage, until: Duplex) => boolean;
  readonly pingInterval: Millis;
  /** For connection_init. */
  readonly initTime?: Millis;
  readonly limits?: Limits;
  /** Sockets without a token are let in, and each operation brings its own: what GraphiQL does. */
  readonly tokenPerOperation: boolean;
}

const INIT_TIME = asMillis(3_000); // 3 s
const KEEP_ALIVE = 30_000; // ms until TCP itself asks whether the peer is there
/** Clients may close with thousands of others. 1006: without a close frame; 4429: initialised twice, 4409: two operations of one id. */
const KNOWN_CLOSES = new Set([...Object.keys(CLOSE_CODES).map(Number), 1000, 1001, 1002, 1005, 1006, 1007, 4409, 4429]);

export function createWebSockets(options: WebSocketsOptions): WebSockets {
  const { hub, engine, authenticate, log, path, originAllowed, limits = DEFAULT_LIMITS } = options;
  const { admits = () => true, initTime = INIT_TIME } = options;
  // Compression would cost 300 KB a connection, and frames of a hundred bytes gain nothing by it.
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.message,
    handleProtocols,
    perMessageDeflate: false,
    WebSocket: PeerSocket,
    clientTracking: false, // `peers` are they
  });
  const peers = new Set<Peer>();
  const closes = new Map<string, number>();
  const liveness = createLiveness(options.pingInterval, () => peers);
  const silent = createLinger<Peer>(hub.clock, initTime, (peer) =>
    close(peer, 4408, 'No connection_init came in time.'),
  );

  const people = createTally(limits.connectionsPerPerson, new ByPerson<number>());
  const operations = createSocketOperations({ engine, contextFor, callerOf: operationCaller, limits });
  const protocol = makeServer<Record<string, unknown>, Peer>({
    connectionInitWaitTimeout: 0, // `silent` sees to it, with one timer for all
    ...operations,
    onConnect: (socket) => connect(socket),
    onClose: (socket, code) => disconnect(socket, code ?? 1006),
  });

  hub.onEviction((person) => {
    for (const peer of peers) if (isOf(peer, person)) end(peer, 'The sessions of this person were ended.');
  });

  /** graphql-ws gets what the socket says, and hears when it is closed. */
  function greet(ws: PeerSocket, connection: Duplex): void {
    const peer = new Peer(new Outlet(ws, connection, limits.unread), attendant);
    peers.add(peer);
    silent.start(peer);
    peer.opened(protocol.opened(peer, peer));
    ws.peer = peer;
  }

  const attendant: Attendant = { contextFor, hear, part, wonder };

  function hear(peer: Peer, data: RawData): void {
    const { socket } = peer;
    if (socket.readyState !== socket.OPEN) return; // it has been told that it is over
    peer.hear(String(data))?.catch((error: unknown) => {
      log.error({ err: error }, 'a message was answered by closing its socket');
      close(peer, 4500, 'Something unexpected failed.');
    });
  }

  function part(peer: Peer, code: number, reason: Buffer): void {
    peers.delete(peer);
    noteClose(code);
    silent.keep(peer);
    const failed = (error: unknown) => log.error({ err: error }, 'a socket did not end well');
    peer.bye(code, String(reason))?.catch(failed);
  }

  function noteClose(code: number): void {
    const name = KNOWN_CLOSES.has(code) ? String(code) : 'other';
    closes.set(name, (closes.get(name) ?? 0) + 1);
  }

  function wonder(error: Error): void {
    log.debug({ err: error }, 'a client broke the protocol'); // ws closes it
  }

  async function connect(socket: Socket): Promise<boolean | Record<string, unknown>> {
    const peer = socket.extra;
    silent.keep(peer);
    const init = parseConnectionInit(socket.connectionParams);
    Object.assign(socket, { connectionParams: undefined }); // it has the token, and is held as long as the socket
    if ('problem' in init) return refuse(peer, 4400, `Malformed connection_init: ${init.problem}`);
    try {
      return await admit(peer, init);
    } catch (error) {
      return refuseFor(peer, error);
    }
  }

  async function admit(peer: Peer, init: ConnectionInit): Promise<boolean | Record<string, unknown>> {
    if (init.token == null && options.tokenPerOperation && !wantsToAppear(init))
      return { sessionId: null, userId: null };
    const caller = await authenticate(init.token ?? '');
    peer.caller = caller;
    if (peer.left === null && !enter(peer, caller)) {
      const says = `CONNECTION_LIMIT_EXCEEDED: one person has at most ${limits.connectionsPerPerson} connections here.`;
      return refuse(peer, 1013, says);
    }
    if (appears(caller, init)) await appear(peer, caller, init);
    if (peer.left === null) settleIn(peer, caller);
    return { sessionId: peer.connection?.id ?? null, userId: caller.person.user };
  }

  async function appear(peer: Peer, { person, name, issuedAt }: Caller, init: ConnectionInit): Promise<void> {
    peer.connection = await hub.connect({ person, name, namedAt: issuedAt }, init);
    // It closed while the session was being opened, so nobody else will end it.
    if (peer.left !== null) leave(peer, peer.left);
  }

  function settleIn(peer: Peer, { person, expiresAt }: Caller): void {
    if (peer.connection === null) {
      hub.countConnection(person);
      peer.countedBySite = true;
    }
    if (expiresAt !== null) peer.cancelExpiry = hub.clock.at(expiresAt, () => end(peer, 'The token has expired.'));
  }

  /** Their client gets a new token, if it can, and comes back with it. */
  function end(peer: Peer, reason: string): void {
    leave(peer, 'CLOSED');
    close(peer, 4403, reason);
  }

  /** A guest appears with the first room they enter, and goes with the socket. */
  async function openRoomSession(peer: Peer, caller: Caller | null): Promise<SessionId> {
    if (caller === null) throw new Error('nobody opens a session');
    const { person, name, issuedAt } = caller;
    peer.connecting ??= hub.connect({ person, name, namedAt: issuedAt }, {}, true);
    try {
      peer.connection = await peer.connecting;
    } catch (error) {
      peer.connecting = null; // another try may succeed
      throw error;
    }
    if (peer.left !== null) leave(peer, peer.left);
    return peer.connection.id;
  }

  function enter(peer: Peer, { person }: Caller): boolean {
    peer.counted = people.enter(person);
    return peer.counted;
  }

  function uncount(peer: Peer): void {
    if (!peer.counted || peer.caller === null) return;
    peer.counted = false;
    people.leave(peer.caller.person);
  }

  function disconnect({ extra: peer }: Socket, code: number): void {
    peer.left ??= code === 1006 ? 'DROPPED' : code === 1012 ? 'DRAINED' : 'CLOSED';
    peer.cancelExpiry?.();
    uncount(peer);
    leave(peer, peer.left);
  }

  function leave(peer: Peer, how: Leaving): void {
    if (peer.countedBySite && peer.caller !== null) hub.uncountConnection(peer.caller.person.site);
    peer.countedBySite = false;
    peer.connection?.leave(how).catch((error: unknown) => {
      log.error({ err: error, session: peer.connection?.id }, 'the end of a session could not be written down');
    });
  }

  function contextFor(peer: Peer, caller: Caller | null): Context {
    const sessionId = peer.connection?.id ?? null;
    return {
      hub,
      caller,
      sessionId,
      openRoomSession: () => openRoomSession(peer, caller),
      account: () => accountOf(peer, caller),
    };
  }

  /** One for the whole socket, unless each operation brings a token of its own. */
  function accountOf(peer: Peer, caller: Caller | null): Account {
    if (caller === null) throw new Error('nobody watches');
    if (caller !== peer.caller) return hub.accountOf(caller.person);
    peer.account ??= hub.accountOf(caller.person);
    return peer.account;
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
      if (!admits(request, socket)) {
        refuseUpgrade(socket, 429);
        return true;
      }
      server.handleUpgrade(request, socket, head, (ws) => {
        if ('setKeepAlive' in socket && typeof socket.setKeepAlive === 'function')
          socket.setKeepAlive(true, KEEP_ALIVE);
        greet(ws, socket);
      });
      return true;
    },
    count: () => peers.size,
    closes: () => closes,
    async close({ spread, patience }) {
      server.close(); // whoever still comes, over a connection they had open, is refused with 503
      liveness.close();
      silent.close();
      const all = [...peers];
      const gone = all.map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
      const timers = all.map((peer, at) =>
        setTimeout(() => close(peer, 1012, 'This node is restarting.'), (spread * at) / all.length),
      );
      timers.push(
        setTimeout(() => {
          for (const { socket } of peers) socket.terminate();
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

function isOf({ caller }: Peer, { site, user }: Person): boolean {
  return caller !== null && caller.person.user === user && caller.person.site === site;
}

function refuseFor(peer: Peer, error: unknown): false {
  if (error instanceof AuthFailure) {
    const codes = { MISSING: 4401, INVALID: 4401, EXPIRED: 4403, UNAVAILABLE: 1013 } as const;
    return refuse(peer, codes[error.kind], error.message);
  }
  if (error instanceof Refusal) {
    return refuse(peer, error.code === 'SESSION_LIMIT_EXCEEDED' ? 1013 : 4400, `${error.code}: ${error.message}`);
  }
  if (error instanceof StoreUnavailable) return refuse(peer, 1013, 'Presence is out of reach at the moment.');
  throw error;
}

function refuse(peer: Peer, code: CloseCode, reason: string): false {
  close(peer, code, reason);
  return false;
}

function close(peer: Peer, code: CloseCode, reason: string): void {
  peer.close(code, reason);
}
