/** What people say about themselves: the dot they pick, and their words. */
import { describe, expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { attempt, dotOf, http, lookAt, mutate, refusalOf, selfOf } from './operations.ts';

const ada = { token: 'dev:ada' };

/** A moment, so many seconds after the manual clock began. */
const at = (seconds: number) => new Date(Date.UTC(2026, 5, 1, 12, 0, 0, seconds * 1_000)).toISOString();

/** Ada on one device, and somebody who watches her. */
async function adaWatched(service: Service) {
  const device = await service.connect(ada);
  return { device, onlooker: await watch(service, ['ada']) };
}

describe('a picked dot', () => {
  it.each(['AWAY', 'BUSY'] as const)('%s holds, whatever devices do, until it is changed', async (picked) => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    const { viewer } = await mutate(device, 'setStatus', { availability: picked });
    expect(viewer).toMatchObject({ availability: picked, manual: picked, explanation: { rule: 'MANUAL' } });
    expect(await onlooker.next()).toBe(`ada ${picked}`);
    for (const activity of ['IDLE', 'SCREEN_LOCKED', 'ACTIVE']) await mutate(device, 'reportActivity', { activity });
    await service.clock.pass(400);
    await service.connect(ada);
    await onlooker.sawNothing();
    await mutate(device, 'setStatus', { availability: 'ONLINE' });
    expect(await onlooker.next()).toBe('ada ONLINE');
    expect(await selfOf(device)).toMatchObject({ manual: null, explanation: { rule: 'ACTIVE_SESSION' } });
  });

  it('is kept while nobody is connected, and shows again with the next device', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setStatus', { availability: 'BUSY', text: 'writing', emoji: '📝' });
    expect(await onlooker.next()).toBe('ada BUSY 📝 writing');
    await device.close();
    await service.clock.pass(5);
    expect(await onlooker.next()).toBe('ada OFFLINE');
    expect((await lookAt(http(service, 'dev:bo'), 'ada')).presence).toMatchObject({ online: false, status: null });
    expect(await selfOf(http(service, 'dev:ada'))).toMatchObject({
      availability: 'OFFLINE',
      manual: 'BUSY',
      status: { text: 'writing', emoji: '📝' },
    });
    await service.clock.pass(100_000);
    await service.connect(ada);
    expect(await onlooker.next()).toBe('ada BUSY 📝 writing');
  });

  it('can be set before anybody has connected', async () => {
    const service = await startService();
    await mutate(http(service, 'dev:ada'), 'setStatus', { availability: 'AWAY', text: 'back on Monday' });
    expect(await dotOf(service, 'ada')).toBe('OFFLINE');
    const onlooker = await watch(service, ['ada']);
    await service.connect(ada);
    expect(await onlooker.next()).toBe('ada AWAY back on Monday');
  });
});

describe('words', () => {
  const setTo = { text: 'old words', emoji: '🧓' };
  it.each([
    ['a text alone clears the emoji', { text: 'new' }, 'ada BUSY new'],
    ['an emoji alone clears the text', { emoji: '🌴' }, 'ada BUSY 🌴'],
    ['both stand together', { text: 'new', emoji: '🌴' }, 'ada BUSY 🌴 new'],
    ['a text is trimmed', { text: ' \t new words  ' }, 'ada BUSY new words'],
    ['a dot without words clears them', { availability: 'AWAY' }, 'ada AWAY'],
    ['ONLINE without words clears them too', { availability: 'ONLINE' }, 'ada ONLINE'],
    ['a dot with words sets both', { availability: 'AWAY', text: 'lunch' }, 'ada AWAY lunch'],
    ['120 family emojis are 120 characters', { text: '👨‍👩‍👧‍👦'.repeat(120) }, `ada BUSY ${'👨‍👩‍👧‍👦'.repeat(120)}`],
    ['a flag, a keycap and a skin tone are an emoji each', { emoji: '👋🏽' }, 'ada BUSY 👋🏽'],
  ])('%s', async (_, input, line) => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setStatus', { availability: 'BUSY', ...setTo });
    expect(await onlooker.next()).toBe('ada BUSY 🧓 old words');
    await mutate(device, 'setStatus', input);
    expect(await onlooker.next()).toBe(line);
  });

  it('with ONLINE leave the dot automatic: AWAY when idle', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setStatus', { availability: 'ONLINE', text: 'ask me' });
    expect(await onlooker.next()).toBe('ada ONLINE ask me');
    await service.clock.pass(300);
    expect(await onlooker.next()).toBe('ada AWAY ask me');
  });

  it('set as they are already are announced to nobody', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    for (let times = 0; times < 3; times++) await mutate(device, 'setStatus', { text: 'same', emoji: '🧱' });
    expect(await onlooker.next()).toBe('ada ONLINE 🧱 same');
    await onlooker.sawNothing();
  });
});

