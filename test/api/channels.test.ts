/** Channels: who is in them as the backend says, finding one's own, and watching their people. */
import { describe, expect, inject, test } from 'vitest';
import { rest } from '../support/manual-clock.ts';
import { type Service, type Stream, startService } from '../support/service.ts';
import { type Change, lineOf } from './onlooker.ts';
import {
  type Asker,
  attempt,
  CHANNEL,
  type ChannelLook,
  dataOf,
  http,
  LOOK,
  mutate,
  PRESENCE,
  refusalOf,
} from './operations.ts';

const BACKEND = 'dev:backend:server';
const SEVEN = { type: 'team', key: '7' };
const WATCH = `subscription ($channel: ChannelRef, $userIds: [ID!]) {
  presenceChanged(channel: $channel, userIds: $userIds) { initial user { ${LOOK} } presence { ${PRESENCE} } }
}`;

const upsert = (service: Service, memberIds: readonly string[], more: object = {}, token = BACKEND) =>
  mutate(http(service, token), 'upsertChannel', { ...SEVEN, memberIds, ...more });

const switchPresence = (service: Service, presence: boolean) =>
  mutate(http(service, BACKEND), 'setChannelType', { type: 'team', presence });

const say = (service: Service, user: string, text: string) =>
  mutate(http(service, `dev:${user}`), 'setStatus', { text });

/** Somebody who watches; `ended` takes the error that the watch ends with. */
async function watch(service: Service, variables: object = { channel: SEVEN }, token = 'dev:ada') {
  const device = await service.connect({ token, session: false });
  const stream = device.subscribe<Change>(WATCH, variables);
  return {
    stream,
    device,
    told: async (count: number) => {
      const lines: string[] = [];
      while (lines.length < count) lines.push(lineOf(await stream.take()));
      return lines;
    },
    ended: () => endOf(stream),
  };
}

async function endOf(stream: Stream<Change>) {
  const refusal = refusalOf(await stream.take());
  await stream.ended;
  return refusal;
}

const STORES = [
  ['embedded', () => ({})],
  ['Redis', () => ({ REDIS_URL: inject('redisUrl'), PRESENCE_REDIS_PREFIX: `channels-${Math.random()}:` })],
] as const;

