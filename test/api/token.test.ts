/** Who is let in: tokens that are good, bad, missing, or at their end. */
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { type ConnectionInit, startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { closeCodeFor, http, lookAt, mutate, refusalOf, selfOf } from './operations.ts';

const SECRET = 'a-secret-of-more-than-thirty-two-bytes';
const NOON = Date.UTC(2026, 5, 1, 12) / 1_000; // where the manual clock begins

const sign = (claims: object, secret = SECRET): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));

describe('a token that is not good', () => {
  const expired = NOON - 1;
  it.each([
    ['of words', async () => 'nonsense', 4401],
    ['of development mode', async () => 'dev:ada', 4401],
    ['signed with another secret', () => sign({ sub: 'ada', aud: 'us' }, `${SECRET}!`), 4401],
    ['not signed at all', async () => new UnsecuredJWT({ sub: 'ada', aud: 'us' }).encode(), 4401],
    ['for another audience', () => sign({ sub: 'ada', aud: 'them' }), 4401],
    ['without an audience', () => sign({ sub: 'ada' }), 4401],
    ['without a subject', () => sign({ aud: 'us' }), 4401],
    ['of an unknown role', () => sign({ sub: 'ada', aud: 'us', role: 'king' }), 4401],
    ['for a forbidden user id', () => sign({ sub: '__proto__', aud: 'us' }), 4401],
    ['that has expired', () => sign({ sub: 'ada', aud: 'us', exp: expired }), 4403],
  ])('%s is refused over every wire', async (_, make, code) => {
    const service = await startService({ JWT_SECRET: SECRET, JWT_AUDIENCE: 'us' });
    const token = await make();
    await expect(service.connect({ token })).rejects.toMatchObject({ code });
    const reason = code === 4403 ? 'EXPIRED' : 'INVALID';
    for (const operation of ['{ viewer { id } }', 'mutation { openSession(input: {}) { session { id } } }']) {
      const refusal = refusalOf(await service.ask(token, operation));
      expect(refusal).toMatchObject({ code: 'UNAUTHENTICATED', reason, retryable: false });
    }
    const good = http(service, await sign({ sub: 'bo', aud: ['them', 'us'] }));
    expect((await lookAt(good, 'ada')).presence.lastActive).toBeNull();
  });
});

