/** When what people say about themselves begins and ends, by itself and exactly. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/hub/clock.ts';
import { type Service, startService, startWith } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { attempt, dotOf, http, lookAt, mutate, refusalOf, selfOf } from './operations.ts';

const ada = { token: 'dev:ada' };

/** A moment, so many seconds after the manual clock began. */
const at = (seconds: number) => new Date(Date.UTC(2026, 5, 1, 12, 0, 0, seconds * 1_000)).toISOString();

/** Ada on one device, and somebody who watches her. */
async function adaWatched(service: Service) {
  const device = await service.connect(ada);
  return { device, onlooker: await watch(service, ['ada']) };
}

describe('expiresAt', () => {
  it('ends dot and words at that very moment, for those who watch and for the person', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setStatus', { availability: 'BUSY', text: 'exam', expiresAt: at(60) });
    expect(await onlooker.next()).toBe('ada BUSY exam');
    const { presence } = await lookAt(http(service, 'dev:bo'), 'ada');
    expect(presence.status).toMatchObject({ expiresAt: at(60) });
    expect((await selfOf(device)).explanation).toEqual({
      rule: 'MANUAL',
      because: 'Busy because you picked it until 12:01 UTC.',
      nextChangeAt: at(60),
    });
    await service.clock.pass(59.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada ONLINE');
    expect(await selfOf(device)).toMatchObject({ manual: null, status: null, claims: [] });
  });

  it('of words alone ends the words and leaves the dot that was picked before', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setStatus', { availability: 'BUSY' });
    await mutate(device, 'setStatus', { text: 'in a minute', expiresAt: at(60) });
    expect([await onlooker.next(), await onlooker.next()]).toEqual(['ada BUSY', 'ada BUSY in a minute']);
    await service.clock.pass(60);
    expect(await onlooker.next()).toBe('ada BUSY');
    await service.clock.pass(1_000);
    await onlooker.sawNothing();
  });

  it('comes while nobody is connected, too', async () => {
    const service = await startService();
    const by = http(service, 'dev:ada');
    const own = await service.connect({ ...ada, session: false });
    await mutate(by, 'setStatus', { availability: 'BUSY', text: 'gone', expiresAt: at(60) });
    const changes = own.subscribe('subscription { viewerChanged { manual status { text } } }');
    await own.ask('{ viewer { id } }');
    await service.clock.pass(60);
    expect(await changes.take()).toEqual({ data: { viewerChanged: { manual: null, status: null } } });
    await service.connect(ada);
    expect(await dotOf(service, 'ada')).toBe('ONLINE');
  });

  it('is replaced by the next setStatus, which lasts until changed without one', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setStatus', { availability: 'BUSY', expiresAt: at(60) });
    await mutate(device, 'setStatus', { availability: 'AWAY' });
    expect([await onlooker.next(), await onlooker.next()]).toEqual(['ada BUSY', 'ada AWAY']);
    await service.clock.pass(3_600);
    await onlooker.sawNothing();
  });

  it('is kept within 50 ms by the real clock', { retry: 4 }, async () => {
    const service = await startWith(systemClock());
    const device = await service.connect(ada);
    const onlooker = await watch(service, ['ada']);
    const [startsAt, expiresAt] = [Date.now() + 300, Date.now() + 600];
    await mutate(device, 'setStatus', {
      text: 'now',
      startsAt: new Date(startsAt).toISOString(),
      expiresAt: new Date(expiresAt).toISOString(),
    });
    for (const [moment, line] of [
      [startsAt, 'ada ONLINE now'],
      [expiresAt, 'ada ONLINE'],
    ] as const) {
      expect(await onlooker.next()).toBe(line);
      const late = Date.now() - moment;
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(50);
    }
  });
});

describe('startsAt', () => {
  it('happens at that very moment, and not before', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    const plan = { availability: 'BUSY', text: 'exam', emoji: '📚', startsAt: at(60), expiresAt: at(120) };
    const { viewer } = await mutate(device, 'setStatus', plan);
    expect(viewer).toMatchObject({
      availability: 'ONLINE',
      manual: null,
      status: null,
      claims: [{ source: 'MANUAL', active: false, ...plan }],
      explanation: { rule: 'ACTIVE_SESSION', nextChangeAt: at(60) },
    });
    await service.clock.pass(59.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada BUSY 📚 exam');
    expect((await selfOf(device)).claims).toMatchObject([{ source: 'MANUAL', active: true, ...plan }]);
    await service.clock.pass(60);
    expect(await onlooker.next()).toBe('ada ONLINE');
  });

  it('comes while nobody is connected, and shows with the next device', async () => {
    const service = await startService();
    const onlooker = await watch(service, ['ada']);
    const input = { availability: 'AWAY', text: 'on leave', startsAt: at(60), expiresAt: at(600) };
    await mutate(http(service, 'dev:ada'), 'setStatus', input);
    await service.clock.pass(60);
    await onlooker.sawNothing();
    expect(await selfOf(http(service, 'dev:ada'))).toMatchObject({ manual: 'AWAY', availability: 'OFFLINE' });
    await service.connect(ada);
    expect(await onlooker.next()).toBe('ada AWAY on leave');
    await service.clock.pass(540);
    expect(await onlooker.next()).toBe('ada AWAY');
  });

  it('in the past is now', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setStatus', { availability: 'BUSY', startsAt: at(-3_600) });
    expect(await onlooker.next()).toBe('ada BUSY');
  });

  it('can be given for 20 statuses at once, and one more is refused', async () => {
    const service = await startService();
    const by = http(service, 'dev:ada');
    for (let plan = 1; plan <= 20; plan++) await mutate(by, 'setStatus', { text: `plan ${plan}`, startsAt: at(plan) });
    const refusal = refusalOf(await attempt(by, 'setStatus', { text: 'one more', startsAt: at(21) }));
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', field: 'startsAt' });
    await mutate(by, 'setStatus', { text: 'another tenth', startsAt: at(10) });
    await service.clock.pass(10);
    expect(await selfOf(by)).toMatchObject({ status: { text: 'another tenth' } });
    await service.clock.pass(10);
    expect(await selfOf(by)).toMatchObject({ status: { text: 'plan 20' } });
  });
});