describe.each(STORES)('watching a channel on the %s store', (_, env) => {
  const start = (more: object = {}) => startService({ ...env(), ...more });

  test('shows everybody in it, and each change of theirs', async () => {
    const service = await start();
    await upsert(service, ['grace', 'ada']);
    const grace = await service.connect({ token: 'dev:grace' });
    const { told } = await watch(service);
    expect((await told(2)).sort()).toEqual(['ada is OFFLINE', 'grace is ONLINE']);
    await mutate(grace, 'setStatus', { availability: 'BUSY', text: 'Thinking' });
    expect(await told(1)).toEqual(['grace BUSY Thinking']);
    await service.connect({ token: 'dev:ada' });
    expect(await told(1)).toEqual(['ada ONLINE']);
  });

  test('shows whoever comes to be in it, and nothing more of whoever is not any more', async () => {
    const service = await start();
    await upsert(service, ['ada', 'grace']);
    for (const user of ['ada', 'grace', 'hal']) await service.connect({ token: `dev:${user}` });
    const { told } = await watch(service);
    expect((await told(2)).sort()).toEqual(['ada is ONLINE', 'grace is ONLINE']);
    await upsert(service, ['ada', 'hal']);
    expect(await told(1)).toEqual(['hal is ONLINE']);
    await say(service, 'grace', 'unseen');
    await say(service, 'hal', 'seen');
    expect(await told(1)).toEqual(['hal ONLINE seen']);
    await upsert(service, ['grace', 'hal', 'ada']);
    expect(await told(1)).toEqual(['grace is ONLINE unseen']);
  });

  test('goes on for whoever is named too, whether or not they are in it', async () => {
    const service = await start();
    await upsert(service, ['ada', 'grace']);
    const { told } = await watch(service, { channel: SEVEN, userIds: ['grace', 'hal', 'grace'] });
    expect((await told(3)).sort()).toEqual(['ada is OFFLINE', 'grace is OFFLINE', 'hal is OFFLINE']);
    await upsert(service, ['ada']);
    await service.connect({ token: 'dev:grace' });
    expect(await told(1)).toEqual(['grace ONLINE']);
    await upsert(service, ['ada', 'hal']);
    await service.connect({ token: 'dev:hal' });
    expect(await told(1)).toEqual(['hal ONLINE']);
  });

  test('of nobody waits for somebody to come', async () => {
    const service = await start();
    await upsert(service, []);
    const { told } = await watch(service, { channel: SEVEN }, BACKEND);
    await rest();
    await upsert(service, ['hal']);
    expect(await told(1)).toEqual(['hal is OFFLINE']);
  });

  test('tells nothing when only its fields change, or nothing', async () => {
    const service = await start();
    await upsert(service, ['ada', 'grace']);
    const { told } = await watch(service);
    await told(2);
    await mutate(http(service, BACKEND), 'upsertChannel', { ...SEVEN, custom: { topic: 'new' } });
    await upsert(service, ['grace', 'ada']);
    await upsert(service, ['grace', 'ada']);
    await service.connect({ token: 'dev:grace' });
    expect(await told(1)).toEqual(['grace ONLINE']);
  });

  test('is over for whoever is taken out of it, and only for them', async () => {
    const service = await start();
    await upsert(service, ['ada', 'grace']);
    const [ada, grace] = [await watch(service), await watch(service, { channel: SEVEN }, 'dev:grace')];
    await Promise.all([ada.told(2), grace.told(2)]);
    await upsert(service, ['grace']);
    expect(await ada.ended()).toMatchObject({ code: 'NOT_FOUND', field: 'channel', retryable: false });
    expect((await ada.device.ask('{ onlineCount }')).errors).toBeUndefined();
    await service.connect({ token: 'dev:grace' });
    expect(await grace.told(1)).toEqual(['grace ONLINE']);
  });

  test('is over when presence is switched off for its type, and can begin again when it is on', async () => {
    const service = await start();
    await upsert(service, ['ada']);
    await upsert(service, ['ada'], { type: 'project' });
    const [team, project] = [await watch(service), await watch(service, { channel: { ...SEVEN, type: 'project' } })];
    await Promise.all([team.told(1), project.told(1)]);
    expect(await switchPresence(service, false)).toEqual({ type: 'team', presence: false });
    const disabled = { code: 'CHANNEL_PRESENCE_DISABLED', field: 'channel', retryable: false };
    expect(await team.ended()).toMatchObject(disabled);
    expect(await (await watch(service)).ended()).toMatchObject(disabled);
    expect(await (await watch(service, { channel: SEVEN }, BACKEND)).ended()).toMatchObject(disabled);
    await service.connect({ token: 'dev:ada' });
    expect(await project.told(1)).toEqual(['ada ONLINE']);
    expect(await switchPresence(service, true)).toEqual({ type: 'team', presence: true });
    expect(await (await watch(service)).told(1)).toEqual(['ada is ONLINE']);
  });

  test('is over when more people are in it than a watch may have', async () => {
    const service = await start({ PRESENCE_WATCH_LIMIT: '3' });
    await upsert(service, ['ada', 'grace', 'hal']);
    const { told, ended } = await watch(service, { channel: SEVEN, userIds: ['ada', 'hal'] });
    await told(3);
    await upsert(service, ['ada', 'grace', 'hal', 'ida', 'joe']);
    const refusal = { code: 'WATCH_LIMIT_EXCEEDED', field: 'channel', limit: 3, requested: 5, retryable: false };
    expect(await ended()).toMatchObject(refusal);
    expect(await (await watch(service)).ended()).toMatchObject(refusal);
    await upsert(service, ['ada', 'grace', 'hal']);
    const others = await watch(service, { channel: SEVEN, userIds: ['ida'] });
    expect(await others.ended()).toMatchObject({ ...refusal, requested: 4 });
    expect((await (await watch(service)).told(3)).sort()).toHaveLength(3);
  });
});

