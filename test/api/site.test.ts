/** Sites share nothing: the same user id in two of them is two people. */
import { describe, expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import {
  attempt,
  dataOf,
  dotOf,
  http,
  lookAt,
  mutate,
  onlineCount,
  refusalOf,
  selfOf,
  settingsOf,
} from './operations.ts';

const RED = 'dev:ada:user:red';
const BLUE = 'dev:ada:user:blue';
const admin = (service: Service, site: string) => http(service, `dev:root:admin:${site}`);

async function customStatusNames(service: Service, site: string): Promise<string> {
  const answer = await admin(service, site).ask<{ customStatuses: unknown }>('{ customStatuses { name } }');
  return JSON.stringify(dataOf(answer).customStatuses);
}

describe('what happens in one site', () => {
  it('is not seen in another, by any query', async () => {
    const service = await startService();
    const device = await service.connect({ token: RED });
    await mutate(device, 'setStatus', { availability: 'BUSY', text: 'red' });
    await mutate(http(service, 'dev:backend:server:red'), 'upsertUsers', { users: [{ id: 'ada', name: 'Red Ada' }] });
    const blue = admin(service, 'blue');
    const nobody = await lookAt(blue, 'ada');
    expect(nobody).toMatchObject({ name: null, presence: { availability: 'OFFLINE', status: null, lastActive: null } });
    const query = `{ users(ids: ["ada"]) { name presence { online } } node(id: "presence:ada") { ... on Presence { online } }
      session: node(id: "${device.sessionId}") { id } onlineCount }`;
    expect(dataOf(await blue.ask(query))).toEqual({
      users: [{ name: null, presence: { online: false } }],
      node: { online: false },
      session: null,
      onlineCount: 0,
    });
    expect(await selfOf(http(service, BLUE))).toMatchObject({ manual: null, status: null, sessions: [] });
    expect(await onlineCount(admin(service, 'red'))).toBe(1);
  });

  it('is told to nobody in another', async () => {
    const service = await startService();
    const onlooker = await watch(service, ['ada'], { token: 'dev:onlooker:user:blue', marker: 'dev:marker:user:blue' });
    const own = await service.connect({ token: BLUE, session: false });
    const changes = own.subscribe('subscription { viewerChanged { availability } }');
    const device = await service.connect({ token: RED });
    await mutate(device, 'setStatus', { availability: 'BUSY' });
    await mutate(http(service, 'dev:backend:server:red'), 'setInvisible', { invisible: true, userId: 'ada' });
    await onlooker.sawNothing();
    await own.ask('{ onlineCount }');
    expect(changes.seen).toEqual([]);
    await service.connect({ token: BLUE });
    expect(await onlooker.next()).toBe('ada ONLINE');
    expect(dataOf(await changes.take())).toEqual({ viewerChanged: { availability: 'ONLINE' } });
  });

  it('can be changed by nobody of another: sessions, custom statuses, people', async () => {
    const service = await startService();
    const device = await service.connect({ token: RED });
    const { customStatus } = await mutate(admin(service, 'red'), 'createCustomStatus', {
      name: 'Red',
      availability: 'BUSY',
    });
    const blue = http(service, 'dev:ada:server:blue');
    for (const [name, input] of [
      ['closeSession', { sessionId: device.sessionId }],
      ['heartbeat', { sessionId: device.sessionId }],
      ['reportActivity', { sessionId: device.sessionId, activity: 'IDLE' }],
      ['setStatus', { customStatusId: customStatus.id }],
      ['updateCustomStatus', { id: customStatus.id, name: 'Blue' }],
      ['deleteCustomStatus', { id: customStatus.id }],
    ] as const) {
      expect(refusalOf(await attempt(blue, name, input))).toMatchObject({ code: 'NOT_FOUND' });
    }
    await mutate(blue, 'setInvisible', { invisible: true, userId: 'ada' });
    const stolen = await service.connect({ token: BLUE, sessionId: device.sessionId });
    expect(stolen.sessionId).not.toBe(device.sessionId);
    expect(await selfOf(device)).toMatchObject({ availability: 'ONLINE', invisible: false });
    expect(await customStatusNames(service, 'red')).toBe('[{"name":"Red"}]');
    expect(await customStatusNames(service, 'blue')).toBe('[]');
  });

  it('may have the same names as in another', async () => {
    const service = await startService();
    for (const site of ['red', 'blue']) {
      await mutate(admin(service, site), 'createCustomStatus', { name: 'Lunch', availability: 'AWAY' });
      await service.connect({ token: `dev:ada:user:${site}` });
    }
    expect(await customStatusNames(service, 'blue')).toBe('[{"name":"Lunch"}]');
    expect([await onlineCount(admin(service, 'red')), await onlineCount(admin(service, 'blue'))]).toEqual([1, 1]);
  });

  it('a site is not found by a name that reads like its own', async () => {
    const service = await startService();
    await service.connect({ token: 'dev:bo:user:red' });
    for (const site of ['Red', 'reds', 're', 'red/blue', '__proto__']) {
      expect(await onlineCount(http(service, `dev:ada:user:${site}`))).toBe(0);
    }
    expect(await dotOf(service, 'bo')).toBe('OFFLINE');
  });
});

describe('a site’s settings', () => {
  it('begin with the server’s defaults, and change for that site alone', async () => {
    const service = await startService({ PRESENCE_IDLE_TIMEOUT: '45', PRESENCE_CONNECTION_CAP: '1000' });
    const defaults = {
      id: 'settings:red',
      allowInvisible: true,
      allowStatusText: true,
      idleTimeoutSeconds: 45,
      watchLimit: 100,
      connectionCap: 1_000,
    };
    expect(await settingsOf(http(service, RED))).toEqual(defaults);
    const changes = { allowInvisible: false, allowStatusText: false, idleTimeoutSeconds: 30, connectionCap: 0 };
    const { settings } = await mutate(admin(service, 'red'), 'updateSettings', changes);
    expect(settings).toEqual({ ...defaults, ...changes });
    expect(await settingsOf(http(service, RED))).toEqual(settings);
    expect(await settingsOf(http(service, BLUE))).toEqual({ ...defaults, id: 'settings:blue' });
  });

  it('may have as large a cap as the server’s own', async () => {
    const service = await startService({ PRESENCE_CONNECTION_CAP: '2147483647' });
    expect((await settingsOf(http(service, RED))).connectionCap).toBe(2_147_483_647);
    const by = admin(service, 'red');
    await mutate(by, 'updateSettings', { connectionCap: 1 });
    const { settings } = await mutate(by, 'updateSettings', { connectionCap: 2_147_483_647 });
    expect(settings.connectionCap).toBe(2_147_483_647);
  });

  it('change only in what is named', async () => {
    const service = await startService();
    const by = admin(service, 'red');
    await mutate(by, 'updateSettings', { idleTimeoutSeconds: 30 });
    await mutate(by, 'updateSettings', { allowInvisible: false, idleTimeoutSeconds: null });
    const { settings } = await mutate(by, 'updateSettings', { allowStatusText: false });
    expect(settings).toMatchObject({ allowInvisible: false, allowStatusText: false, idleTimeoutSeconds: 30 });
  });

  it('hold for everybody at once', async () => {
    const service = await startService();
    const ada = await service.connect({ token: RED });
    const by = admin(service, 'red');
    for (const allowInvisible of [false, true, false]) {
      await mutate(by, 'updateSettings', { allowInvisible });
      const { errors } = await attempt(ada, 'setInvisible', { invisible: true });
      expect(errors === undefined).toBe(allowInvisible);
      await mutate(ada, 'setInvisible', { invisible: false });
    }
  });
});
