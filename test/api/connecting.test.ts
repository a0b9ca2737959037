/** What a device says when it connects, and how its person appears. */
import { describe, expect, it } from 'vitest';
import { startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { attempt, closeCodeFor, dotOf, http, LOOK, lookAt, mutate, refusalOf, selfOf } from './operations.ts';

describe('a malformed connection_init', () => {
  it.each([
    ['a token that is no text', { token: 7 }],
    ['a session that is no yes or no', { token: 'dev:ada', session: 'yes' }],
    ['an unknown device', { token: 'dev:ada', device: 'FRIDGE' }],
    ['an activity one cannot begin with', { token: 'dev:ada', activity: 'SLEEP' }],
    ['an invisible that is no yes or no', { token: 'dev:ada', invisible: 'true' }],
    ['a status that is a text', { token: 'dev:ada', status: 'hi' }],
    ['an empty status', { token: 'dev:ada', status: {} }],
    ['a status text that is too long', { token: 'dev:ada', status: { text: 'x'.repeat(121) } }],
    ['a status text of only spaces', { token: 'dev:ada', status: { text: '  ' } }],
    ['a status with two emojis', { token: 'dev:ada', status: { emoji: '🌴🌴' } }],
    ['a session id that is too long', { token: 'dev:ada', sessionId: 'x'.repeat(129) }],
    ['a list', [{ token: 'dev:ada' }]],
    ['a text', 'dev:ada'],
  ])('with %s closes with 4400, and nobody appears', async (_, payload) => {
    const service = await startService();
    expect(await closeCodeFor(service, payload)).toBe(4400);
    expect((await selfOf(http(service, 'dev:ada'))).sessions).toEqual([]);
    expect((await lookAt(http(service, 'dev:bo'), 'ada')).presence.lastActive).toBeNull();
  });

  it('says what is wrong with it', async () => {
    const service = await startService();
    const refused = service.connect({ token: 'dev:ada', device: 'FRIDGE' });
    await expect(refused).rejects.toMatchObject({ code: 4400, reason: expect.stringContaining('device') });
  });

  it('is not one with null for what is left out, or with more than the server knows', async () => {
    const service = await startService();
    const nothing = { session: null, sessionId: null, device: null, activity: null, invisible: null, status: null };
    expect(await service.connect({ token: 'dev:ada', ...nothing, theme: 'dark' })).toMatchObject({ userId: 'ada' });
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
  });
});

describe('who has no session by connecting', () => {
  it.each([
    ['a backend', { token: 'dev:ada:server' }],
    ['a guest', { token: 'dev:ada:guest' }],
    ['whoever only watches', { token: 'dev:ada', session: false }],
    ['a backend that asks for one', { token: 'dev:ada:server', session: true }],
  ])('%s can ask and watch, and is not seen', async (_, init) => {
    const service = await startService();
    const device = await service.connect(init);
    expect(device).toMatchObject({ sessionId: null, userId: 'ada' });
    const look = `{ user(id: "ada") { ${LOOK} } }`;
    expect(await device.ask(look)).toMatchObject({
      data: { user: { presence: { availability: 'OFFLINE', lastActive: null } } },
    });
    expect(await selfOf(device)).toMatchObject({ sessions: [], explanation: { rule: 'NO_SESSION' } });
  });

  it.each(['dev:ada', 'dev:ada:admin'])('not %s, who appears', async (token) => {
    const service = await startService();
    expect((await service.connect({ token })).sessionId).not.toBeNull();
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
  });
});

describe('how somebody appears from the start', () => {
  it('invisible is never seen, not even for a moment', async () => {
    const service = await startService();
    const onlooker = await watch(service, ['ada']);
    const device = await service.connect({ token: 'dev:ada', invisible: true, status: { text: 'here' } });
    expect(await selfOf(device)).toMatchObject({ invisible: true, availability: 'ONLINE', status: { text: 'here' } });
    await service.clock.pass(400);
    await device.close();
    await service.clock.pass(10);
    await onlooker.sawNothing();
    const nobody = await lookAt(http(service, 'dev:onlooker'), 'stranger');
    const seen = await lookAt(http(service, 'dev:onlooker'), 'ada');
    expect(seen.presence).toEqual({ ...nobody.presence, id: 'presence:ada', user: { id: 'ada' } });
  });

  it('a status is there with the first thing that others see', async () => {
    const service = await startService();
    const onlooker = await watch(service, ['ada']);
    await service.connect({ token: 'dev:ada', activity: 'IDLE', status: { text: ' out ', emoji: '🌴' } });
    expect(await onlooker.next()).toBe('ada AWAY 🌴 out');
    await service.connect({ token: 'dev:ada' });
    expect(await onlooker.next()).toBe('ada ONLINE 🌴 out');
    await service.connect({ token: 'dev:ada', status: { emoji: '🏠' } });
    expect(await onlooker.next()).toBe('ada ONLINE 🏠');
  });

  it('invisible: false ends hiding, and leaving it out does not', async () => {
    const service = await startService();
    const onlooker = await watch(service, ['ada']);
    await service.connect({ token: 'dev:ada', invisible: true });
    await service.connect({ token: 'dev:ada' });
    await onlooker.sawNothing();
    await service.connect({ token: 'dev:ada', invisible: false });
    expect(await onlooker.next()).toBe('ada ONLINE');
  });

  it('what the site has switched off closes with 4400', async () => {
    const service = await startService();
    const admin = http(service, 'dev:root:admin');
    await mutate(admin, 'updateSettings', { allowInvisible: false, allowStatusText: false });
    for (const [wish, word] of [
      [{ invisible: true }, 'INVISIBLE_DISABLED'],
      [{ status: { text: 'hi' } }, 'STATUS_TEXT_DISABLED'],
    ] as const) {
      const refused = service.connect({ token: 'dev:ada', ...wish });
      await expect(refused).rejects.toMatchObject({ code: 4400, reason: expect.stringContaining(word) });
      expect(refusalOf(await attempt(http(service, 'dev:ada'), 'openSession', wish))).toMatchObject({ code: word });
    }
    expect(await dotOf(service, 'ada')).toBe('OFFLINE');
    await service.connect({ token: 'dev:ada', invisible: false, status: { emoji: '🌴' } });
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
  });
});
