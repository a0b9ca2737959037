/** An administrator ends everything that somebody has open, and learns nothing by it. */
import { describe, expect, it } from 'vitest';
import { startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { dataOf, http, lookAt, mutate, refusalOf, selfOf } from './operations.ts';

const END = 'mutation ($userId: ID!) { endSessions(userId: $userId) { userId } }';
const VIEWER = 'subscription { viewerChanged { availability sessions { id } } }';

describe('endSessions', () => {
  it.each(['dev:root:admin', 'dev:backend:server'])('by %s: all sockets, streams and sessions, at once', async (by) => {
    const service = await startService();
    const onlooker = await watch(service, ['ada']);
    const tabs = [await service.connect({ token: 'dev:ada' }), await service.connect({ token: 'dev:ada' })];
    expect(await onlooker.next()).toBe('ada ONLINE');
    const silent = await service.connect({ token: 'dev:ada', session: false });
    const backend = await service.connect({ token: 'dev:ada:server' });
    await mutate(http(service, 'dev:ada'), 'openSession', {});
    await mutate(http(service, 'dev:ada'), 'setStatus', { text: 'Kept' });
    expect(await onlooker.next()).toBe('ada ONLINE Kept');
    const events = await service.listen('dev:ada', VIEWER);
    const [other, elsewhere] = [
      await service.connect({ token: 'dev:bo' }),
      await service.connect({ token: 'dev:ada:user:acme' }),
    ];

    expect(dataOf(await service.ask(by, END, { userId: 'ada' }))).toEqual({ endSessions: { userId: 'ada' } });
    for (const { closed } of [...tabs, silent, backend]) expect(await closed).toBe(4403);
    await events.ended;
    expect(await onlooker.next()).toBe('ada OFFLINE');
    expect(await selfOf(http(service, 'dev:ada'))).toMatchObject({ sessions: [], status: { text: 'Kept' } });
    for (const { socket } of [other, elsewhere]) expect(socket.readyState).toBe(socket.OPEN);

    const back = await service.connect({ token: 'dev:ada', sessionId: tabs[0]?.sessionId });
    expect(await onlooker.next()).toBe('ada ONLINE Kept');
    expect(back.sessionId).not.toBe(tabs[0]?.sessionId);
    await service.ask(by, END, { userId: 'ada' });
    expect(await back.closed).toBe(4403);
    expect(await onlooker.next()).toBe('ada OFFLINE');
  });

  it('says the same of somebody who is there, hidden, gone or unknown, and nobody sees that one who hides was there', async () => {
    const service = await startService();
    const onlooker = await watch(service, ['ada', 'gone']);
    await service.connect({ token: 'dev:ada', invisible: true });
    const before = await lookAt(http(service, 'dev:onlooker'), 'ada');
    for (const userId of ['ada', 'gone', 'never-seen']) {
      expect(await service.ask('dev:root:admin', END, { userId })).toEqual({ data: { endSessions: { userId } } });
    }
    await service.clock.pass(60);
    await onlooker.sawNothing();
    expect(await lookAt(http(service, 'dev:onlooker'), 'ada')).toEqual(before);
  });

  it.each(['dev:ada', 'dev:ada:guest'])('is not for %s, of whomever', async (token) => {
    const service = await startService();
    const bo = await service.connect({ token: 'dev:bo' });
    expect(refusalOf(await service.ask(token, END, { userId: 'bo' }))).toMatchObject({ code: 'FORBIDDEN' });
    expect(refusalOf(await service.ask('dev:root:admin', END, { userId: '' }))).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'userId',
    });
    expect((await bo.ask('{ onlineCount }')).data).toEqual({ onlineCount: 1 });
  });
});
