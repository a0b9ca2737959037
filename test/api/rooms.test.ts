import { describe, expect, inject, test } from 'vitest';
import { rest } from '../support/manual-clock.ts';
import { startService } from '../support/service.ts';

const WATCH = `subscription ($key: String!) { roomChanged(key: $key) { kind count member { id label metadata expiresAt user { id } } } }`;
const ENTER = `mutation ($input: EnterRoomInput!) { enterRoom(input: $input) { sessionId room { count members { edges { node { label user { id presence { availability } } } } } } } }`;
const LEAVE = `mutation ($input: LeaveRoomInput!) { leaveRoom(input: $input) { room { count } } }`;
const HIDE = `mutation ($invisible: Boolean!) { setInvisible(input: { invisible: $invisible }) { viewer { invisible } } }`;

interface Change {
  readonly roomChanged: {
    readonly kind: string;
    readonly count: number;
    readonly member: { readonly label: string; readonly metadata: unknown; readonly user: { readonly id: string } };
  };
}

describe.each([
  ['embedded', () => ({})],
  ['Redis', () => ({ REDIS_URL: inject('redisUrl'), PRESENCE_REDIS_PREFIX: `rooms-${Math.random()}:` })],
])('a room on the %s store', (_, env) => {
  async function setUp() {
    const service = await startService(env());
    const watcher = await service.connect({ token: 'dev:watcher', session: false });
    const stream = watcher.subscribe<Change>(WATCH, { key: 'doc:1' });
    const told = async () => {
      const { data, errors } = await stream.take();
      expect(errors).toBeUndefined();
      const { kind, count, member } = (data as Change).roomChanged;
      return [kind, member.user.id, member.label, count];
    };
    /** Until what was under way for this person is written down: changes of one person wait for each other. */
    const written = (user: string) => service.ask(`dev:${user}`, 'mutation { clearStatus { viewer { id } } }');
    return { service, told, written };
  }

  test('shows who comes, changes and leaves', async () => {
    const { service, told } = await setUp();
    const ada = await service.connect({ token: 'dev:ada' });
    const answer = await ada.ask(ENTER, { input: { key: 'doc:1', metadata: { cursor: 3 } } });
    expect(answer.data).toMatchObject({
      enterRoom: {
        room: {
          count: 1,
          members: {
            edges: [{ node: { label: 'online', user: { id: 'ada', presence: { availability: 'ONLINE' } } } }],
          },
        },
      },
    });
    expect(await told()).toEqual(['ENTERED', 'ada', 'online', 1]);
    await ada.ask(ENTER, { input: { key: 'doc:1', label: 'editing' } });
    expect(await told()).toEqual(['UPDATED', 'ada', 'editing', 1]);
    const grace = await service.connect({ token: 'dev:grace' });
    await grace.ask(ENTER, { input: { key: 'doc:1' } });
    expect(await told()).toEqual(['ENTERED', 'grace', 'online', 2]);
    await ada.ask(LEAVE, { input: { key: 'doc:1' } });
    expect(await told()).toEqual(['LEFT', 'ada', 'editing', 1]);
  });

  test('is left by the same grace rules as everything', async () => {
    const { service, told, written } = await setUp();
    const ada = await service.connect({ token: 'dev:ada' });
    await ada.ask(ENTER, { input: { key: 'doc:1' } });
    expect(await told()).toEqual(['ENTERED', 'ada', 'online', 1]);
    await ada.close();
    await written('ada');
    await service.clock.pass(4.9);
    const grace = await service.connect({ token: 'dev:grace' });
    await grace.ask(ENTER, { input: { key: 'doc:1' } });
    expect(await told()).toEqual(['ENTERED', 'grace', 'online', 2]);
    await service.clock.pass(0.2);
    expect(await told()).toEqual(['LEFT', 'ada', 'online', 1]);
  });

  test('lets typing revert to the label before', async () => {
    const { service, told } = await setUp();
    const ada = await service.connect({ token: 'dev:ada' });
    await ada.ask(ENTER, { input: { key: 'doc:1', label: 'reading' } });
    await ada.ask(ENTER, { input: { key: 'doc:1', label: 'typing', expiresInSeconds: 5 } });
    expect([await told(), await told()]).toEqual([
      ['ENTERED', 'ada', 'reading', 1],
      ['UPDATED', 'ada', 'typing', 1],
    ]);
    await service.clock.pass(5);
    expect(await told()).toEqual(['UPDATED', 'ada', 'reading', 1]);
  });

  test('shows nobody who is invisible, and shows them again when they cease to be', async () => {
    const { service, told } = await setUp();
    const ada = await service.connect({ token: 'dev:ada' });
    await ada.ask(ENTER, { input: { key: 'doc:1' } });
    expect(await told()).toEqual(['ENTERED', 'ada', 'online', 1]);
    await ada.ask(HIDE, { invisible: true });
    expect(await told()).toEqual(['LEFT', 'ada', 'online', 0]);
    await ada.ask(ENTER, { input: { key: 'doc:1', label: 'secret' } });
    await rest();
    const { data } = await service.ask(
      'dev:admin:admin',
      '{ room(key: "doc:1") { count member(userId: "ada") { label } members { edges { cursor } } } }',
    );
    expect(data).toEqual({ room: { count: 0, member: null, members: { edges: [] } } });
    await ada.ask(HIDE, { invisible: false });
    expect(await told()).toEqual(['ENTERED', 'ada', 'secret', 1]);
  });

  test('does not tell of somebody who ceases to hide what they did while hidden', async () => {
    const { service, told } = await setUp();
    const [grace, bob] = [await service.connect({ token: 'dev:grace' }), await service.connect({ token: 'dev:bob' })];
    await grace.ask(ENTER, { input: { key: 'doc:1', label: 'reading' } });
    expect(await told()).toEqual(['ENTERED', 'grace', 'reading', 1]);
    await service.clock.pass(60);
    await grace.ask(HIDE, { invisible: true });
    expect(await told()).toEqual(['LEFT', 'grace', 'reading', 0]);
    await service.clock.pass(60);
    await bob.ask(ENTER, { input: { key: 'doc:1' } });
    expect(await told()).toEqual(['ENTERED', 'bob', 'online', 1]);
    await grace.ask(ENTER, { input: { key: 'doc:1', label: 'secretly' } });
    await service.clock.pass(60);
    await grace.ask(HIDE, { invisible: false });
    expect(await told()).toEqual(['ENTERED', 'grace', 'secretly', 2]);
    const { data } = await service.ask(
      'dev:ada',
      '{ room(key: "doc:1") { members { edges { node { lastSeen user { id } } } } } }',
    );
    expect(data).toMatchObject({
      room: {
        members: {
          edges: [
            { node: { user: { id: 'bob' }, lastSeen: '2026-06-01T12:02:00.000Z' } },
            { node: { user: { id: 'grace' }, lastSeen: '2026-06-01T12:03:00.000Z' } },
          ],
        },
      },
    });
  });

  test('lets typing in one tab revert to what another tab said last', async () => {
    const { service, told } = await setUp();
    const [first, second] = [await service.connect({ token: 'dev:ada' }), await service.connect({ token: 'dev:ada' })];
    await first.ask(ENTER, { input: { key: 'doc:1', label: 'reading' } });
    expect(await told()).toEqual(['ENTERED', 'ada', 'reading', 1]);
    await service.clock.pass(1);
    await second.ask(ENTER, { input: { key: 'doc:1', label: 'tab2' } });
    expect(await told()).toEqual(['UPDATED', 'ada', 'tab2', 1]);
    await service.clock.pass(1);
    await first.ask(ENTER, { input: { key: 'doc:1', label: 'typing', expiresInSeconds: 5 } });
    expect(await told()).toEqual(['UPDATED', 'ada', 'typing', 1]);
    await service.clock.pass(5);
    expect(await told()).toEqual(['UPDATED', 'ada', 'tab2', 1]);
  });

  test('shows one member for several devices: what was said last, until the last of them leaves', async () => {
    const { service, told } = await setUp();
    const [phone, laptop] = [await service.connect({ token: 'dev:ada' }), await service.connect({ token: 'dev:ada' })];
    await phone.ask(ENTER, { input: { key: 'doc:1', label: 'on the phone' } });
    expect(await told()).toEqual(['ENTERED', 'ada', 'on the phone', 1]);
    await service.clock.pass(1);
    await laptop.ask(ENTER, { input: { key: 'doc:1', label: 'at the desk' } });
    expect(await told()).toEqual(['UPDATED', 'ada', 'at the desk', 1]);
    await service.clock.pass(1);
    await phone.ask(ENTER, { input: { key: 'doc:1', label: 'walking' } });
    expect(await told()).toEqual(['UPDATED', 'ada', 'walking', 1]);
    await phone.ask(LEAVE, { input: { key: 'doc:1' } });
    expect(await told()).toEqual(['UPDATED', 'ada', 'at the desk', 1]);
    const { data } = await laptop.ask(LEAVE, { input: { key: 'doc:1' } });
    expect(data).toEqual({ leaveRoom: { room: { count: 0 } } });
    expect(await told()).toEqual(['LEFT', 'ada', 'at the desk', 0]);
  });

  test('is left by a dropped socket as soon as its session is over, and not before', async () => {
    const { service, told, written } = await setUp();
    const [ada, grace] = [await service.connect({ token: 'dev:ada' }), await service.connect({ token: 'dev:grace' })];
    await ada.ask(ENTER, { input: { key: 'doc:1' } });
    expect(await told()).toEqual(['ENTERED', 'ada', 'online', 1]);
    await ada.drop();
    await written('ada');
    await service.clock.pass(29.9);
    await grace.ask(ENTER, { input: { key: 'doc:1' } });
    expect(await told()).toEqual(['ENTERED', 'grace', 'online', 2]);
    await service.clock.pass(0.2);
    expect(await told()).toEqual(['LEFT', 'ada', 'online', 1]);
  });

  test('is not left by a dropped socket whose client comes back with its session', async () => {
    const { service, told, written } = await setUp();
    const [ada, grace] = [await service.connect({ token: 'dev:ada' }), await service.connect({ token: 'dev:grace' })];
    await ada.ask(ENTER, { input: { key: 'doc:1', label: 'reading' } });
    expect(await told()).toEqual(['ENTERED', 'ada', 'reading', 1]);
    await ada.drop();
    await written('ada');
    await service.clock.pass(20);
    const back = await service.connect({ token: 'dev:ada', sessionId: ada.sessionId });
    expect(back.sessionId).toBe(ada.sessionId);
    await service.clock.pass(60);
    await grace.ask(ENTER, { input: { key: 'doc:1' } });
    expect(await told()).toEqual(['ENTERED', 'grace', 'online', 2]);
  });

  test('keeps a guest without a WebSocket for as long as they enter again', async () => {
    const { service, told } = await setUp();
    const enter = async (more: object) => {
      const { data } = await service.ask<{ enterRoom: { sessionId: string } }>('dev:visitor:guest', ENTER, {
        input: { key: 'doc:1', ...more },
      });
      return data?.enterRoom.sessionId;
    };
    const sessionId = await enter({});
    expect(await told()).toEqual(['ENTERED', 'visitor', 'online', 1]);
    await service.clock.pass(70);
    expect(await enter({ sessionId })).toBe(sessionId);
    expect(await told()).toEqual(['UPDATED', 'visitor', 'online', 1]);
    await service.clock.pass(74);
    await service.clock.pass(1);
    expect(await told()).toEqual(['LEFT', 'visitor', 'online', 0]);
  });

  test.each([
    ['a label of 65 characters', { label: 'x'.repeat(65) }, 'label'],
    ['an empty label', { label: ' ' }, 'label'],
    ['an empty key', { key: '' }, 'key'],
    ['a key with a control character', { key: 'a\u0007b' }, 'key'],
    ['no time at all', { expiresInSeconds: 0 }, 'expiresInSeconds'],
    ['metadata of more than 2 KiB', { metadata: { text: 'x'.repeat(2_100) } }, 'metadata'],
    ['metadata of six levels', { metadata: { a: { b: { c: { d: { e: {} } } } } } }, 'metadata'],
    ['metadata that is a list', { metadata: [1] }, 'metadata'],
  ])('refuses %s, and nobody enters', async (_, wrong, field) => {
    const { service } = await setUp();
    const ada = await service.connect({ token: 'dev:ada' });
    const guest = await service.connect({ token: 'dev:gus:guest' });
    const onHttp = { ask: (query: string, given: object) => service.ask('dev:gus:guest', query, given) };
    for (const asker of [ada, guest, onHttp]) {
      const { errors } = await asker.ask(ENTER, { input: { key: 'doc:1', ...wrong } });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
    }
    expect((await service.ask('dev:ada', '{ room(key: "doc:1") { count } }')).data).toEqual({ room: { count: 0 } });
    // No guest was given a session either.
    const { data } = await service.ask('dev:gus', '{ viewer { sessions { id } } }');
    expect(data).toEqual({ viewer: { sessions: [] } });
  });

  test('is not entered when the page of it that is asked for cannot be', async () => {
    const { service } = await setUp();
    const ada = await service.connect({ token: 'dev:ada' });
    for (const page of ['first: 501', 'after: "AAAA"']) {
      const { errors } = await ada.ask(
        `mutation { enterRoom(input: { key: "doc:1" }) { room { members(${page}) { edges { cursor } } } } }`,
      );
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: page.split(':')[0] });
    }
    expect((await ada.ask('{ room(key: "doc:1") { count } }')).data).toEqual({ room: { count: 0 } });
  });

  test('is of one site, and has pages', async () => {
    const { service } = await setUp();
    for (const name of ['a', 'b', 'c']) {
      await (await service.connect({ token: `dev:${name}` })).ask(ENTER, { input: { key: 'doc:1' } });
      await service.clock.pass(1);
    }
    const page =
      'query ($after: String) { room(key: "doc:1") { members(first: 2, after: $after) { edges { node { id user { id } } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }';
    const first = (await service.ask('dev:a', page)).data;
    expect(first).toMatchObject({
      room: {
        members: {
          edges: [{ node: { id: 'member:doc%3A1:a' } }, { node: { user: { id: 'b' } } }],
          pageInfo: { hasNextPage: true, hasPreviousPage: false },
        },
      },
    });
    const { endCursor } = (first as { room: { members: { pageInfo: { endCursor: string } } } }).room.members.pageInfo;
    expect((await service.ask('dev:a', page, { after: endCursor })).data).toMatchObject({
      room: {
        members: { edges: [{ node: { user: { id: 'c' } } }], pageInfo: { hasNextPage: false, hasPreviousPage: true } },
      },
    });
    const places = ['a', '1780315200000 a', '001780315200000a', '001780315200000 ', '00178031520000x a', 'team\u00007'];
    for (const after of ['', 'AAAA', ...places.map((place) => Buffer.from(place).toString('base64url'))]) {
      const { errors } = await service.ask('dev:a', page, { after });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
    }
    expect(
      (await service.ask('dev:a', '{ node(id: "member:doc%3A1:c") { id ... on RoomMember { label color } } }')).data,
    ).toMatchObject({
      node: { id: 'member:doc%3A1:c', label: 'online', color: expect.stringMatching(/^#[0-9a-f]{6}$/) },
    });
    expect((await service.ask('dev:a:user:elsewhere', '{ room(key: "doc:1") { count } }')).data).toEqual({
      room: { count: 0 },
    });
  });

  test('lets guests in, who are in the room and nowhere else', async () => {
    const { service, told, written } = await setUp();
    const guest = await service.connect({ token: 'dev:visitor:guest' });
    expect(guest.sessionId).toBeNull();
    await guest.ask(ENTER, { input: { key: 'doc:1', metadata: { name: 'A visitor' } } });
    expect(await told()).toEqual(['ENTERED', 'visitor', 'online', 1]);
    const { data } = await service.ask(
      'dev:ada',
      '{ user(id: "visitor") { presence { availability lastActive } } onlineCount }',
    );
    expect(data).toEqual({ user: { presence: { availability: 'OFFLINE', lastActive: null } }, onlineCount: 0 });
    await guest.close();
    await written('visitor');
    await service.clock.pass(5);
    expect(await told()).toEqual(['LEFT', 'visitor', 'online', 0]);
  });
});