describe('without a token', () => {
  it('a socket is closed with 4401', async () => {
    const service = await startService({ PRESENCE_GRAPHIQL: 'off' });
    for (const payload of [undefined, {}, { token: null }, { token: '' }, { session: false }, { token: 'Bearer ' }]) {
      expect(await closeCodeFor(service, payload)).toBe(4401);
    }
  });

  it.each<ConnectionInit>([
    { session: true },
    { device: 'WEB' },
    { activity: 'ACTIVE' },
    { sessionId: 'session:x' },
    { invisible: true },
    { status: { text: 'hi' } },
  ])('nobody can appear, where GraphiQL may connect either (%j)', async (init) => {
    const service = await startService();
    await expect(service.connect(init)).rejects.toMatchObject({ code: 4401 });
  });

  it('GraphiQL connects, and each of its operations brings a token or is refused', async () => {
    const service = await startService();
    const device = await service.connect({});
    expect(device).toMatchObject({ sessionId: null, userId: null });
    const viewer = '{ viewer { id } }';
    for (const operation of [viewer, '{ onlineCount }', 'subscription { viewerChanged { id } }']) {
      expect(refusalOf(await device.ask(operation))).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    const answer = new Promise((resolve) => device.socket.once('message', (data) => resolve(JSON.parse(String(data)))));
    const extensions = { headers: { Authorization: 'Bearer dev:ada' } };
    device.socket.send(JSON.stringify({ id: 'x', type: 'subscribe', payload: { query: viewer, extensions } }));
    expect(await answer).toMatchObject({ payload: { data: { viewer: { id: 'viewer:ada' } } } });
  });

  it('every query and mutation over HTTP is refused', async () => {
    const service = await startService();
    const operations = [
      '{ viewer { id } }',
      '{ user(id: "ada") { id } }',
      '{ users(ids: ["ada"]) { id } }',
      '{ node(id: "ada") { id } }',
      '{ onlineCount }',
      '{ customStatuses { id } }',
      '{ settings { id } }',
      'mutation { setStatus(input: { text: "hi" }) { viewer { id } } }',
      'mutation { openSession(input: {}) { session { id } } }',
      'mutation { updateSettings(input: { allowInvisible: false }) { settings { id } } }',
    ];
    for (const operation of operations) {
      expect(refusalOf(await service.ask(null, operation))).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });
});

describe('a token that expires', () => {
  it('closes its socket with 4403; its person stays for 5 seconds, then is OFFLINE', async () => {
    const service = await startService({ JWT_SECRET: SECRET });
    const tokens = { token: await sign({ sub: 'onlooker' }), marker: await sign({ sub: 'marker' }) };
    const onlooker = await watch(service, ['ada'], tokens);
    const device = await service.connect({ token: await sign({ sub: 'ada', exp: NOON + 60 }) });
    expect(await onlooker.next()).toBe('ada ONLINE');
    await service.clock.pass(59.999);
    expect(await selfOf(device)).toMatchObject({ availability: 'ONLINE' });
    await service.clock.pass(0.001);
    expect(await device.closed).toBe(4403);
    await service.clock.pass(4.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada OFFLINE');
  });

  it('and is replaced in time was never gone', async () => {
    const service = await startService({ JWT_SECRET: SECRET });
    const tokens = { token: await sign({ sub: 'onlooker' }), marker: await sign({ sub: 'marker' }) };
    const device = await service.connect({ token: await sign({ sub: 'ada', exp: NOON + 60 }) });
    const onlooker = await watch(service, ['ada'], tokens);
    await service.clock.pass(60);
    await device.closed;
    const again = await service.connect({ token: await sign({ sub: 'ada' }), sessionId: device.sessionId });
    expect(again.sessionId).toBe(device.sessionId);
    await service.clock.pass(60);
    await onlooker.sawNothing();
  });

  it('ends what is followed over server-sent events', async () => {
    const service = await startService({ JWT_SECRET: SECRET });
    const token = await sign({ sub: 'ada', exp: NOON + 60 });
    const stream = await service.listen(token, 'subscription { presenceChanged(userIds: ["bo"]) { initial } }');
    expect(await stream.take()).toEqual({ data: { presenceChanged: { initial: true } } });
    await service.clock.pass(60);
    expect(refusalOf(await stream.take())).toMatchObject({ code: 'UNAUTHENTICATED' });
    await stream.ended;
  });
});

it('the name in the token is what others read; a newer one replaces it, an older one does not', async () => {
  const service = await startService({ JWT_SECRET: SECRET });
  const by = http(service, await sign({ sub: 'bo' }));
  const nameAfter = async (name: string, iat: number) => {
    await service.connect({ token: await sign({ sub: 'ada', name, iat }) });
    return (await lookAt(by, 'ada')).name;
  };
  expect(await nameAfter('Ada', NOON - 60)).toBe('Ada');
  expect(await nameAfter('Ada Lovelace', NOON - 30)).toBe('Ada Lovelace');
  expect(await nameAfter('Ada Byron', NOON - 90)).toBe('Ada Lovelace');
});

it('a name that the backend says and one in a token replace each other, the newer the older, whichever comes last', async () => {
  const service = await startService({ JWT_SECRET: SECRET });
  const backend = http(service, await sign({ sub: 'backend', role: 'server' }));
  const connects = async (name: string, iat: number) => {
    await service.connect({ token: await sign({ sub: 'ada', name, iat }) });
    return (await lookAt(backend, 'ada')).name;
  };
  const says = async (name: string) =>
    (await mutate(backend, 'upsertUsers', { users: [{ id: 'ada', name }] })).users[0]?.name;
  expect(await connects('Token', NOON - 60)).toBe('Token');
  expect(await says('Backend')).toBe('Backend');
  await service.clock.pass(60);
  expect(await connects('Token of before', NOON - 1)).toBe('Backend');
  expect(await connects('Token of now', NOON + 30)).toBe('Token of now');
  await service.clock.pass(1);
  expect(await says('Backend again')).toBe('Backend again');
});
