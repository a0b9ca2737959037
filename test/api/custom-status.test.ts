/** Statuses that a site's administrators offer, and those who wear them. */
import { describe, expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import {
  type Asker,
  attempt,
  type CustomStatus,
  dataOf,
  http,
  lookAt,
  mutate,
  refusalOf,
  selfOf,
} from './operations.ts';

/** An administrator, a person, and a status on offer. */
async function offer(service: Service, input: object = { name: 'Lunch', availability: 'AWAY', emoji: '🍜' }) {
  const admin = http(service, 'dev:root:admin');
  const { customStatus } = await mutate(admin, 'createCustomStatus', input);
  return { admin, ada: await service.connect({ token: 'dev:ada' }), customStatus };
}

async function listed(by: Asker, search?: string): Promise<readonly string[]> {
  const query = 'query ($search: String) { customStatuses(search: $search) { name } }';
  const { customStatuses } = dataOf(await by.ask<{ customStatuses: CustomStatus[] }>(query, { search }));
  return customStatuses.map((status) => status.name);
}

describe('wearing a custom status', () => {
  it('shows its dot, its name and its emoji, and where they come from', async () => {
    const service = await startService();
    const { ada, customStatus } = await offer(service);
    const onlooker = await watch(service, ['ada']);
    const { viewer } = await mutate(ada, 'setStatus', { customStatusId: customStatus.id });
    expect(viewer).toMatchObject({ manual: 'AWAY', status: { text: 'Lunch', emoji: '🍜', customStatus } });
    expect(await onlooker.next()).toBe('ada AWAY 🍜 Lunch');
    const { presence } = await lookAt(http(service, 'dev:bo'), 'ada');
    expect(presence.status).toEqual({ text: 'Lunch', emoji: '🍜', expiresAt: null, customStatus });
  });

  it('can begin and end at a given time', async () => {
    const service = await startService();
    const { ada, customStatus } = await offer(service, { name: 'Meeting', availability: 'BUSY' });
    const onlooker = await watch(service, ['ada']);
    await mutate(ada, 'setStatus', {
      customStatusId: customStatus.id,
      startsAt: '2026-06-01T12:01:00Z',
      expiresAt: '2026-06-01T14:02:00+02:00',
    });
    await service.clock.pass(59.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada BUSY Meeting');
    await service.clock.pass(60);
    expect(await onlooker.next()).toBe('ada ONLINE');
  });

  it('that maps to ONLINE leaves the dot automatic', async () => {
    const service = await startService();
    const { ada, customStatus } = await offer(service, { name: 'Open door', availability: 'ONLINE' });
    const onlooker = await watch(service, ['ada']);
    await mutate(ada, 'setStatus', { customStatusId: customStatus.id });
    expect(await onlooker.next()).toBe('ada ONLINE Open door');
    await service.clock.pass(300);
    expect(await onlooker.next()).toBe('ada AWAY Open door');
  });

  it('that maps to OFFLINE hides', async () => {
    const service = await startService();
    const { admin, ada, customStatus } = await offer(service, { name: 'Gone', availability: 'OFFLINE' });
    const onlooker = await watch(service, ['ada']);
    await mutate(ada, 'setStatus', { customStatusId: customStatus.id });
    expect(await onlooker.next()).toBe('ada OFFLINE');
    await mutate(ada, 'clearStatus', {});
    expect(await onlooker.next()).toBe('ada ONLINE');
    await mutate(admin, 'updateSettings', { allowInvisible: false });
    const refusal = refusalOf(await attempt(ada, 'setStatus', { customStatusId: customStatus.id }));
    expect(refusal).toMatchObject({ code: 'INVISIBLE_DISABLED' });
    await onlooker.sawNothing();
  });

  it('that is changed keeps what was put on; the link shows what it is now', async () => {
    const service = await startService();
    const { admin, ada, customStatus } = await offer(service);
    await mutate(ada, 'setStatus', { customStatusId: customStatus.id });
    const onlooker = await watch(service, ['ada']);
    const changed = { id: customStatus.id, name: 'Dinner', availability: 'BUSY' };
    await mutate(admin, 'updateCustomStatus', changed);
    await onlooker.sawNothing();
    expect(await selfOf(ada)).toMatchObject({
      manual: 'AWAY',
      status: { text: 'Lunch', emoji: '🍜', customStatus: { ...changed, emoji: '🍜' } },
    });
    await mutate(ada, 'setStatus', { customStatusId: customStatus.id });
    expect(await onlooker.next()).toBe('ada BUSY 🍜 Dinner');
  });

  it('that is deleted keeps dot and text, and drops the link, over reconnects too', async () => {
    const service = await startService();
    const { admin, ada, customStatus } = await offer(service);
    await mutate(ada, 'setStatus', { customStatusId: customStatus.id });
    const onlooker = await watch(service, ['ada']);
    expect(await mutate(admin, 'deleteCustomStatus', { id: customStatus.id })).toEqual({ deletedId: customStatus.id });
    await onlooker.sawNothing();
    const worn = { text: 'Lunch', emoji: '🍜', expiresAt: null, customStatus: null };
    expect(await selfOf(ada)).toMatchObject({ manual: 'AWAY', status: worn });
    await ada.close();
    await service.clock.pass(10);
    const back = await service.connect({ token: 'dev:ada' });
    expect((await lookAt(http(service, 'dev:bo'), 'ada')).presence).toMatchObject({
      availability: 'AWAY',
      status: worn,
    });
    const again = refusalOf(await attempt(back, 'setStatus', { customStatusId: customStatus.id }));
    expect(again).toMatchObject({ code: 'NOT_FOUND', field: 'customStatusId' });
  });
});

describe('the custom statuses of a site', () => {
  it('are listed by name, and found by any part of it in any letter case', async () => {
    const service = await startService();
    const { admin } = await offer(service);
    for (const name of ['Working from home', 'At the gym', 'Überstunden', '100 % focus']) {
      await mutate(admin, 'createCustomStatus', { name, availability: 'BUSY' });
    }
    const by = http(service, 'dev:guest:guest');
    expect(await listed(by)).toEqual(['100 % focus', 'At the gym', 'Lunch', 'Überstunden', 'Working from home']);
    for (const [search, names] of [
      ['WORK', ['Working from home']],
      ['  gym ', ['At the gym']],
      ['über', ['Überstunden']],
      ['%', ['100 % focus']],
      ['.*', []],
      ['nobody has this', []],
      ['', await listed(by)],
    ] as const) {
      expect(await listed(by, search)).toEqual(names);
    }
  });

  it('change only in what is named', async () => {
    const service = await startService();
    const { admin, customStatus } = await offer(service);
    const change = async (input: object) =>
      (await mutate(admin, 'updateCustomStatus', { id: customStatus.id, ...input })).customStatus;
    expect(await change({ emoji: '🥗' })).toEqual({ ...customStatus, emoji: '🥗' });
    expect(await change({ name: ' Salad ', emoji: null })).toEqual({ ...customStatus, emoji: '🥗', name: 'Salad' });
    expect(await change({ name: 'salad' })).toMatchObject({ name: 'salad' });
  });

  it.each<['createCustomStatus' | 'updateCustomStatus' | 'deleteCustomStatus', object, object]>([
    ['createCustomStatus', { name: '  ' }, { code: 'BAD_USER_INPUT', field: 'name' }],
    ['createCustomStatus', { name: 'x'.repeat(121) }, { code: 'STATUS_TEXT_TOO_LONG', field: 'name', limit: 120 }],
    ['createCustomStatus', { name: 'a\nb' }, { code: 'BAD_USER_INPUT', field: 'name' }],
    ['createCustomStatus', { name: 'LUNCH' }, { code: 'BAD_USER_INPUT', field: 'name' }],
    ['createCustomStatus', { name: 'x', emoji: 'x' }, { code: 'BAD_USER_INPUT', field: 'emoji' }],
    ['updateCustomStatus', {}, { code: 'BAD_USER_INPUT', field: 'input' }],
    ['updateCustomStatus', { name: ' ' }, { code: 'BAD_USER_INPUT', field: 'name' }],
    ['updateCustomStatus', { name: 'second' }, { code: 'BAD_USER_INPUT', field: 'name' }],
    ['updateCustomStatus', { emoji: '' }, { code: 'BAD_USER_INPUT', field: 'emoji' }],
    ['updateCustomStatus', { id: 'customStatus:no', name: 'x' }, { code: 'NOT_FOUND', field: 'id' }],
    ['deleteCustomStatus', { id: 'customStatus:no' }, { code: 'NOT_FOUND', field: 'id' }],
    ['deleteCustomStatus', { id: '__proto__' }, { code: 'NOT_FOUND', field: 'id' }],
  ])('%s refuses %j', async (name, input, refusal) => {
    const service = await startService();
    const { admin, customStatus } = await offer(service);
    await mutate(admin, 'createCustomStatus', { name: 'Second', availability: 'BUSY' });
    const rest = name === 'createCustomStatus' ? { availability: 'AWAY' } : { id: customStatus.id };
    expect(refusalOf(await attempt(admin, name, { ...rest, ...input }))).toMatchObject(refusal);
    expect(await listed(admin)).toEqual(['Lunch', 'Second']);
  });

  it('are at most 200', async () => {
    const service = await startService();
    const { admin } = await offer(service);
    const create = (name: string) => attempt(admin, 'createCustomStatus', { name, availability: 'BUSY' });
    await Promise.all(Array.from({ length: 199 }, (_, number) => create(`status ${number}`)));
    expect(refusalOf(await create('one more'))).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await listed(admin)).toHaveLength(200);
  });
});
