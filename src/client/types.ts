/**
 * What the client SDK offers, in types alone. One client is one device of one person: it holds one connection, shares
 * what it knows among all who ask, and comes back by itself. Values are snapshots: frozen, and the same object for as
 * long as nothing in them changed, so that `===` says whether there is anything to draw anew.
 */

import type { PresenceError } from './error.ts';

export type Availability = 'ONLINE' | 'AWAY' | 'BUSY' | 'OFFLINE';
export type Device = 'WEB' | 'DESKTOP' | 'MOBILE' | 'OTHER';

/** Ends what it was got for; may be called again. */
export type Stop = () => void;

export interface PresenceClientOptions {
  /** The API, such as `https://presence.example/graphql`; the WebSocket is at the same address. */
  readonly url: string;
  /** A token, or what fetches one. A function is asked again for each connection, so also when a token has expired. */
  readonly token: string | (() => string | Promise<string>);
  /** Default WEB in browsers, OTHER elsewhere. */
  readonly device?: Device;
  /** false: only watch, do not appear. Default true. */
  readonly session?: boolean;
  /** Hide, or show, with connecting. Left out: as it was. */
  readonly invisible?: boolean;
  /** What to say of oneself with connecting. Left out: as it was. */
  readonly status?: StatusInput;
  /** Default `auto`: a WebSocket, and HTTP with server-sent events where WebSockets do not get through. */
  readonly transport?: 'auto' | 'websocket' | 'http';
  /** Tell the server when nobody is at this device. Default true in browsers, where there is something to tell it by. */
  readonly activity?: boolean;
  /** For where there is none built in, such as `ws` in Node 20. */
  readonly webSocket?: WebSocketClass;
}

/** As much of `WebSocket` as is used here, which the one of `ws` has too. */
export type WebSocketClass = new (
  url: string,
  protocol: string,
) => {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number): void;
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: unknown) => void): void;
};

export interface PresenceClient {
  /** Goes online, and stays so until `close`. May be called again; watching calls it too. */
  connect(): void;
  /** Goes offline at once and for good. Resolves when the server knows, or could not be told. */
  close(): Promise<void>;

  readonly connection: Connection;
  onConnection(listener: (connection: Connection) => void): Stop;

  /** What is known of somebody now, without asking: `known` is false until something is. */
  get(userId: string): Presence;
  /**
   * Follows any number of people; the listener hears of each once it is known, and of every visible change. Who is
   * watched already, here or by another listener, is told at once and costs the server nothing.
   */
  watch(userIds: readonly string[], listener: (presence: Presence) => void): Stop;
  /**
   * Follows whoever is in a channel, as the application's backend says. `onRefused` hears why not, or why not any more:
   * NOT_FOUND when one is not in it, CHANNEL_PRESENCE_DISABLED, WATCH_LIMIT_EXCEEDED when it is too large for a watch.
   */
  watchChannel(
    channel: ChannelRef,
    listener: (presence: Presence) => void,
    onRefused?: (error: PresenceError) => void,
  ): Stop;

  readonly me: Me;
  /** A place in which people show up with a label; the same object for the same key. */
  room(key: string): Room;

  /** The statuses that this site's administrators offer. */
  customStatuses(search?: string): Promise<readonly CustomStatus[]>;
  /** Any other operation of the API, over the same connection. @throws {PresenceError} */
  request<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
  ): Promise<Data>;
}

/**
 * `connecting`: not yet, or again. `reason` says in words why not, null while there is nothing to say.
 * `refused` is final: the token was never valid (4401), or what was asked for is not allowed (4400).
 */
export interface Connection {
  readonly state: 'idle' | 'connecting' | 'connected' | 'refused' | 'closed';
  readonly transport: 'websocket' | 'http' | null;
  readonly sessionId: string | null;
  readonly userId: string | null;
  readonly reason: string | null;
}

export interface Presence {
  readonly userId: string;
  readonly name: string | null;
  readonly availability: Availability;
  readonly online: boolean;
  readonly status: Status | null;
  /** RFC 3339, UTC; null when never seen. */
  readonly lastActive: string | null;
  /** The value may be out of date: the connection is down, or the service cannot vouch for it. */
  readonly stale: boolean;
  /** false: nothing was heard yet, and everything else is a placeholder. */
  readonly known: boolean;
}

