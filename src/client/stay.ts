/** Being in a room oneself: what is to be said there, and that the server knows it, whatever happens to the connection. */
import type { Connecting } from './connection.ts';
import { isUnsaid, PresenceError } from './error.ts';
import { EnterRoom, LeaveRoom } from './generated/operations.ts';
import type { Link } from './link.ts';
import type { Parts } from './parts.ts';
import type { Room, RoomEntry, Stop } from './types.ts';

export interface Stay {
  readonly actions: Pick<Room, 'enter' | 'update' | 'leave'>;
  isIn(): boolean;
}

interface Said {
  readonly label: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

/** `onUse` is told when this has begun, or ended. */
export function createStay(
  key: string,
  { connecting, parts: { timings, random } }: { readonly connecting: Connecting; readonly parts: Parts },
  onUse: () => void,
): Stay {
  let said: Said | null = null; // null: not to be here
  let passing: (Said & { readonly until: number }) | null = null; // over what is said, for a time
  let told: { readonly by: Link | null; readonly sessionId: string } | null = null; // what the server knows
  let link: Link | null = null;
  let stopLinks: Stop | null = null;
  let beating: ReturnType<typeof setInterval> | undefined;
  let retrying: ReturnType<typeof setTimeout> | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  /** One after the other, so that the last word is the last. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = queue.then(work);
    queue = done.catch(() => {});
    return done;
  }

  function onLink(now: Link | null): void {
    link = now;
    clearInterval(beating);
    clearTimeout(retrying);
    if (link === null) return;
    // A guest has no session but in rooms, and over HTTP it lives on entering again.
    if (link.transport === 'http' && link.sessionId === null)
      beating = setInterval(() => inTurn(tell).catch(() => {}), timings.heartbeat);
    resettle(0);
  }

  /** What the server cannot do just now it is asked for again; what breaks is done with the next link. */
  function resettle(failures: number): void {
    inTurn(() => (isTold() ? Promise.resolve() : settle())).catch((error: unknown) => later(error, failures));
  }

  function later(error: unknown, failures: number): void {
    if (link === null || !(error instanceof PresenceError && error.retryable) || isUnsaid(error)) return;
    const backoff = Math.min(timings.lastRetry, timings.firstRetry * 2 ** failures);
    clearTimeout(retrying);
    retrying = setTimeout(resettle, error.retryAfterMs ?? backoff * (0.5 + random() / 2), failures + 1);
  }

  /** On the same link, or by a session that goes on. */
  const isTold = () => said !== null && told !== null && (told.by === link || told.sessionId === link?.sessionId);

  /** Makes it so. */
  async function settle(): Promise<void> {
    if (said !== null) return tell();
    if (told !== null && (link?.sessionId ?? told.sessionId) === told.sessionId) await withdraw(told.sessionId);
    told = null;
    stopLinks?.();
    stopLinks = null;
    clearInterval(beating);
    clearTimeout(retrying);
  }

  async function tell(): Promise<void> {
    if (said === null) return;
    const rest = passing === null ? 0 : Math.round((passing.until - Date.now()) / 1_000);
    if (rest < 1) passing = null;
    if (passing === null || !isTold()) await enterWith(said);
    if (passing !== null) await enterWith(passing, rest);
  }

  async function enterWith({ label, metadata }: Said, expiresInSeconds?: number): Promise<void> {
    const sessionId = link?.sessionId ?? (link?.transport === 'http' ? told?.sessionId : undefined);
    const { enterRoom } = await connecting.request(EnterRoom, {
      input: { key, label, metadata, ...(expiresInSeconds && { expiresInSeconds }), ...(sessionId && { sessionId }) },
    });
    told = { by: link, sessionId: enterRoom.sessionId };
  }

  /** A session that is over is in no room. */
  async function withdraw(sessionId: string): Promise<void> {
    await connecting.request(LeaveRoom, { input: { key, sessionId } }).catch((error: unknown) => {
      if (!(error instanceof PresenceError && error.code === 'NOT_FOUND')) throw error;
    });
  }

  async function enter({ label = 'online', metadata = null, expiresInSeconds }: RoomEntry): Promise<void> {
    const before = { said, passing };
    const lasts = expiresInSeconds === undefined;
    if (lasts) said = { label, metadata };
    else said ??= { label: 'online', metadata };
    passing = lasts ? null : { label, metadata, until: Date.now() + expiresInSeconds * 1_000 };
    onUse();
    stopLinks ??= connecting.onLink(onLink);
    try {
      await tell();
    } catch (error) {
      // Not refused, only not said: it is, as soon as there is a connection.
      if (!isUnsaid(error)) ({ said, passing } = before);
      onUse();
      throw error;
    }
  }

  return {
    isIn: () => said !== null,
    actions: {
      enter: (entry = {}) => inTurn(() => enter(entry)),
      update: (entry) =>
        inTurn(() => {
          if (said === null) throw new PresenceError('NOT_ENTERED', `Enter the room "${key}" first.`);
          const { label, metadata } = passing !== null && passing.until > Date.now() ? passing : said;
          return enter({ label, metadata, ...entry });
        }),
      leave: () =>
        inTurn(() => {
          said = null;
          passing = null;
          onUse();
          return settle().catch((error: unknown) => {
            later(error, 0);
            throw error;
          });
        }),
    },
  };
}
