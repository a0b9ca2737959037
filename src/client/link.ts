/** One open connection to the server, over whichever wire, until it ends. It does not come back: another one is opened. */
import type { PresenceError } from './error.ts';
import type { Timings } from './parts.ts';
import type { Activity, Device, StatusInput, Stop, TypedDocument } from './types.ts';

export interface Link {
  readonly transport: 'websocket' | 'http';
  /** Subscriptions beyond a handful wait until others have ended. */
  readonly fewStreams: boolean;
  readonly sessionId: string | null;
  readonly userId: string | null;
  /** @throws {PresenceError} */
  request<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
  ): Promise<Data>;
  /** When the link ends, nobody is told here. */
  subscribe<Data, Variables extends object>(
    document: TypedDocument<Data, Variables>,
    variables: Variables,
    sink: Sink<Data>,
  ): Stop;
  /** Asks for a sign of life now; without one soon the link ends. */
  check(): void;
  /** Hangs up; what that means for others is the server's rule. */
  close(): void;
  /** Ends the session at once, and hangs up. Never rejects. */
  leave(): Promise<void>;
  readonly ended: Promise<Ending>;
}

export interface Sink<Data> {
  next(data: Data): void;
  error(error: PresenceError): void;
  complete(): void;
}

/** Why there is no connection, by the close codes of the API. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
}

export const isLink = (opened: Link | Ending): opened is Link => 'ended' in opened;

/** What is said with connecting. */
export interface Hello {
  readonly token: string;
  readonly session?: false;
  readonly sessionId?: string;
  readonly device?: Device;
  readonly activity?: Activity & ('ACTIVE' | 'IDLE');
  readonly invisible?: boolean;
  readonly status?: StatusInput;
}

export interface Opening {
  readonly url: string;
  readonly hello: Hello;
  readonly timings: Timings;
  /** Whoever opens it does not want it any more. */
  readonly signal: AbortSignal;
}

export const NO_ANSWER = 1006;
export const REFUSED = 4400;
export const TOKEN_INVALID = 4401;
export const TOKEN_EXPIRED = 4403;
