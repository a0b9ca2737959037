/**
 * Notices dead connections: any frame counts as a sign of life, a quiet one is pinged, and one that stays quiet is
 * ended. Counted in turns of one timer for all, not by the clock: after the process itself has stood still, the frames
 * that came meanwhile are read before the next turn.
 */
import type { WebSocket } from 'ws';
import type { Millis } from '../presence/ids.ts';
import type { Stop } from '../store/store.ts';

export interface Liveness {
  watch(socket: WebSocket): void;
  close: Stop;
}

const SIGNS_OF_LIFE = ['message', 'ping', 'pong'] as const;
const TURNS_TO_PING = 2;
const TURNS_TO_END = 3;

/** @param pingInterval a quiet connection is pinged after this long; without an answer it is ended after half as long again */
export function createLiveness(pingInterval: Millis): Liveness {
  const quietTurns = new Map<WebSocket, number>();

  function turn(): void {
    for (const [socket, before] of quietTurns) {
      const turns = before + 1;
      quietTurns.set(socket, turns);
      if (turns === TURNS_TO_PING) socket.ping();
      if (turns >= TURNS_TO_END) socket.terminate();
    }
  }
  // The same functions for all sockets: three of its own for each would cost more than the rest of what we keep of it.
  function heard(this: WebSocket): void {
    quietTurns.set(this, 0);
  }
  function gone(this: WebSocket): void {
    quietTurns.delete(this);
  }
  const timer = setInterval(turn, pingInterval / TURNS_TO_PING);
  timer.unref();

  return {
    watch(socket) {
      quietTurns.set(socket, 0);
      for (const sign of SIGNS_OF_LIFE) socket.on(sign, heard);
      socket.on('close', gone);
    },
    close: () => clearInterval(timer),
  };
}
