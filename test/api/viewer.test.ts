/** The whole truth about oneself: viewer, viewerChanged, claims and the explanation. */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { attempt, dataOf, http, mutate, SELF, type Self, selfOf } from './operations.ts';

const ada = { token: 'dev:ada' };

/** Ada's own view of herself on another device that does not appear, one change after the other. */
async function followOneself(service: Service) {
  const device = await service.connect({ ...ada, session: false });
  const stream = device.subscribe<{ viewerChanged: Self }>(`subscription { viewerChanged { ${SELF} } }`);
  await device.ask('{ viewer { id } }');
  let known = await selfOf(device);
  return {
    /** The members that the next change has changed. */
    async next(): Promise<Partial<Self>> {
      const before = new Map<string, unknown>(Object.entries(known));
      known = dataOf(await stream.take()).viewerChanged;
      expect(known).toEqual(await selfOf(device));
      const entries = Object.entries(known).filter(([key, value]) => !isDeepStrictEqual(value, before.get(key)));
      return Object.fromEntries(entries);
    },
    async sawNothing(): Promise<void> {
      const autoAway = !known.preferences.autoAway;
      await mutate(device, 'setPreferences', { autoAway });
      expect(Object.keys(await this.next())).toContain('preferences');
    },
  };
}

describe('viewerChanged', () => {
  it('begins with the next change, and tells of everything a person can see of themselves', async () => {
    const service = await startService();
    const oneself = await followOneself(service);
    const device = await service.connect({ ...ada, device: 'WEB' });
    expect(await oneself.next()).toMatchObject({ availability: 'ONLINE', sessions: [{ device: 'WEB' }] });
    await mutate(device, 'setStatus', { availability: 'BUSY', text: 'here' });
    expect(await oneself.next()).toMatchObject({ availability: 'BUSY', manual: 'BUSY', status: { text: 'here' } });
    await mutate(device, 'setInvisible', { invisible: true });
    expect(await oneself.next()).toMatchObject({ invisible: true, explanation: { rule: 'INVISIBLE' } });
    await mutate(device, 'setPreferences', { idleTimeoutSeconds: 99 });
    expect(await oneself.next()).toEqual({ preferences: { autoAway: true, idleTimeoutSeconds: 99 } });
    await mutate(device, 'setStatus', { availability: 'AWAY', startsAt: '2027-01-01T00:00:00Z' });
    expect(await oneself.next()).toMatchObject({ claims: [{ active: true }, { active: false }] });
    await service.connect({ ...ada, device: 'MOBILE' });
    expect((await oneself.next()).sessions).toHaveLength(2);
    await mutate(device, 'clearStatus', {});
    expect(await oneself.next()).toMatchObject({ manual: null, status: null, claims: [] });
    const backend = http(service, 'dev:backend:server');
    await mutate(backend, 'upsertUsers', { users: [{ id: 'ada', name: 'Ada' }] });
    expect(await oneself.next()).toMatchObject({ user: { name: 'Ada' } });
    await mutate(device, 'closeSession', { sessionId: device.sessionId });
    expect((await oneself.next()).sessions).toHaveLength(1);
  });

  it('tells of what time changes: idle, lost and over', async () => {
    const service = await startService();
    const oneself = await followOneself(service);
    const device = await service.connect(ada);
    expect(await oneself.next()).toMatchObject({ availability: 'ONLINE' });
    await service.clock.pass(300);
    expect(await oneself.next()).toMatchObject({ availability: 'AWAY', sessions: [{ availability: 'AWAY' }] });
    await mutate(device, 'reportActivity', { activity: 'ACTIVE' });
    expect(await oneself.next()).toMatchObject({ availability: 'ONLINE' });
    await device.drop();
    await service.clock.pass(5);
    expect(await oneself.next()).toMatchObject({ availability: 'AWAY', explanation: { rule: 'LOST_SESSION' } });
    await service.clock.pass(25);
    expect(await oneself.next()).toMatchObject({ availability: 'OFFLINE', sessions: [] });
  });

  it('tells of a status that begins and ends by itself', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    const [startsAt, expiresAt] = ['2026-06-01T12:01:00.000Z', '2026-06-01T12:02:00.000Z'];
    await mutate(device, 'setStatus', { availability: 'BUSY', text: 'exam', startsAt, expiresAt });
    const oneself = await followOneself(service);
    await service.clock.pass(60);
    expect(await oneself.next()).toMatchObject({ manual: 'BUSY', status: { text: 'exam', expiresAt } });
    await service.clock.pass(60);
    expect(await oneself.next()).toMatchObject({ manual: null, status: null, claims: [] });
  });

  it('is silent while nothing changes: activity, heartbeats, refreshes, repeats, refusals, other people', async () => {
    const service = await startService();
    const device = await service.connect(ada);
    const by = http(service, 'dev:ada');
    const { session } = await mutate(by, 'openSession', {});
    await mutate(by, 'setPreferences', { idleTimeoutSeconds: 86_400 });
    await mutate(by, 'setStatus', { text: 'same' });
    const oneself = await followOneself(service);
    for (let minutes = 0; minutes < 20; minutes++) {
      await mutate(by, 'heartbeat', { sessionId: session.id, active: minutes % 2 === 0 });
      await mutate(device, 'reportActivity', { activity: 'ACTIVE' });
      await service.clock.pass(60);
    }
    await mutate(by, 'setStatus', { text: 'same' });
    await attempt(by, 'setStatus', { text: ' ' });
    await mutate(http(service, 'dev:bo'), 'openSession', {});
    await oneself.sawNothing();
  });

  it('tells of nobody else, in the same site or in another', async () => {
    const service = await startService();
    const oneself = await followOneself(service);
    await service.connect({ token: 'dev:bo' });
    await service.connect({ token: 'dev:ada:user:other' });
    await oneself.sawNothing();
  });
});

describe('the explanation', () => {
  it('names the rule that decided, in a sentence, with the next change', async () => {
    const service = await startService();
    const by = http(service, 'dev:ada');
    const explained = async () => (await selfOf(by)).explanation;
    expect(await explained()).toEqual({
      rule: 'NO_SESSION',
      because: 'Offline because no device is connected.',
      nextChangeAt: null,
    });
    const { session } = await mutate(by, 'openSession', {});
    expect(await explained()).toEqual({
      rule: 'ACTIVE_SESSION',
      because: 'Online because you are active on a connected device.',
      nextChangeAt: '2026-06-01T12:01:15.000Z',
    });
    await mutate(by, 'reportActivity', { sessionId: session.id, activity: 'IDLE' });
    expect(await explained()).toMatchObject({
      rule: 'IDLE_SESSION',
      because: 'Away because you have not been active for a while.',
    });
    await mutate(by, 'setStatus', { availability: 'BUSY', expiresAt: '2026-06-02T08:30:00Z' });
    expect(await explained()).toMatchObject({
      rule: 'MANUAL',
      because: 'Busy because you picked it until 2026-06-02 08:30 UTC.',
    });
    await mutate(by, 'setStatus', { availability: 'OFFLINE' });
    expect(await explained()).toEqual({
      rule: 'MANUAL',
      because: 'Offline to others because you picked it.',
      nextChangeAt: null,
    });
    await mutate(by, 'setInvisible', { invisible: true });
    expect(await explained()).toEqual({
      rule: 'INVISIBLE',
      because: 'Offline to others because you are invisible.',
      nextChangeAt: null,
    });
  });
});