export interface Status {
  readonly text: string | null;
  readonly emoji: string | null;
  readonly expiresAt: string | null;
  readonly customStatusId: string | null;
}

export interface StatusInput {
  readonly text?: string | null;
  readonly emoji?: string | null;
}

export interface SetStatus extends StatusInput {
  /** ONLINE: back to automatic. AWAY, BUSY: held until changed. OFFLINE: hidden until changed. */
  readonly availability?: Availability;
  /** Instead of the three above. */
  readonly customStatusId?: string;
  readonly startsAt?: Date | string;
  readonly expiresAt?: Date | string;
}

export interface CustomStatus {
  readonly id: string;
  readonly name: string;
  readonly emoji: string | null;
  readonly availability: Availability;
}

/** Oneself. What changes something resolves with the result, and rejects with a {@link PresenceError}. */
export interface Me {
  /** null until it is known, which it is while somebody listens or after a change. */
  readonly current: Viewer | null;
  onChange(listener: (viewer: Viewer) => void): Stop;
  setStatus(status: SetStatus): Promise<Viewer>;
  /** Back to automatic: ends the pick and the words. */
  clearStatus(): Promise<Viewer>;
  setInvisible(invisible: boolean): Promise<Viewer>;
  setPreferences(preferences: { readonly autoAway?: boolean; readonly idleTimeoutSeconds?: number }): Promise<Viewer>;
  /** For what the SDK cannot see by itself: a desktop's screen lock, a phone's app in the background. */
  report(activity: Activity): Promise<void>;
}

export type Activity =
  | 'ACTIVE'
  | 'IDLE'
  | 'SCREEN_LOCKED'
  | 'SCREEN_UNLOCKED'
  | 'SLEEP'
  | 'WAKE'
  | 'BACKGROUND'
  | 'FOREGROUND';

export interface Viewer {
  readonly userId: string;
  /** What it would be if one were not invisible. */
  readonly availability: Availability;
  readonly invisible: boolean;
  /** What was picked; null while automatic. */
  readonly manual: Availability | null;
  readonly status: Status | null;
  /** How others see one. */
  readonly seenAs: Presence;
  readonly preferences: { readonly autoAway: boolean; readonly idleTimeoutSeconds: number };
  readonly explanation: { readonly rule: string; readonly because: string; readonly nextChangeAt: string | null };
}

export interface Room {
  readonly key: string;
  /** Who is here, in the order of entering; empty until it is followed. */
  list(): readonly RoomMember[];
  of(userId: string): RoomMember | null;
  /** How many are here; 0 until it is followed. */
  readonly count: number;
  /** false: not followed, or nothing was heard yet. Nobody being here is known as well. */
  readonly known: boolean;
  /** Follows the room. Without an argument to look at: `list`, `of` and `count` say what is true now. */
  onChange(listener: (room: Room) => void): Stop;
  /**
   * Shows up, and again after each reconnect, until `leave`. What could not be said for want of a connection rejects
   * with DISCONNECTED or CONNECTION_LOST, and is said when there is one. @throws {PresenceError}
   */
  enter(entry?: RoomEntry): Promise<void>;
  /** Changes label or metadata of one's own entry, keeping what is left out. @throws {PresenceError} when not entered */
  update(entry: RoomEntry): Promise<void>;
  leave(): Promise<void>;
}

export interface RoomEntry {
  /** Anything up to 64 characters; default "online". */
  readonly label?: string;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
  /** Such as "typing" for 5 seconds: afterwards the label is "online" again. */
  readonly expiresInSeconds?: number;
}

export interface RoomMember {
  readonly userId: string;
  readonly name: string | null;
  readonly presence: Presence;
  readonly label: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** "#rrggbb", the same for a person everywhere. */
  readonly color: string;
  readonly lastSeen: string;
  readonly expiresAt: string | null;
}

export interface ChannelRef {
  readonly type: string;
  readonly key: string;
}

/** The text of an operation that knows its types, as code generators make it. */
export type TypedDocument<Data, Variables> = {
  toString(): string;
  readonly __apiType?: (variables: Variables) => Data;
};