describe('a channel that is not for the caller to see', () => {
  test.each(['dev:hal', 'dev:root:admin', 'dev:visitor:guest', 'dev:ada:user:elsewhere', `${BACKEND}:elsewhere`])(
    'looks to %s like one that does not exist',
    async (token) => {
      const service = await startService();
      await upsert(service, ['ada', 'grace'], { custom: { topic: 'secret' } });
      await switchPresence(service, false);
      const nowhere = { type: 'team', key: 'nowhere' };
      const [secret, none] = await Promise.all(
        [SEVEN, nowhere].map(async (ref) => {
          const query = `query ($type: String!, $key: String!, $id: ID!) { channel(type: $type, key: $key) { ${CHANNEL} } node(id: $id) { id } channels { edges { cursor } } }`;
          const read = await service.ask(token, query, { ...ref, id: `channel:${ref.type}:${ref.key}` });
          const { stream } = await watch(service, { channel: ref }, token);
          return { read, watched: await stream.take() };
        }),
      );
      expect(secret).toEqual(none);
      expect(secret?.read.data).toEqual({ channel: null, node: null, channels: { edges: [] } });
      expect(refusalOf(secret?.watched ?? {})).toMatchObject({ code: 'NOT_FOUND', field: 'channel' });
    },
  );

  test('is seen by the backend, by everybody in it, guests too, and by nobody else', async () => {
    const service = await startService();
    const { channel } = await upsert(service, ['ada', 'visitor']);
    for (const [token, seen] of [
      [BACKEND, true],
      ['dev:ada', true],
      ['dev:visitor:guest', true],
      ['dev:ada:admin', true],
      ['dev:Ada', false],
    ] as const) {
      const { data } = await service.ask(token, `{ node(id: "channel:team:7") { ... on Channel { ${CHANNEL} } } }`);
      expect(data).toEqual({ node: seen ? channel : null });
    }
  });
});

