/**
 * Notices dead connections: any frame counts as a sign of life, a quiet one is pinged, and one that stays quiet is
 * ended. Counted in turns of one timer for all, not by the clock: after the process itself has stood still, the frames
 * that came meanwhile are read before the next turn.
 */
import type { WebSocket } from 'ws';
import type { Millis } from '../presence/ids.ts';
import type { Stop } from '../store/store.ts';

/** Somebody of whom nothing was heard for this many turns. */
export interface Quiet {
  readonly socket: WebSocket;
  turns: number;
}

const MOST_AT_ONCE = 200; // sockets visited in one turn of the event loop
const TURNS_TO_PING = 2;
const TURNS_TO_END = 3;

/** @param pingInterval a quiet connection is pinged after this long; without an answer it is ended after half as long again */
export function createLiveness(pingInterval: Millis, all: () => Iterable<Quiet>): { readonly close: Stop } {
  /** Some of them in each turn of the event loop: ten thousand pings at once would keep everybody else waiting. */
  function visit(rest: Iterator<Quiet>): void {
    for (let visited = 0; visited < MOST_AT_ONCE; visited++) {
      const { value: each, done } = rest.next();
      if (done) return;
      each.turns++;
      if (each.turns === TURNS_TO_PING) each.socket.ping();
      if (each.turns >= TURNS_TO_END) each.socket.terminate();
    }
    setImmediate(() => visit(rest));
  }

  const turn = () => visit(all()[Symbol.iterator]());
  const timer = setInterval(turn, pingInterval / TURNS_TO_PING);
  timer.unref();
  return { close: () => clearInterval(timer) };
}
