/** Who may do what: users, administrators, the application's backend, guests. */
import { describe, expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import {
  attempt,
  dataOf,
  dotOf,
  http,
  lookAt,
  MUTATIONS,
  type MutationName,
  mutate,
  refusalOf,
  selfOf,
} from './operations.ts';

type Role = 'guest' | 'user' | 'admin' | 'server';
const EVERYBODY_BUT_GUESTS: readonly Role[] = ['user', 'admin', 'server'];
const ADMINISTRATORS: readonly Role[] = ['admin', 'server'];
const BACKEND: readonly Role[] = ['server'];

const ALLOWED: Readonly<Record<MutationName, readonly Role[]>> = {
  setStatus: EVERYBODY_BUT_GUESTS,
  clearStatus: EVERYBODY_BUT_GUESTS,
  setInvisible: EVERYBODY_BUT_GUESTS,
  setPreferences: EVERYBODY_BUT_GUESTS,
  reportActivity: EVERYBODY_BUT_GUESTS,
  setClaim: EVERYBODY_BUT_GUESTS,
  clearClaim: EVERYBODY_BUT_GUESTS,
  syncCalendar: EVERYBODY_BUT_GUESTS,
  openSession: EVERYBODY_BUT_GUESTS,
  heartbeat: EVERYBODY_BUT_GUESTS,
  closeSession: EVERYBODY_BUT_GUESTS,
  createCustomStatus: ADMINISTRATORS,
  updateCustomStatus: ADMINISTRATORS,
  deleteCustomStatus: ADMINISTRATORS,
  updateSettings: ADMINISTRATORS,
  setServiceEnabled: ADMINISTRATORS,
  upsertUsers: BACKEND,
  upsertChannel: BACKEND,
  setChannelType: BACKEND,
};

/** A call of each that succeeds for whoever may make it, in a service where Ada has a session. */
async function goodInputs(service: Service): Promise<Readonly<Record<MutationName, object>>> {
  const { session } = await mutate(http(service, 'dev:ada'), 'openSession', {});
  const lunch = { name: 'Lunch', availability: 'AWAY' };
  const { customStatus } = await mutate(http(service, 'dev:root:admin'), 'createCustomStatus', lunch);
  return {
    setStatus: { text: 'hi' },
    clearStatus: {},
    setInvisible: { invisible: true },
    setPreferences: { autoAway: false },
    reportActivity: { activity: 'IDLE', sessionId: session.id },
    setClaim: { source: 'CALL', key: 'a' },
    clearClaim: { source: 'CALL', key: 'a' },
    syncCalendar: { ics: 'BEGIN:VCALENDAR\nEND:VCALENDAR' },
    openSession: {},
    heartbeat: { sessionId: session.id },
    closeSession: { sessionId: session.id },
    createCustomStatus: { name: 'Dinner', availability: 'AWAY' },
    updateCustomStatus: { id: customStatus.id, name: 'Brunch' },
    deleteCustomStatus: { id: customStatus.id },
    updateSettings: { allowInvisible: false },
    setServiceEnabled: { enabled: false },
    upsertUsers: { users: [{ id: 'bo', name: 'Bo' }] },
    upsertChannel: { type: 'team', key: '7', memberIds: ['bo'] },
    setChannelType: { type: 'team', presence: false },
  };
}

describe.each<Role>(['guest', 'user', 'admin', 'server'])('a token with the role %s', (role) => {
  const everything =
    '{ viewer { id } user(id: "bo") { id } users(ids: []) { id } onlineCount customStatuses { id } settings { id } service { id connections } node(id: "bo") { id } channel(type: "team", key: "7") { id } channels { edges { cursor } } }';

  it.each(MUTATIONS)(`in %s`, async (name) => {
    const service = await startService();
    const inputs = await goodInputs(service);
    const before = await selfOf(http(service, 'dev:ada'));
    const answer = await attempt(http(service, `dev:ada:${role}`), name, inputs[name]);
    if (ALLOWED[name].includes(role)) {
      expect(answer.errors).toBeUndefined();
      return;
    }
    expect(refusalOf(answer)).toMatchObject({ code: 'FORBIDDEN', retryable: false });
    expect(await selfOf(http(service, 'dev:ada'))).toEqual(before);
    expect((await lookAt(http(service, 'dev:ada'), 'bo')).name).toBeNull();
    const { channel } = dataOf(
      await service.ask('dev:backend:server', '{ channel(type: "team", key: "7") { presenceEnabled } }'),
    );
    expect(channel).toBeNull();
    const unchanged = await service.ask(
      'dev:ada',
      '{ settings { allowInvisible } customStatuses { name } service { enabled } }',
    );
    expect(dataOf(unchanged)).toEqual({
      settings: { allowInvisible: true },
      customStatuses: [{ name: 'Lunch' }],
      service: { enabled: true },
    });
  });

  it('may ask everything and watch', async () => {
    const service = await startService();
    expect((await service.ask(`dev:ada:${role}`, everything)).errors).toBeUndefined();
    const { initial } = await watch(service, ['bo'], { token: `dev:ada:${role}` });
    expect(initial).toEqual(['bo is OFFLINE']);
  });

  it.each(['setStatus', 'clearStatus', 'setInvisible'] as const)(
    'may speak for somebody else in %s only as server',
    async (name) => {
      const service = await startService();
      const inputs = { setStatus: { text: 'hi' }, clearStatus: {}, setInvisible: { invisible: true } };
      const answer = await attempt(http(service, `dev:ada:${role}`), name, { ...inputs[name], userId: 'bo' });
      if (role === 'server') expect(dataOf(answer)[name].viewer.id).toBe('viewer:bo');
      else expect(refusalOf(answer)).toMatchObject({ code: 'FORBIDDEN' });
      const { status, invisible } = await selfOf(http(service, 'dev:bo'));
      expect([status?.text ?? null, invisible]).toEqual([
        role === 'server' && name === 'setStatus' ? 'hi' : null,
        role === 'server' && name === 'setInvisible',
      ]);
    },
  );
});

describe('the backend', () => {
  it('sets, hides and clears for a person, who and whose watchers see it at once', async () => {
    const service = await startService();
    const backend = http(service, 'dev:backend:server');
    await service.connect({ token: 'dev:ada' });
    const onlooker = await watch(service, ['ada', 'backend']);
    const { viewer } = await mutate(backend, 'setStatus', { availability: 'BUSY', text: 'on stage', userId: 'ada' });
    expect(viewer).toMatchObject({ id: 'viewer:ada', availability: 'BUSY', sessions: [{ current: false }] });
    expect(await onlooker.next()).toBe('ada BUSY on stage');
    await mutate(backend, 'setInvisible', { invisible: true, userId: 'ada' });
    expect(await onlooker.next()).toBe('ada OFFLINE');
    await mutate(backend, 'setInvisible', { invisible: false, userId: 'ada' });
    expect(await onlooker.next()).toBe('ada BUSY on stage');
    await mutate(backend, 'clearStatus', { userId: 'ada' });
    expect(await onlooker.next()).toBe('ada ONLINE');
    await onlooker.sawNothing();
  });

  it('may be somebody itself, by a session over HTTP', async () => {
    const service = await startService();
    await mutate(http(service, 'dev:backend:server'), 'openSession', {});
    expect(await dotOf(service, 'backend')).toBe('ONLINE');
  });
});
