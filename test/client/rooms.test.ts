/** Rooms through the SDK, and what one says of oneself. */
import { expect, test } from 'vitest';
import { PresenceError } from '../../src/client/index.ts';
import { freePort } from '../support/server-process.ts';
import { startService } from '../support/service.ts';
import { connected, eavesdrop, openClient, until } from './devices.ts';

test('a room shows who is there with their dots, and one’s own entry comes back after a restart', async () => {
  const PORT = await freePort();
  let service = await startService({ PORT });
  const ada = openClient(service, { token: 'dev:ada' });
  const grace = openClient(service, { token: 'dev:grace' });
  const room = ada.room('doc:42');
  expect(ada.room('doc:42')).toBe(room);
  let changes = 0;
  const stop = room.onChange(() => changes++);
  await grace.room('doc:42').enter({ label: 'editing', metadata: { cursor: 17 } });
  await until(() => expect(room.count).toBe(1));
  const list = room.list();
  expect(list).toMatchObject([{ userId: 'grace', label: 'editing', metadata: { cursor: 17 } }]);
  expect(room.list()).toBe(list);
  expect(list[0]?.color).toMatch(/^#[0-9a-f]{6}$/);

  await grace.me.setStatus({ availability: 'BUSY', text: 'Writing' });
  await until(() => expect(room.of('grace')?.presence.status?.text).toBe('Writing'));
  expect(room.of('grace')).toMatchObject({ label: 'editing', presence: { availability: 'BUSY' } });
  await grace.room('doc:42').update({ label: 'typing', expiresInSeconds: 5 });
  await until(() => expect(room.of('grace')).toMatchObject({ label: 'typing', metadata: { cursor: 17 } }));
  await grace.room('doc:42').update({ metadata: null });
  await until(() => expect(room.of('grace')).toMatchObject({ label: 'typing', metadata: null, expiresAt: null }));
  await grace.room('doc:42').update({ label: 'editing' });

  await service.close();
  await until(() => expect(room.of('grace')?.presence.stale).toBe(true));
  service = await startService({ PORT });
  const hal = openClient(service, { token: 'dev:hal' });
  await hal.room('doc:42').enter();
  await until(() =>
    expect(
      room
        .list()
        .map(({ userId, label }) => `${userId} ${label}`)
        .toSorted(),
    ).toEqual(['grace editing', 'hal online']),
  );
  await until(() => expect(room.of('grace')?.presence).toMatchObject({ stale: false, online: true }));

  await grace.room('doc:42').leave();
  await hal.close();
  await until(() => expect(room.list()).toEqual([]));
  await expect(grace.room('doc:42').update({ label: 'x' })).rejects.toMatchObject({ code: 'NOT_ENTERED' });
  await expect(grace.room('').enter()).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'key' });
  room.onChange(() => {})(); // let go of and taken up again in one turn, as an element is that is moved
  stop();
  const again = room.onChange(() => changes++);
  expect(room.known).toBe(true);
  again();
  const before = changes;
  await ada.room('doc:42').enter();
  expect([changes, room.count]).toEqual([before, 0]);
});

test('who left while the connection was away is gone, and whoever said they leave meanwhile leaves', async () => {
  const service = await startService();
  const line = eavesdrop();
  const timings = { firstRetry: 300, lastRetry: 300, patience: 10 };
  const ada = openClient(service, { token: 'dev:ada', webSocket: line.webSocket }, { timings, random: () => 1 });
  const grace = openClient(service, { token: 'dev:grace' });
  const room = ada.room('doc');
  room.onChange(() => {});
  await grace.room('doc').enter();
  await connected(ada);
  await room.enter();
  await until(() => expect(room.count).toBe(2));
  line.sockets[0]?.terminate();
  await until(() => expect(ada.connection.state).toBe('connecting'));
  await expect(room.leave()).rejects.toMatchObject({ code: 'DISCONNECTED' });
  await grace.room('doc').leave();
  await connected(ada);
  await until(() => expect(room.list()).toEqual([]));
  expect(room.count).toBe(0);
});