describe('what the backend says of a channel', () => {
  test('stays until it says something else, each thing by itself', async () => {
    const service = await startService();
    const change = async (input: object) =>
      (await mutate(http(service, BACKEND), 'upsertChannel', { ...SEVEN, ...input })).channel;
    const made = { id: 'channel:team:7', ...SEVEN, members: [], custom: null, presenceEnabled: true };
    expect(await change({})).toEqual(made);
    const members = [{ id: 'hal' }, { id: 'ada' }];
    expect(await change({ memberIds: ['hal', 'ada', 'hal'] })).toEqual({ ...made, members });
    const custom = { topic: 'x', more: { floor: 2, tags: ['a', null] } };
    expect(await change({ custom })).toEqual({ ...made, members, custom });
    expect(await change({ memberIds: null, custom: null })).toEqual({ ...made, members, custom });
    expect(await change({ custom: { topic: 'y' } })).toEqual({ ...made, members, custom: { topic: 'y' } });
    expect(await change({ memberIds: [], custom: {} })).toEqual({ ...made, custom: {} });
  });

  test('is of its site alone', async () => {
    const service = await startService();
    await upsert(service, ['ada']);
    await upsert(service, ['ada', 'grace'], {}, `${BACKEND}:red`);
    await mutate(http(service, `${BACKEND}:red`), 'setChannelType', { type: 'team', presence: false });
    const query = `{ channel(type: "team", key: "7") { ${CHANNEL} } channels { edges { node { ${CHANNEL} } } } }`;
    for (const [token, members, presenceEnabled] of [
      ['dev:ada', [{ id: 'ada' }], true],
      ['dev:ada:user:red', [{ id: 'ada' }, { id: 'grace' }], false],
    ] as const) {
      const channel = { id: 'channel:team:7', ...SEVEN, members, custom: null, presenceEnabled };
      expect(dataOf(await service.ask(token, query))).toEqual({ channel, channels: { edges: [{ node: channel }] } });
    }
  });

  test('shows of its members as many as are asked for, as they look now', async () => {
    const service = await startService();
    const names = Array.from({ length: 600 }, (_, at) => `user-${at}`);
    await upsert(service, names);
    await service.connect({ token: 'dev:user-1' });
    const members = async (first: string) => {
      const query = `{ channel(type: "team", key: "7") { members${first} { id presence { availability } } } }`;
      const { channel } = dataOf(await service.ask<{ channel: { members: object[] } }>('dev:user-1', query));
      return channel.members;
    };
    expect(await members('(first: 3)')).toEqual([
      { id: 'user-0', presence: { availability: 'OFFLINE' } },
      { id: 'user-1', presence: { availability: 'ONLINE' } },
      { id: 'user-2', presence: { availability: 'OFFLINE' } },
    ]);
    for (const [first, count] of [
      ['', 100],
      ['(first: 0)', 0],
      ['(first: 500)', 500],
      ['(first: null)', 100],
    ] as const)
      expect(await members(first)).toHaveLength(count);
    for (const first of [-1, 501]) {
      const query = `{ channel(type: "team", key: "7") { members(first: ${first}) { id } } }`;
      expect(refusalOf(await service.ask('dev:user-1', query))).toMatchObject({
        code: 'BAD_USER_INPUT',
        field: 'first',
      });
    }
  });

  test('shows all of its members, one part after another', async () => {
    const service = await startService();
    const names = Array.from({ length: 1_101 }, (_, at) => `user-${at}`);
    await upsert(service, names);
    const query = `query ($after: ID) { channel(type: "team", key: "7") { members(first: 500, after: $after) { id } } }`;
    const part = async (after: string | null) => {
      const answer = await service.ask<{ channel: { members: { id: string }[] } }>('dev:user-1', query, { after });
      return dataOf(answer).channel.members.map(({ id }) => id);
    };
    const found: string[] = [];
    for (let some = await part(null); some.length > 0; some = await part(some.at(-1) ?? '')) found.push(...some);
    expect(found).toEqual(names);
    for (const after of ['grace', '', '__proto__']) {
      const answer = await service.ask('dev:user-1', query, { after });
      expect(refusalOf(answer)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
    }
  });

  test.each([
    ['__typename', ''], // the variable is wrong
    ['more: members(first: 501) { id }', ''],
    ['...Wrong', 'fragment Wrong on Channel { more: members(first: 501) { id } }'],
    [
      '... { ...Outer }',
      'fragment Outer on Channel { id ...Wrong } fragment Wrong on Channel { more: members(first: -1) { id } }',
    ],
  ])('changes nothing when the answer that is asked for cannot be given: %s', async (selection, fragments) => {
    const service = await startService();
    const { channel } = await upsert(service, ['ada']);
    const mutation = `mutation ($input: UpsertChannelInput!, $first: Int) {
      upsertChannel(input: $input) { channel { fine: members(first: $first) { id } ${selection} } }
    } ${fragments}`;
    const input = { ...SEVEN, memberIds: ['ada', 'grace'] };
    const first = selection === '__typename' ? 501 : 500;
    const answer = await service.ask(BACKEND, mutation, { input, first });
    expect(refusalOf(answer)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'first' });
    expect(await mine(http(service, 'dev:ada'))).toEqual([channel]);
  });

  const many = (count: number) => Array.from({ length: count }, (_, at) => `user-${at}`);
  test.each<['upsertChannel' | 'setChannelType', object, object]>([
    ['upsertChannel', { type: '' }, { code: 'BAD_USER_INPUT', field: 'type' }],
    ['upsertChannel', { type: 'x'.repeat(65) }, { code: 'BAD_USER_INPUT', field: 'type' }],
    ['upsertChannel', { key: ' ' }, { code: 'BAD_USER_INPUT', field: 'key' }],
    ['upsertChannel', { key: 'x'.repeat(129) }, { code: 'BAD_USER_INPUT', field: 'key' }],
    ['upsertChannel', { key: 'a\nb' }, { code: 'BAD_USER_INPUT', field: 'key' }],
    ['upsertChannel', { memberIds: ['a', 'b', 'a', 'room:x'] }, { code: 'BAD_USER_INPUT', field: 'memberIds[3]' }],
    ['upsertChannel', { memberIds: [''] }, { code: 'BAD_USER_INPUT', field: 'memberIds[0]' }],
    ['upsertChannel', { memberIds: many(10_001) }, { code: 'USER_LIMIT_EXCEEDED', limit: 10_000, requested: 10_001 }],
    ['upsertChannel', { custom: { text: 'x'.repeat(2_048) } }, { code: 'BAD_USER_INPUT', field: 'custom' }],
    ['upsertChannel', { custom: [1] }, { code: 'BAD_USER_INPUT', field: 'custom' }],
    ['setChannelType', { type: '' }, { code: 'BAD_USER_INPUT', field: 'type' }],
    ['setChannelType', { type: 'x'.repeat(65) }, { code: 'BAD_USER_INPUT', field: 'type' }],
  ])('%s refuses %.60j, and nothing changes', async (name, input, refusal) => {
    const service = await startService();
    const { channel } = await upsert(service, ['ada'], { custom: { topic: 'x' } });
    const rest = name === 'upsertChannel' ? { ...SEVEN, memberIds: ['grace'] } : { presence: false };
    const answer = await attempt(http(service, BACKEND), name, { ...rest, ...input });
    expect(refusalOf(answer)).toMatchObject({ ...refusal, retryable: false });
    expect(await mine(http(service, 'dev:ada'))).toEqual([channel]);
  });

  test('may be that 10,000 are in it', async () => {
    const service = await startService();
    await upsert(service, many(10_000));
    expect(await mine(http(service, 'dev:user-9999'))).toHaveLength(1);
    expect(refusalOf(await (await watch(service, { channel: SEVEN }, 'dev:user-0')).stream.take())).toMatchObject({
      code: 'WATCH_LIMIT_EXCEEDED',
      limit: 100,
      requested: 10_000,
    });
  });

  test('switches presence off for at most 100 types', async () => {
    const service = await startService();
    const off = (type: string, presence = false) =>
      attempt(http(service, BACKEND), 'setChannelType', { type, presence });
    for (let type = 0; type < 100; type++) dataOf(await off(`type-${type}`));
    expect(refusalOf(await off('team'))).toMatchObject({ code: 'BAD_USER_INPUT', field: 'type' });
    expect((await upsert(service, [])).channel.presenceEnabled).toBe(true);
    dataOf(await off('type-0'));
    dataOf(await off('type-1', true));
    dataOf(await off('team'));
  });
});

