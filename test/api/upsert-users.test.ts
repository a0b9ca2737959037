/** What the application's backend says of its people. */
import { describe, expect, it } from 'vitest';
import { startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { attempt, http, lookAt, mutate, refusalOf, selfOf } from './operations.ts';

const people = (count: number) =>
  Array.from({ length: count }, (_, number) => ({ id: `user-${number}`, name: `${number}` }));

describe('upsertUsers', () => {
  it('makes people known before they have ever connected, and answers them in order', async () => {
    const service = await startService();
    const backend = http(service, 'dev:backend:server');
    const { users } = await mutate(backend, 'upsertUsers', {
      users: [
        { id: 'bo', name: ' Bo ' },
        { id: 'ada', name: 'Ada', status: { text: 'new here', emoji: '🐣' } },
        { id: 'zoe' },
      ],
    });
    expect(users.map(({ id, name }) => [id, name])).toEqual([
      ['bo', 'Bo'],
      ['ada', 'Ada'],
      ['zoe', null],
    ]);
    expect(users[1]?.presence).toMatchObject({ availability: 'OFFLINE', status: null, lastActive: null });
    const onlooker = await watch(service, ['ada']);
    await service.connect({ token: 'dev:ada' });
    expect(await onlooker.next()).toBe('ada ONLINE 🐣 new here');
  });

  it('changes what is named and leaves the rest', async () => {
    const service = await startService();
    const backend = http(service, 'dev:backend:server');
    const ada = await service.connect({ token: 'dev:ada' });
    await mutate(ada, 'setStatus', { availability: 'BUSY', text: 'mine', emoji: '🧱' });
    const onlooker = await watch(service, ['ada']);
    const upsert = (input: object) => mutate(backend, 'upsertUsers', { users: [{ id: 'ada', ...input }] });
    await upsert({ name: 'Ada' });
    await upsert({ name: null, invisible: null, status: null });
    await onlooker.sawNothing();
    await upsert({ invisible: true });
    expect(await onlooker.next()).toBe('ada OFFLINE');
    await upsert({ invisible: false, status: { text: 'theirs' } });
    expect(await onlooker.next()).toBe('ada BUSY theirs');
    expect(await selfOf(ada)).toMatchObject({ manual: 'BUSY', user: { name: 'Ada' } });
  });

  it('takes 100 people, and not one more', async () => {
    const service = await startService();
    const backend = http(service, 'dev:backend:server');
    const tooMany = refusalOf(await attempt(backend, 'upsertUsers', { users: people(101) }));
    expect(tooMany).toMatchObject({ code: 'USER_LIMIT_EXCEEDED', limit: 100, requested: 101, field: 'users' });
    expect((await lookAt(backend, 'user-0')).name).toBeNull();
    expect((await mutate(backend, 'upsertUsers', { users: people(100) })).users).toHaveLength(100);
    expect((await lookAt(backend, 'user-99')).name).toBe('99');
    expect((await mutate(backend, 'upsertUsers', { users: [] })).users).toEqual([]);
  });

  it.each([
    ['a bad id', { id: 'room:x' }, { code: 'BAD_USER_INPUT', field: 'users[2].id' }],
    ['a person named twice', { id: 'user-0' }, { code: 'BAD_USER_INPUT', field: 'users[2].id' }],
    ['an empty name', { id: 'x', name: ' ' }, { code: 'BAD_USER_INPUT', field: 'users[2].name' }],
    ['a name with a line break', { id: 'x', name: 'a\nb' }, { code: 'BAD_USER_INPUT', field: 'users[2].name' }],
    [
      'a name of 257 characters',
      { id: 'x', name: 'x'.repeat(257) },
      { code: 'BAD_USER_INPUT', field: 'users[2].name' },
    ],
    [
      'a long text',
      { id: 'x', status: { text: 'x'.repeat(121) } },
      { code: 'STATUS_TEXT_TOO_LONG', field: 'users[2].status.text' },
    ],
    ['two emojis', { id: 'x', status: { emoji: '🌴🌴' } }, { code: 'BAD_USER_INPUT', field: 'users[2].status.emoji' }],
    ['an empty status', { id: 'x', status: {} }, { code: 'BAD_USER_INPUT', field: 'users[2].status' }],
    ['an id that is missing', { name: 'x' }, { code: 'BAD_USER_INPUT', field: 'users[2]' }],
  ])('with %s among the good changes nobody', async (_, wrong, refusal) => {
    const service = await startService();
    const backend = http(service, 'dev:backend:server');
    const answer = await attempt(backend, 'upsertUsers', {
      users: [...people(2), wrong, { id: 'last', invisible: true }],
    });
    expect(refusalOf(answer)).toMatchObject(refusal);
    for (const id of ['user-0', 'user-1']) expect((await lookAt(backend, id)).name).toBeNull();
    expect((await selfOf(http(service, 'dev:last'))).invisible).toBe(false);
  });
});

describe('a name', () => {
  it('that is newer wins, whoever says it', async () => {
    const service = await startService();
    const backend = http(service, 'dev:backend:server');
    const say = async (name: string) =>
      (await mutate(backend, 'upsertUsers', { users: [{ id: 'ada', name }] })).users[0]?.name;
    expect(await say('Ada')).toBe('Ada');
    await service.clock.pass(1);
    expect(await say('Ada Lovelace')).toBe('Ada Lovelace');
    expect((await lookAt(http(service, 'dev:bo'), 'ada')).name).toBe('Ada Lovelace');
  });
});