describe('clearStatus', () => {
  it('ends pick, words and plans, and leaves invisible and the session as they are', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setInvisible', { invisible: true });
    await mutate(device, 'setStatus', { availability: 'BUSY', text: 'no' });
    await mutate(device, 'setStatus', { availability: 'AWAY', startsAt: at(60) });
    const { viewer } = await mutate(device, 'clearStatus', {});
    expect(viewer).toMatchObject({ availability: 'ONLINE', manual: null, status: null, claims: [], invisible: true });
    expect(await onlooker.next()).toBe('ada OFFLINE');
    await service.clock.pass(61);
    await onlooker.sawNothing();
    expect(await device.ask('mutation { clearStatus { viewer { invisible } } }')).toEqual({
      data: { clearStatus: { viewer: { invisible: true } } },
    });
  });
});

describe('status texts that administrators have switched off', () => {
  it('are refused in every way, while emojis, custom statuses and what is there already stay', async () => {
    const service = await startService();
    const admin = http(service, 'dev:root:admin');
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setStatus', { text: 'still here' });
    await mutate(admin, 'updateSettings', { allowStatusText: false });
    const { customStatus } = await mutate(admin, 'createCustomStatus', { name: 'Lunch', availability: 'AWAY' });
    const backend = http(service, 'dev:backend:server');
    for (const refused of [
      await attempt(device, 'setStatus', { text: 'no' }),
      await attempt(device, 'setStatus', { availability: 'BUSY', text: 'no', emoji: '🚫', startsAt: at(60) }),
      await attempt(backend, 'setStatus', { text: 'no', userId: 'ada' }),
      await attempt(backend, 'upsertUsers', { users: [{ id: 'ada', status: { text: 'no' } }] }),
      await attempt(device, 'openSession', { status: { text: 'no' } }),
    ]) {
      expect(refusalOf(refused)).toMatchObject({ code: 'STATUS_TEXT_DISABLED', retryable: false });
    }
    expect(await onlooker.next()).toBe('ada ONLINE still here');
    await onlooker.sawNothing();
    await mutate(device, 'setStatus', { emoji: '🌴' });
    expect(await onlooker.next()).toBe('ada ONLINE 🌴');
    await mutate(device, 'setStatus', { customStatusId: customStatus.id });
    expect(await onlooker.next()).toBe('ada AWAY Lunch');
  });

  it('that were planned before do not come; the one that is there may be said again', async () => {
    const service = await startService();
    const admin = http(service, 'dev:root:admin');
    const { customStatus } = await mutate(admin, 'createCustomStatus', { name: 'Lunch', availability: 'AWAY' });
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setStatus', { text: 'here' });
    await mutate(device, 'setStatus', { availability: 'BUSY', text: 'planned', startsAt: at(60) });
    await mutate(device, 'setStatus', { customStatusId: customStatus.id, startsAt: at(120) });
    await mutate(admin, 'updateSettings', { allowStatusText: false });
    expect(await onlooker.next()).toBe('ada ONLINE here');
    await service.connect({ ...ada, status: { text: 'here' } });
    await service.clock.pass(60);
    await onlooker.sawNothing();
    await service.clock.pass(60);
    expect(await onlooker.next()).toBe('ada AWAY Lunch');
  });
});