test('who could not be let in again just then is so as soon as they may be', async () => {
  const service = await startService({ PRESENCE_COMMANDS_PER_PERSON: '1' });
  const line = eavesdrop();
  const watcher = openClient(service, { token: 'dev:hal' });
  watcher.room('doc').onChange(() => {});
  const guest = openClient(service, { token: 'dev:guest-1:guest', webSocket: line.webSocket });
  await guest.room('doc').enter();
  await service.clock.pass(9.9); // of the ten seconds of the limit
  line.sockets[0]?.terminate();
  const entered = () => line.said.filter(({ payload }) => payload?.query?.includes('EnterRoom')).length;
  await until(() => expect(entered()).toBe(2)); // too early
  await service.clock.pass(6); // the guest who hung up has left, and the ten seconds are over
  await until(() => expect(entered()).toBeGreaterThan(2));
  await until(() => expect(watcher.room('doc').list()).toMatchObject([{ userId: 'guest-1' }]));
});

test('what is too large to be said is refused, and breaks no connection but the one', async () => {
  const service = await startService();
  const line = eavesdrop();
  const ada = openClient(service, { token: 'dev:ada', webSocket: line.webSocket });
  await connected(ada);
  const small = ada.room('other').enter();
  const large = ada.room('doc').enter({ metadata: { text: 'x'.repeat(70_000) } });
  await expect(large).rejects.toMatchObject({ code: 'REQUEST_ENTITY_TOO_LARGE', retryable: false });
  await small.catch(() => {});
  await connected(ada);
  expect((await ada.me.clearStatus()).userId).toBe('ada');
  expect(line.sockets).toHaveLength(2);
});

test('oneself: known while somebody listens, changed by what is answered, and refusals name code and field', async () => {
  const service = await startService();
  const ada = openClient(service, { token: 'dev:ada' });
  expect(ada.me.current).toBeNull();
  const seen: (string | null)[] = [];
  ada.me.onChange(({ availability, invisible, status }) =>
    seen.push(`${availability}${invisible ? ' hidden' : ''} ${status?.text ?? '-'}`),
  );
  await until(() => expect(seen).toEqual(['ONLINE -']));
  expect(ada.me.current).toMatchObject({ userId: 'ada', seenAs: { online: true }, preferences: { autoAway: true } });
  const expiresAt = new Date(service.clock.now() + 60_000);
  const viewer = await ada.me.setStatus({ availability: 'BUSY', text: 'Lunch', emoji: '🍜', expiresAt });
  expect(viewer).toBe(ada.me.current);
  expect(viewer).toMatchObject({
    manual: 'BUSY',
    status: { text: 'Lunch', emoji: '🍜', expiresAt: expiresAt.toISOString() },
  });
  expect(viewer.explanation).toMatchObject({ rule: 'MANUAL', nextChangeAt: expiresAt.toISOString() });
  expect(await ada.me.setInvisible(true)).toMatchObject({ availability: 'BUSY', seenAs: { availability: 'OFFLINE' } });
  expect(await ada.me.setInvisible(false)).toMatchObject({ invisible: false });
  const tooLong = ada.me.setStatus({ text: 'x'.repeat(121) });
  await expect(tooLong).rejects.toBeInstanceOf(PresenceError);
  await expect(tooLong).rejects.toMatchObject({ code: 'STATUS_TEXT_TOO_LONG', field: 'text', retryable: false });
  expect(await ada.me.clearStatus()).toMatchObject({ manual: null, status: null });
  await ada.me.report('SCREEN_LOCKED');
  await until(() => expect(seen.at(-1)).toBe('AWAY -'));
  expect(seen.filter((word, at) => word === seen[at - 1])).toEqual([]);
  expect(await ada.customStatuses()).toEqual([]);
});