interface Found {
  readonly channels: {
    readonly edges: readonly { readonly cursor: string; readonly node: ChannelLook }[];
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
      readonly endCursor: string | null;
    };
  };
}

async function page(by: Asker, variables: object): Promise<Found['channels']> {
  const query = `query ($filter: JSONObject, $first: Int = 20, $after: String) { channels(filter: $filter, first: $first, after: $after) {
    edges { cursor node { ${CHANNEL} } } pageInfo { hasNextPage hasPreviousPage endCursor }
  } }`;
  return dataOf(await by.ask<Found>(query, variables)).channels;
}

const mine = async (by: Asker, variables: object = {}) => (await page(by, variables)).edges.map(({ node }) => node);

describe.each(STORES)('finding one’s channels on the %s store', (_, env) => {
  const keys = async (by: Asker, filter: object | null) => (await mine(by, { filter })).map(({ key }) => key);

  test('goes by equal fields, among the channels one is in', async () => {
    const service = await startService(env());
    for (const [key, memberIds, custom] of [
      ['a', ['ada'], { topic: 'x', open: true }],
      ['b', ['ada', 'grace'], { topic: 'x', place: { floor: 2, room: '2.1' } }],
      ['c', ['ada'], null],
      ['d', ['grace'], { topic: 'x', open: true }],
      ['e', ['ada'], { topic: 'y', tags: ['p', 'q'] }],
    ] as const)
      await upsert(service, memberIds, { key, custom });
    const ada = http(service, 'dev:ada');
    for (const [filter, found] of [
      [null, ['a', 'b', 'c', 'e']],
      [{}, ['a', 'b', 'c', 'e']],
      [{ topic: 'x' }, ['a', 'b']],
      [{ topic: 'x', open: true }, ['a']],
      [{ place: { room: '2.1', floor: 2 } }, ['b']],
      [{ place: { floor: 2 } }, []],
      [{ tags: ['p', 'q'] }, ['e']],
      [{ tags: ['p'] }, []],
      [{ topic: null }, []],
      [{ constructor: {} }, []],
    ] as const) {
      expect(await keys(ada, filter)).toEqual(found);
    }
    expect(await keys(http(service, BACKEND), null)).toEqual([]);
    await upsert(service, [], { key: 'b' });
    expect(await keys(ada, { topic: 'x' })).toEqual(['a']);
  });

  test('comes in pages, by type and then key, that go on at the right place whatever changes meanwhile', async () => {
    const service = await startService(env());
    const names = ['a:b', 'a', 'B', 'a b', 'ä', '%'].flatMap((type) => ['2', '10', ':'].map((key) => ({ type, key })));
    for (const name of names) await upsert(service, ['ada'], name);
    const byName = (a: { type: string; key: string }, b: { type: string; key: string }) =>
      a.type < b.type ? -1 : a.type > b.type ? 1 : a.key < b.key ? -1 : 1;
    const ordered = [...names].sort(byName);
    const ada = http(service, 'dev:ada');
    const found: { type: string; key: string }[] = [];
    let after: string | null = null;
    for (;;) {
      const { edges, pageInfo } = await page(ada, { first: 4, after });
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor);
      found.push(...edges.map(({ node: { type, key } }) => ({ type, key })));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
      await upsert(service, [], ordered[0]); // one on a page that was read is gone
    }
    expect(found).toEqual(ordered);
    for (const { id, type, key } of await mine(ada, {})) {
      const { data } = await ada.ask('query ($id: ID!) { node(id: $id) { id ... on Channel { type key } } }', { id });
      expect(data).toEqual({ node: { id, type, key } });
    }
    const refused = async (variables: object) => {
      const query =
        'query ($first: Int, $after: String) { channels(first: $first, after: $after) { edges { cursor } } }';
      return refusalOf(await ada.ask(query, variables));
    };
    expect(await refused({ first: 501 })).toMatchObject({ code: 'BAD_USER_INPUT', field: 'first' });
    const cursorOf = (place: string) => Buffer.from(place).toString('base64url');
    const notHere = ['team', 'team:7', 'team\u00007\u00008', '\u00007', 'team\u0000', `${'x'.repeat(65)}\u00007`];
    for (const after of ['', 'no cursor', 'AAAA', ...notHere.map(cursorOf)])
      expect(await refused({ after })).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
  });
});

test.each([
  [{ channel: { type: '', key: '7' } }, 'channel.type'],
  [{ channel: { type: 'team', key: 'x'.repeat(129) } }, 'channel.key'],
  [{ channel: SEVEN, userIds: ['ada', 'room:x'] }, 'userIds[1]'],
  [{ channel: null, userIds: null }, 'userIds'],
])('watching %j is refused by naming what is wrong', async (variables, field) => {
  const service = await startService();
  await upsert(service, ['ada']);
  expect(await (await watch(service, variables)).ended()).toMatchObject({ code: 'BAD_USER_INPUT', field });
});

test('node finds nothing by what cannot be a channel', async () => {
  const service = await startService();
  await upsert(service, ['ada']);
  for (const id of [
    'channel:',
    'channel:team',
    'channel::7',
    'channel:team:',
    'channel:%:7',
    `channel:${'x'.repeat(65)}:7`,
  ]) {
    const { data } = await service.ask('dev:ada', 'query ($id: ID!) { node(id: $id) { id } }', { id });
    expect(data).toEqual({ node: null });
  }
});
