/** Who commands too often is told when to come back; nobody's connection is closed for it, and no report is lost. */
import { expect, it } from 'vitest';
import { watch } from '../api/onlooker.ts';
import { http, lookAt, mutate, refusalOf, selfOf } from '../api/operations.ts';
import { startService } from '../support/service.ts';

const SET = 'mutation ($text: String!) { setStatus(input: { text: $text }) { viewer { status { text } } } }';

it('commands of one person are refused with retryAfterMs, over all wires, and then carried out again', async () => {
  const service = await startService({ PRESENCE_COMMANDS_PER_PERSON: '3' });
  const device = await service.connect({ token: 'dev:ada' });
  expect((await device.ask(SET, { text: 'one' })).errors).toBeUndefined();
  await service.clock.pass(4);
  expect((await service.ask('dev:ada', SET, { text: 'two' })).errors).toBeUndefined();
  const twice =
    'mutation { a: clearStatus { viewer { id } } ...M } fragment M on Mutation { b: clearStatus { viewer { id } } }';
  const refused = { code: 'RATE_LIMITED', limit: 3, retryAfterMs: 6_000, retryable: true };
  expect(refusalOf(await device.ask(twice))).toMatchObject(refused);
  expect(await selfOf(device)).toMatchObject({ status: { text: 'two' } });
  expect((await device.ask(SET, { text: 'three' })).errors).toBeUndefined();
  expect(refusalOf(await device.ask(SET, { text: 'four' }))).toMatchObject(refused);
  expect(refusalOf(await service.ask('dev:ada', SET, { text: 'four' }))).toMatchObject(refused);
  expect((await service.ask('dev:bo', SET, { text: 'hi' })).errors).toBeUndefined();
  expect((await service.ask('dev:ada:server', SET, { text: 'five' })).errors).toBeUndefined();
  expect(device.socket.readyState).toBe(device.socket.OPEN);
  await service.clock.pass(6);
  expect((await device.ask(SET, { text: 'six' })).errors).toBeUndefined();
  expect(await selfOf(device)).toMatchObject({ status: { text: 'six' } });
});

it('commands of one site, the backend’s among them, and another site does not notice', async () => {
  const service = await startService({ PRESENCE_COMMANDS_PER_SITE: '2' });
  for (const token of ['dev:ada', 'dev:backend:server'])
    expect((await service.ask(token, SET, { text: 'hi' })).errors).toBeUndefined();
  for (const token of ['dev:bo', 'dev:backend:server'])
    expect(refusalOf(await service.ask(token, SET, { text: 'hi' }))).toMatchObject({ code: 'RATE_LIMITED', limit: 2 });
  expect((await service.ask('dev:ada:user:acme', SET, { text: 'hi' })).errors).toBeUndefined();
});

it('reports are merged, never refused: the last one takes effect', async () => {
  const service = await startService({ PRESENCE_REPORTS_PER_PERSON: '2', PRESENCE_COMMANDS_PER_PERSON: '2' });
  const onlooker = await watch(service, ['ada']);
  const device = await service.connect({ token: 'dev:ada' });
  expect(await onlooker.next()).toBe('ada ONLINE');
  const report = (activity: string) => mutate(device, 'reportActivity', { activity });
  await report('SLEEP');
  expect(await onlooker.next()).toBe('ada AWAY');
  await report('WAKE');
  expect(await onlooker.next()).toBe('ada ONLINE');
  for (let times = 0; times < 50; times++) for (const activity of ['SLEEP', 'WAKE']) await report(activity);
  await report('SLEEP');
  await onlooker.sawNothing();
  await service.clock.pass(10);
  expect(await onlooker.next()).toBe('ada AWAY');
  await report('WAKE');
  expect(await onlooker.next()).toBe('ada ONLINE');
});

it('heartbeats are merged too, and the session lives as long after the last of them', async () => {
  const service = await startService({ PRESENCE_REPORTS_PER_PERSON: '1' });
  const { session } = await mutate(http(service, 'dev:ada'), 'openSession', {});
  const beat = () => mutate(http(service, 'dev:ada'), 'heartbeat', { sessionId: session.id });
  for (let times = 0; times < 20; times++) await beat();
  await service.clock.pass(60);
  for (let times = 0; times < 20; times++) await beat();
  await service.clock.pass(74);
  expect((await lookAt(http(service, 'dev:bo'), 'ada')).presence.availability).not.toBe('OFFLINE');
  await service.clock.pass(20);
  expect((await lookAt(http(service, 'dev:bo'), 'ada')).presence.availability).toBe('OFFLINE');
  const late = service.ask(
    'dev:ada',
    'mutation ($id: ID!) { heartbeat(input: { sessionId: $id }) { session { id } } }',
    {
      id: session.id,
    },
  );
  expect(refusalOf(await late)).toMatchObject({ code: 'NOT_FOUND' });
});
