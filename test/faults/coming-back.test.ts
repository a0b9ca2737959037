/** Somebody moves from one server to another: what the old one still hears of them changes nothing. */
import { describe, expect, test } from 'vitest';
import { http, selfOf } from '../api/operations.ts';
import { pause, startFleet } from '../support/fleet.ts';
import { join } from './crowd.ts';
import { watch } from './onlooker.ts';

describe.each([
  ['closed', (socket: WebSocketLike) => socket.close(1000)],
  ['dropped', (socket: WebSocketLike) => socket.terminate()],
])('the old connection is %s after the new one has opened on another server', (_, end) => {
  test('nobody sees anything, then or later, until the new one ends too', async () => {
    const { nodes } = await startFleet(2, { env: { PRESENCE_RECONNECT_GRACE: '0.3', PRESENCE_OFFLINE_AFTER: '0.6' } });
    const [before, now] = nodes;
    if (before === undefined || now === undefined) throw new Error('there are two');
    const onlookers = await Promise.all(nodes.map((node) => watch(() => node, ['grace'])));
    const old = await join('grace', { server: () => before, comesBack: false });
    const sessionId = [...old.sessions][0] ?? '';
    const moved = await join('grace', { server: () => now, sessionId });
    expect(moved.sessions).toEqual(new Set([sessionId]));

    const device = old.device();
    if (device === null) throw new Error('it is still open');
    end(device.socket);
    await device.closed;
    await pause(1_500); // longer than any way in which it could show
    for (const onlooker of onlookers) {
      await onlooker.upToDate(before);
      expect(onlooker.changes('grace')).toEqual(['ONLINE']);
    }
    expect((await selfOf(http(before, 'dev:grace'))).sessions).toMatchObject([
      { id: sessionId, availability: 'ONLINE' },
    ]);
    moved.leave();
    for (const onlooker of onlookers) {
      await onlooker.sees('grace', 'OFFLINE');
      expect(onlooker.changes('grace')).toEqual(['ONLINE', 'OFFLINE']);
    }
  }, 60_000);
});

interface WebSocketLike {
  close(code: number): void;
  terminate(): void;
}
