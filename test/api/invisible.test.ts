/** Hiding: to everybody else it is, field by field and event by event, having left at that moment. */
import { describe, expect, it } from 'vitest';
import { type Device, type Service, startService } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { dataOf, http, LOOK, mutate, PRESENCE } from './operations.ts';

/** Whoever may look, whatever their role; and the hidden person looking at how others see them. */
const READERS = [
  'dev:onlooker',
  'dev:root:admin',
  'dev:backend:server',
  'dev:visitor:guest',
  'dev:ada',
  'dev:ada:server',
];

const WAYS: readonly (readonly [string, (ada: Device, service: Service) => Promise<unknown>])[] = [
  ['setInvisible', (ada) => mutate(ada, 'setInvisible', { invisible: true })],
  ['the pick OFFLINE', (ada) => mutate(ada, 'setStatus', { availability: 'OFFLINE', text: 'not here' })],
  ['a device that connects invisible', (_, service) => service.connect({ token: 'dev:ada', invisible: true })],
  [
    'the backend',
    (_, service) => mutate(http(service, 'dev:backend:server'), 'setInvisible', { invisible: true, userId: 'ada' }),
  ],
];

/** Everything that can be read of one person in any way, with her own id wherever it stands replaced. */
async function allThatIsSeen(service: Service, id: string, token: string): Promise<unknown> {
  const query = `query ($id: ID!, $presence: ID!) {
    user(id: $id) { ${LOOK} }
    users(ids: [$id, "nobody"]) { ${LOOK} }
    node(id: $id) { ... on User { ${LOOK} } }
    presence: node(id: $presence) { ... on Presence { ${PRESENCE} } }
    viewer: node(id: "viewer:${id}") { id }
    onlineCount
  }`;
  const { viewer, ...data } = dataOf(await service.ask(token, query, { id, presence: `presence:${id}` }));
  if (!token.startsWith('dev:ada')) expect(viewer).toBeNull();
  return JSON.parse(JSON.stringify(data).replaceAll(`${id}"`, 'SOMEBODY"'));
}

/** Ada and her twin, who is to leave when Ada hides: each with one device and the same words. */
async function twins(service: Service) {
  const [ada, twin] = [await service.connect({ token: 'dev:ada' }), await service.connect({ token: 'dev:twin' })];
  for (const device of [ada, twin]) await mutate(device, 'setStatus', { text: 'hello', emoji: '👋' });
  await service.clock.pass(60);
  const leave = () => mutate(twin, 'closeSession', { sessionId: twin.sessionId });
  return { ada, twin, leave };
}

describe.each(WAYS)('hiding by %s', (_, hide) => {
  it.each(READERS)('is having left, as %s reads it, now and later', async (reader) => {
    const service = await startService();
    const { ada, leave } = await twins(service);
    await hide(ada, service);
    await leave();
    const seen = await allThatIsSeen(service, 'ada', reader);
    expect(seen).toMatchObject({
      user: {
        presence: { availability: 'OFFLINE', online: false, status: null, lastActive: '2026-06-01T12:00:00.000Z' },
      },
      onlineCount: 0,
    });
    expect(seen).toEqual(await allThatIsSeen(service, 'twin', reader));
    for (let minutes = 0; minutes < 40; minutes += 4) {
      await mutate(ada, 'reportActivity', { activity: 'ACTIVE' });
      await service.connect({ token: 'dev:ada' });
      await service.clock.pass(240);
    }
    expect(await allThatIsSeen(service, 'ada', reader)).toEqual(seen);
    expect(await allThatIsSeen(service, 'twin', reader)).toEqual(seen);
  });

  it('is one change for those who watch, and then silence, whatever the person does', async () => {
    const service = await startService();
    const { ada, leave } = await twins(service);
    const onlookers = await Promise.all(READERS.map((token) => watch(service, ['ada', 'twin'], { token })));
    await hide(ada, service);
    await leave();
    for (const onlooker of onlookers) {
      expect([await onlooker.next(), await onlooker.next()]).toEqual(['ada OFFLINE', 'twin OFFLINE']);
    }
    const phone = await service.connect({ token: 'dev:ada', device: 'MOBILE', status: { text: 'on my phone' } });
    const { session } = await mutate(http(service, 'dev:ada'), 'openSession', {});
    await mutate(phone, 'setStatus', { text: 'secret', expiresAt: '2026-06-01T12:05:00Z' });
    await mutate(phone, 'setStatus', { text: 'planned', startsAt: '2026-06-01T12:06:00Z' });
    for (const activity of ['IDLE', 'SCREEN_LOCKED', 'ACTIVE']) await mutate(phone, 'reportActivity', { activity });
    await mutate(phone, 'setPreferences', { autoAway: false, idleTimeoutSeconds: 60 });
    await mutate(ada, 'closeSession', { sessionId: session.id });
    await phone.drop();
    await service.clock.pass(400);
    await ada.close();
    await service.clock.pass(30);
    const [first] = onlookers;
    await first?.sawNothing();
    const late = await watch(service, ['ada', 'twin']);
    expect(late.initial).toEqual(['ada is OFFLINE', 'twin is OFFLINE']);
  });

  it('lasts over reconnects and new devices, until the person ends it', async () => {
    const service = await startService();
    const { ada } = await twins(service);
    await hide(ada, service);
    const onlooker = await watch(service, ['ada']);
    await ada.close();
    await service.clock.pass(100_000);
    const again = await service.connect({ token: 'dev:ada' });
    await onlooker.sawNothing();
    await mutate(again, 'clearStatus', {});
    await mutate(again, 'setInvisible', { invisible: false });
    expect(await onlooker.next()).toMatch(/^ada ONLINE/);
  });
});

it('somebody who hid before anybody ever saw them is as unknown as a stranger', async () => {
  const service = await startService();
  await mutate(http(service, 'dev:ada'), 'setInvisible', { invisible: true });
  await service.connect({ token: 'dev:ada' });
  await service.clock.pass(2_000);
  const seen = await allThatIsSeen(service, 'ada', 'dev:onlooker');
  expect(seen).toEqual(await allThatIsSeen(service, 'stranger', 'dev:onlooker'));
});
