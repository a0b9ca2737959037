/** Input that is refused: with which code, naming which field, and with nothing changed. */
import { describe, expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { WATCH } from './onlooker.ts';
import { type Asker, attempt, http, LOOK, type MutationName, mutate, refusalOf, selfOf } from './operations.ts';

const FAMILY = '👨‍👩‍👧‍👦';
const at = (iso: string) => `2026-06-01T${iso}Z`; // the manual clock begins at 12:00
const bad = (field: string) => ({ code: 'BAD_USER_INPUT', field });

/** Ada as she is before somebody tries something, with everything set that could get lost. */
async function prepare(service: Service) {
  const admin = http(service, 'dev:root:admin');
  const { customStatus } = await mutate(admin, 'createCustomStatus', { name: 'Lunch', availability: 'AWAY' });
  const ada = await service.connect({ token: 'dev:ada' });
  await mutate(ada, 'setStatus', { availability: 'BUSY', text: 'as it was', emoji: '🧱', expiresAt: at('20:00:00') });
  await mutate(ada, 'setStatus', { text: 'planned', startsAt: at('21:00:00') });
  await mutate(ada, 'setPreferences', { idleTimeoutSeconds: 120 });
  return { ada, customStatus, before: await selfOf(ada) };
}

async function expectRefused(by: Asker, name: MutationName, input: object, refusal: object): Promise<void> {
  const answer = await attempt(by, name, input);
  expect(answer.data ?? null).toBeNull();
  expect(refusalOf(answer)).toMatchObject({ retryable: false, ...refusal });
  expect(answer.errors?.[0]?.message).toMatch(/\w+ .*\w/);
}

type Row = readonly [string, object, object];

const STATUS_INPUTS: readonly Row[] = [
  ['a text of 121 letters', { text: 'x'.repeat(121) }, { code: 'STATUS_TEXT_TOO_LONG', limit: 120, field: 'text' }],
  ['a text of 121 families', { text: FAMILY.repeat(121) }, { code: 'STATUS_TEXT_TOO_LONG', limit: 120, field: 'text' }],
  [
    'a text of 121 accents',
    { text: 'e\u0301'.repeat(121) },
    { code: 'STATUS_TEXT_TOO_LONG', limit: 120, field: 'text' },
  ],
  ['one letter with 5,000 accents', { text: `e${'\u0301'.repeat(5_000)}` }, { code: 'STATUS_TEXT_TOO_LONG' }],
  ['an empty text', { text: '' }, bad('text')],
  ['only spaces', { text: '   ' }, bad('text')],
  ['only spaces of other kinds', { text: '\u00a0\u2003\u3000\t' }, bad('text')],
  ['only what nobody sees', { text: '\u200b\u200d\u2060\ufeff' }, bad('text')],
  ['a line break', { text: 'two\nlines' }, bad('text')],
  ['a control character', { text: 'bell\u0007' }, bad('text')],
  ['NUL', { text: 'a\u0000b' }, bad('text')],
  ['an override that turns text around', { text: 'abc\u202edef' }, bad('text')],
  ['half of a surrogate pair', { text: 'half \ud83c' }, bad('text')],
  ['the other half', { text: '\udf34 half' }, bad('text')],
  ['spaces beside a good dot', { availability: 'AWAY', text: ' ' }, bad('text')],
  ['spaces beside a good emoji', { text: ' ', emoji: '🌴' }, bad('text')],
  ['an empty emoji', { emoji: '' }, bad('emoji')],
  ['an emoji that is a letter', { emoji: 'x' }, bad('emoji')],
  ['an emoji that is a digit', { emoji: '1' }, bad('emoji')],
  ['two emojis', { emoji: '🌴🌴' }, bad('emoji')],
  ['an emoji with a space', { emoji: ' 🌴' }, bad('emoji')],
  ['half an emoji', { emoji: '\ud83c' }, bad('emoji')],
  ['half a flag', { emoji: '🇩' }, bad('emoji')],
  ['a bad emoji beside a good text', { text: 'fine', emoji: 'nope' }, bad('emoji')],
  ['nothing at all', {}, bad('input')],
  ['nothing but nulls', { availability: null, text: null, emoji: null, customStatusId: null }, bad('input')],
  ['nothing but times', { startsAt: at('13:00:00'), expiresAt: at('14:00:00') }, bad('input')],
  ['an unknown custom status', { customStatusId: 'customStatus:none' }, { code: 'NOT_FOUND', field: 'customStatusId' }],
  ['an empty custom status', { customStatusId: '' }, { code: 'NOT_FOUND', field: 'customStatusId' }],
  ['a dot that does not exist', { availability: 'SLEEPY' }, bad('availability')],
  ['a dot in lower case', { availability: 'busy' }, bad('availability')],
  ['expiresAt in the past', { text: 'x', expiresAt: at('11:59:59.999') }, bad('expiresAt')],
  ['expiresAt now', { text: 'x', expiresAt: at('12:00:00') }, bad('expiresAt')],
  ['expiresAt before startsAt', { text: 'x', startsAt: at('14:00:00'), expiresAt: at('13:00:00') }, bad('expiresAt')],
  ['expiresAt at startsAt', { text: 'x', startsAt: at('14:00:00'), expiresAt: at('14:00:00') }, bad('expiresAt')],
  ['expiresAt over 10 years away', { text: 'x', expiresAt: '2036-06-01T12:00:00.001Z' }, bad('expiresAt')],
  ['startsAt over 10 years away', { text: 'x', startsAt: '2036-06-01T12:00:00.001Z' }, bad('startsAt')],
  ['expiresAt that is no time', { text: 'x', expiresAt: 'tomorrow' }, bad('expiresAt')],
  ['expiresAt that is no day', { text: 'x', expiresAt: '2026-02-30T12:00:00Z' }, bad('expiresAt')],
  ['expiresAt without a zone', { text: 'x', expiresAt: '2026-07-01T12:00:00' }, bad('expiresAt')],
  ['a field that does not exist', { text: 'x', colour: 'red' }, { code: 'BAD_USER_INPUT' }],
  ['somebody else, without the SERVER role', { text: 'x', userId: 'bo' }, { code: 'FORBIDDEN' }],
  ['oneself by name, without the SERVER role', { text: 'x', userId: 'ada' }, { code: 'FORBIDDEN' }],
];

const OTHER_INPUTS: readonly (readonly [string, MutationName, object, object])[] = [
  ['59 seconds', 'setPreferences', { idleTimeoutSeconds: 59 }, bad('idleTimeoutSeconds')],
  ['0 seconds', 'setPreferences', { idleTimeoutSeconds: 0 }, bad('idleTimeoutSeconds')],
  ['less than nothing', 'setPreferences', { idleTimeoutSeconds: -60 }, bad('idleTimeoutSeconds')],
  ['more than a day', 'setPreferences', { idleTimeoutSeconds: 86_401 }, bad('idleTimeoutSeconds')],
  ['half seconds', 'setPreferences', { idleTimeoutSeconds: 60.5 }, bad('idleTimeoutSeconds')],
  ['no integer', 'setPreferences', { idleTimeoutSeconds: 2 ** 31 }, bad('idleTimeoutSeconds')],
  [
    '59 seconds beside autoAway',
    'setPreferences',
    { autoAway: false, idleTimeoutSeconds: 59 },
    bad('idleTimeoutSeconds'),
  ],
  ['no preference', 'setPreferences', {}, bad('input')],
  ['no preference but nulls', 'setPreferences', { autoAway: null }, bad('input')],
  ['an unknown activity', 'reportActivity', { activity: 'DANCING' }, bad('activity')],
  ['an unknown device', 'openSession', { device: 'FRIDGE' }, bad('device')],
  [
    'a long status',
    'openSession',
    { status: { text: 'x'.repeat(121) } },
    { code: 'STATUS_TEXT_TOO_LONG', field: 'status.text' },
  ],
  ['a blank status', 'openSession', { status: { text: ' ' } }, bad('status.text')],
  ['an empty status', 'openSession', { status: {} }, bad('status')],
  ['a status with two emojis', 'openSession', { status: { emoji: '🌴🌴' } }, bad('status.emoji')],
  ['no session', 'heartbeat', { sessionId: 'session:none' }, { code: 'NOT_FOUND', field: 'sessionId' }],
  ['no session', 'closeSession', { sessionId: 'session:none' }, { code: 'NOT_FOUND', field: 'sessionId' }],
  ['somebody else', 'clearStatus', { userId: 'bo' }, { code: 'FORBIDDEN' }],
  ['somebody else', 'setInvisible', { invisible: true, userId: 'bo' }, { code: 'FORBIDDEN' }],
];

describe('refused, with nothing changed', () => {
  it.each(STATUS_INPUTS)('setStatus with %s', async (_, input, refusal) => {
    const service = await startService();
    const { ada, before } = await prepare(service);
    await expectRefused(ada, 'setStatus', input, refusal);
    await expectRefused(http(service, 'dev:ada'), 'setStatus', input, refusal);
    expect(await selfOf(ada)).toEqual(before);
  });

  it.each(['availability', 'text', 'emoji'])('setStatus with a custom status and %s', async (field) => {
    const service = await startService();
    const { ada, before, customStatus } = await prepare(service);
    const beside = { availability: 'AWAY', text: 'x', emoji: '🌴' }[field];
    const input = { customStatusId: customStatus.id, [field]: beside };
    await expectRefused(ada, 'setStatus', input, bad('customStatusId'));
    expect(await selfOf(ada)).toEqual(before);
  });

  it.each(OTHER_INPUTS)('%s in %s %j', async (_, name, input, refusal) => {
    const service = await startService();
    const { ada, before } = await prepare(service);
    await expectRefused(ada, name, input, refusal);
    expect(await selfOf(ada)).toEqual(before);
  });

  it.each<Row>([
    ['nothing', {}, bad('input')],
    ['0 seconds', { idleTimeoutSeconds: 0 }, bad('idleTimeoutSeconds')],
    ['more than a day', { idleTimeoutSeconds: 86_401 }, bad('idleTimeoutSeconds')],
    ['a cap below nothing', { connectionCap: -1 }, bad('connectionCap')],
    ['one good and one bad', { allowInvisible: false, connectionCap: -1 }, bad('connectionCap')],
  ])('updateSettings with %s', async (_, input, refusal) => {
    const service = await startService();
    const admin = http(service, 'dev:root:admin');
    const settings = () =>
      admin.ask('{ settings { allowInvisible allowStatusText idleTimeoutSeconds connectionCap } }');
    const before = await settings();
    await expectRefused(admin, 'updateSettings', input, refusal);
    expect(await settings()).toEqual(before);
  });
});

describe('just within the bounds', () => {
  it.each<readonly [MutationName, object]>([
    ['setStatus', { text: FAMILY.repeat(120) }],
    ['setStatus', { text: `${' '.repeat(300)}${'x'.repeat(120)}${' '.repeat(300)}` }],
    ['setStatus', { text: 'مرحبا بالعالم' }],
    ['setStatus', { emoji: FAMILY }],
    ['setStatus', { emoji: '🏴󠁧󠁢󠁥󠁮󠁧󠁿' }],
    ['setStatus', { emoji: '❤' }],
    ['setStatus', { emoji: '1️⃣' }],
    ['setStatus', { text: 'x', expiresAt: '2036-06-01T12:00:00.000Z' }],
    ['setStatus', { text: 'x', expiresAt: at('12:00:00.001') }],
    ['setStatus', { text: 'x', startsAt: at('12:00:00.001'), expiresAt: at('12:00:00.002') }],
    ['setStatus', { text: 'x', startsAt: '1999-12-31T23:59:59Z' }],
    ['setPreferences', { idleTimeoutSeconds: 60 }],
    ['setPreferences', { idleTimeoutSeconds: 86_400 }],
  ])('%s takes %j', async (name, input) => {
    const service = await startService();
    expect((await attempt(http(service, 'dev:ada'), name, input)).errors).toBeUndefined();
  });
});

describe('a user id', () => {
  const refused: readonly (readonly [string, string])[] = [
    ['that is empty', ''],
    ['of spaces', '   '],
    ['of 129 characters', 'x'.repeat(129)],
    ['with a line break', 'ada\n'],
    ['with NUL', 'ada\u0000bo'],
    ['with a control character', 'ada\u0085'],
    ['with half of a surrogate pair', 'ada\ud83c'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['toString', 'toString'],
    ['hasOwnProperty', 'hasOwnProperty'],
    ...['presence:ada', 'viewer:ada', 'session:x', 'customStatus:x', 'settings:default', 'service:x'].map(twice),
    ...['room:x', 'member:x:ada', 'channel:x'].map(twice),
  ];
  it.each(refused)('%s is refused wherever one is given, and node finds nothing', async (_, id) => {
    const service = await startService();
    const backend = http(service, 'dev:backend:server');
    const one = `query ($id: ID!) { user(id: $id) { ${LOOK} } }`;
    expect(refusalOf(await backend.ask(one, { id }))).toMatchObject(bad('id'));
    const several = `query ($ids: [ID!]!) { users(ids: $ids) { ${LOOK} } }`;
    expect(refusalOf(await backend.ask(several, { ids: ['ada', 'ada', id] }))).toMatchObject(bad('ids[2]'));
    const device = await service.connect({ token: 'dev:onlooker', session: false });
    const watched = await device.subscribe(WATCH, { userIds: [id, 'ada'] }).take();
    expect(refusalOf(watched)).toMatchObject(bad('userIds[0]'));
    for (const [name, input] of [
      ['setStatus', { text: 'x' }],
      ['setInvisible', { invisible: true }],
      ['clearStatus', {}],
    ] as const) {
      await expectRefused(backend, name, { ...input, userId: id }, bad('userId'));
    }
    await expectRefused(backend, 'upsertUsers', { users: [{ id: 'fine' }, { id }] }, bad('users[1].id'));
    const { data } = await backend.ask('query ($id: ID!) { node(id: $id) { __typename ... on User { id } } }', { id });
    expect(data).not.toMatchObject({ node: { __typename: 'User' } });
  });

  it.each([
    ['of 128 characters', 'x'.repeat(128)],
    ['of 128 emojis', '🌴'.repeat(128)],
    ['with spaces, quotes and slashes', ' a "b" \\c/ <d>'],
    ['in another script', 'Ада'],
    ['that almost looks like another type’s', 'presence'],
    ['with a colon of its own', 'auth0:42'],
  ])('%s is taken verbatim', async (_, id) => {
    const service = await startService();
    const backend = http(service, 'dev:backend:server');
    await mutate(backend, 'upsertUsers', { users: [{ id, name: 'Somebody' }] });
    const query = 'query ($id: ID!) { user(id: $id) { id name presence { id } } node(id: $id) { id } }';
    expect(await backend.ask(query, { id })).toEqual({
      data: { user: { id, name: 'Somebody', presence: { id: `presence:${id}` } }, node: { id } },
    });
  });
});

function twice(id: string): readonly [string, string] {
  return [id, id];
}

it('a document too large to be an operation is refused, and the server goes on', async () => {
  const service = await startService();
  const device = await service.connect({ token: 'dev:ada' });
  device.socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: `# ${'x'.repeat(65_536)}` } }));
  expect(await device.closed).toBe(1009);
  expect((await service.ask('dev:ada', '{ onlineCount }')).data).toEqual({ onlineCount: 1 });
});
