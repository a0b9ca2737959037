/** Being busy by a calendar. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { calendar, event } from '../calendar/ics.ts';
import { manualClock } from '../support/manual-clock.ts';
import { type Service, startService, startWith } from '../support/service.ts';
import { watch } from './onlooker.ts';
import { type Asker, attempt, dotOf, http, mutate, refusalOf, selfOf } from './operations.ts';

const ada = { token: 'dev:ada' };
const START = Date.UTC(2026, 5, 1, 12); // a Monday noon, when the manual clock begins
const HOUR = 3_600; // seconds
const DAY = 24 * HOUR;

/** A moment, so many seconds after the start; and as calendars write it. */
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();
const stamp = (seconds: number) => at(seconds).replace(/[-:]|\.000/g, '');

const meeting = (from: number, to: number, ...lines: readonly string[]) =>
  event(`DTSTART:${stamp(from)}`, `DTEND:${stamp(to)}`, ...lines);
const weekly = calendar(meeting(60, 120, 'RRULE:FREQ=WEEKLY'));

const sync = (by: Asker, ics: string, more: object = {}) => mutate(by, 'syncCalendar', { ics, ...more });

async function adaWatched(service: Service) {
  const device = await service.connect(ada);
  return { device, onlooker: await watch(service, ['ada']) };
}

describe('a meeting of a calendar', () => {
  it('begins and ends at its moments', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    const { busy, ignored, viewer } = await sync(
      device,
      calendar(meeting(60, 120), meeting(180, 200, 'TRANSP:TRANSPARENT')),
    );
    expect({ busy, ignored }).toEqual({ busy: [{ startsAt: at(60), endsAt: at(120) }], ignored: 1 });
    expect(viewer.claims).toEqual([
      {
        source: 'CALENDAR',
        key: `default:${at(60)}`,
        availability: 'BUSY',
        text: null,
        emoji: null,
        startsAt: at(60),
        expiresAt: at(120),
        active: false,
      },
    ]);
    expect(viewer.explanation).toMatchObject({ rule: 'ACTIVE_SESSION', nextChangeAt: at(60) });
    await service.clock.pass(59.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada BUSY');
    expect(await selfOf(device)).toMatchObject({
      claims: [{ active: true }],
      explanation: { rule: 'CALENDAR', because: 'Busy because of a meeting until 12:02 UTC.', nextChangeAt: at(120) },
    });
    await service.clock.pass(59.999);
    await onlooker.sawNothing();
    await service.clock.pass(0.001);
    expect(await onlooker.next()).toBe('ada ONLINE');
    expect((await selfOf(device)).claims).toEqual([]);
  });

  it('that touches another is one with it: nobody sees the seam', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    const { busy } = await sync(device, calendar(meeting(60, 120), meeting(120, 180), meeting(150, 240)));
    expect(busy).toEqual([{ startsAt: at(60), endsAt: at(240) }]);
    await service.clock.pass(60);
    expect(await onlooker.next()).toBe('ada BUSY');
    await service.clock.pass(179);
    await onlooker.sawNothing();
    await service.clock.pass(1);
    expect(await onlooker.next()).toBe('ada ONLINE');
  });

  it('that goes on shows at once, with the start it had', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    const { busy, viewer } = await sync(device, calendar(meeting(-600, 60)));
    expect(busy).toEqual([{ startsAt: at(-600), endsAt: at(60) }]);
    expect(viewer).toMatchObject({ availability: 'BUSY', claims: [{ startsAt: at(-600), active: true }] });
    expect(await onlooker.next()).toBe('ada BUSY');
    await service.clock.pass(60);
    expect(await onlooker.next()).toBe('ada ONLINE');
  });

  it('gives way to a pick made during it, and shows over one made before', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setStatus', { availability: 'AWAY' });
    expect(await onlooker.next()).toBe('ada AWAY');
    await sync(device, calendar(meeting(60, 120), meeting(300, 400)));
    await service.clock.pass(60);
    expect(await onlooker.next()).toBe('ada BUSY');
    await service.clock.pass(60);
    expect(await onlooker.next()).toBe('ada AWAY');
    await service.clock.pass(180);
    expect(await onlooker.next()).toBe('ada BUSY');
    await mutate(device, 'setStatus', { availability: 'AWAY', text: 'a walk' });
    expect(await onlooker.next()).toBe('ada AWAY a walk');
    await service.clock.pass(200);
    await onlooker.sawNothing();
  });

  it('gives way to a call, and goes on when that ends', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await sync(device, calendar(meeting(-60, 600)));
    expect(await onlooker.next()).toBe('ada BUSY');
    await mutate(device, 'setClaim', { source: 'CALL', key: 'a', availability: 'AWAY' });
    expect(await onlooker.next()).toBe('ada AWAY');
    await mutate(device, 'clearClaim', { source: 'CALL', key: 'a' });
    expect(await onlooker.next()).toBe('ada BUSY');
  });

  it('leaves the person’s own words as they are', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setStatus', { text: 'In Lisbon' });
    expect(await onlooker.next()).toBe('ada ONLINE In Lisbon');
    await sync(device, calendar(meeting(-60, 60, 'SUMMARY:Secret')));
    expect(await onlooker.next()).toBe('ada BUSY In Lisbon');
  });

  it('of somebody hidden or not connected shows to nobody', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setInvisible', { invisible: true });
    expect(await onlooker.next()).toBe('ada OFFLINE');
    const { viewer } = await sync(device, calendar(meeting(-60, 60)));
    expect(viewer).toMatchObject({
      availability: 'BUSY',
      explanation: { rule: 'INVISIBLE', because: 'Offline to others because you are invisible.', nextChangeAt: null },
    });
    const backend = http(service, 'dev:app:server');
    const { viewer: bo } = await sync(backend, calendar(meeting(-60, 60)), { userId: 'bo' });
    expect(bo).toMatchObject({ availability: 'OFFLINE', explanation: { rule: 'NO_SESSION' } });
    expect(await dotOf(service, 'bo')).toBe('OFFLINE');
    await service.clock.pass(60);
    await onlooker.sawNothing();
  });
});

describe('a calendar that is told again', () => {
  it('replaces what it said before', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await sync(device, calendar(meeting(-60, 600), meeting(1_000, 1_100)));
    expect(await onlooker.next()).toBe('ada BUSY');
    const { viewer } = await sync(device, calendar(meeting(2_000, 2_100)));
    expect(await onlooker.next()).toBe('ada ONLINE');
    expect(viewer.claims.map(({ startsAt }) => startsAt)).toEqual([at(2_000)]);
    const empty = await sync(device, calendar());
    expect(empty).toMatchObject({ busy: [], ignored: 0, viewer: { claims: [] } });
  });

  it('word for word changes nothing, not even the pick made during the meeting', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    const ics = calendar(meeting(-600, -60), meeting(-60, 600), meeting(3_000, 3_100));
    await sync(device, ics);
    expect(await onlooker.next()).toBe('ada BUSY');
    await mutate(device, 'setStatus', { availability: 'AWAY' });
    expect(await onlooker.next()).toBe('ada AWAY');
    await service.clock.pass(60);
    const before = await selfOf(device);
    expect((await sync(device, ics)).viewer).toEqual(before);
    await onlooker.sawNothing();
  });

  it('leaves the others of the person, and claims, alone', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await mutate(device, 'setClaim', { source: 'CALENDAR', key: 'work', startsAt: at(5_000) });
    await sync(device, calendar(meeting(-60, 120)), { calendarKey: 'work' });
    await sync(device, calendar(meeting(-30, 180)), { calendarKey: 'home' });
    await sync(device, calendar(meeting(9_000, 9_100)));
    await sync(device, calendar(meeting(9_000, 9_200)), { calendarKey: null });
    expect(await onlooker.next()).toBe('ada BUSY');
    expect((await selfOf(device)).claims.map(({ key }) => key)).toEqual([
      `work:${at(-60)}`,
      `home:${at(-30)}`,
      'work',
      `default:${at(9_000)}`,
    ]);
    await sync(device, calendar(), { calendarKey: 'home' });
    await onlooker.sawNothing();
    await mutate(device, 'clearClaim', { source: 'CALENDAR', key: `work:${at(-60)}` });
    await onlooker.sawNothing();
    await sync(device, calendar(), { calendarKey: 'work' });
    expect(await onlooker.next()).toBe('ada ONLINE');
    expect((await selfOf(device)).claims.map(({ key }) => key)).toEqual(['work', `default:${at(9_000)}`]);
  });

  it('by several at once leaves one of them standing, whole', async () => {
    const service = await startService();
    const by = http(service, 'dev:ada');
    const texts = [60, 70, 80, 90].map((from) => calendar(meeting(from, from + 5, 'RRULE:FREQ=DAILY')));
    await Promise.all(texts.map((ics) => sync(by, ics)));
    const seconds = new Set((await selfOf(by)).claims.map(({ startsAt }) => startsAt.slice(14)));
    expect(seconds.size).toBe(1);
    await service.clock.pass(2 * DAY);
    const later = (await selfOf(by)).claims;
    expect(new Set(later.map(({ startsAt }) => startsAt.slice(14)))).toEqual(seconds);
    expect(later.length).toBeGreaterThanOrEqual(59);
  });
});

describe('what a calendar is told with', () => {
  const declined = (address: string) =>
    calendar(meeting(60, 120, `ATTENDEE;PARTSTAT=DECLINED:mailto:${address}`, 'ATTENDEE:mailto:bo@example.com'));
  const day = (...lines: readonly string[]) => calendar(...lines, event('DTSTART;VALUE=DATE:20260602'));

  it('tells by which address the person declined', async () => {
    const service = await startService();
    const count = async (token: string, ics: string, more: object = {}) =>
      (await sync(http(service, token), ics, more)).busy.length;
    expect(await count('dev:ada', declined('ada@example.com'))).toBe(0);
    expect(await count('dev:ada@example.com', declined('ADA@example.com'))).toBe(0);
    expect(await count('dev:u-17', declined('ada@example.com'))).toBe(1);
    expect(await count('dev:u-17', declined('ada@example.com'), { calendarKey: 'ada@example.com' })).toBe(0);
    expect(
      await count('dev:u-17', declined('ada@example.com'), { addresses: ['mailto:x@y.z', 'Ada@Example.com '] }),
    ).toBe(0);
  });

  it('tells where the person’s days begin', async () => {
    const service = await startService();
    const by = http(service, 'dev:ada');
    const first = async (ics: string, more: object = {}) => (await sync(by, ics, more)).busy[0]?.startsAt;
    expect(await first(day())).toBe('2026-06-02T00:00:00.000Z');
    expect(await first(day('X-WR-TIMEZONE:Europe/Berlin'))).toBe('2026-06-01T22:00:00.000Z');
    expect(await first(day('X-WR-TIMEZONE:Europe/Berlin'), { timeZone: 'Asia/Tokyo' })).toBe(
      '2026-06-01T15:00:00.000Z',
    );
    expect(await first(day(), { timeZone: 'Tokyo Standard Time' })).toBe('2026-06-01T15:00:00.000Z');
  });

  it('is for oneself, and for anybody with the role server', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    const { viewer } = await sync(http(service, 'dev:app:server'), calendar(meeting(-60, 60)), { userId: 'ada' });
    expect(viewer.id).toBe('viewer:ada');
    expect(await onlooker.next()).toBe('ada BUSY');
    for (const token of ['dev:bo', 'dev:bo:admin']) {
      const answer = await attempt(http(service, token), 'syncCalendar', { ics: calendar(), userId: 'ada' });
      expect(refusalOf(answer)).toMatchObject({ code: 'FORBIDDEN' });
    }
    expect((await selfOf(device)).claims).toHaveLength(1);
  });
});

describe('a calendar that is refused', () => {
  const hours = (count: number) => meeting(0, 60, `RRULE:FREQ=HOURLY;COUNT=${count}`);

  it.each<[string, object, string, string]>([
    ['is no calendar', { ics: 'hello' }, 'ics', 'BEGIN:VCALENDAR'],
    ['is empty', { ics: '' }, 'ics', 'BEGIN:VCALENDAR'],
    ['is cut off', { ics: weekly.slice(0, -16) }, 'ics', 'cut off'],
    ['is too long', { ics: calendar(`X:${'x'.repeat(512 * 1024)}`) }, 'ics', '524288'],
    ['is every second for ever', { ics: calendar(meeting(0, 1, 'RRULE:FREQ=SECONDLY')) }, 'ics', '20000'],
    ['is busy a thousand times and once more', { ics: calendar(hours(1_001)) }, 'ics', '1000'],
    ['has a rule that is none', { ics: calendar(meeting(0, 1, 'RRULE:FREQ=SOMETIMES')) }, 'ics', 'SOMETIMES'],
    [
      'has a zone that nobody knows',
      { ics: calendar(event('DTSTART;TZID=Mars:20260601T130000', 'DURATION:PT1H')) },
      'ics',
      'Mars',
    ],
    ['has no key', { ics: weekly, calendarKey: '' }, 'calendarKey', '128'],
    ['has a key of 129 characters', { ics: weekly, calendarKey: 'x'.repeat(129) }, 'calendarKey', '128'],
    ['has a key with a line break', { ics: weekly, calendarKey: 'a\nb' }, 'calendarKey', 'line'],
    ['is in no zone', { ics: weekly, timeZone: 'Mars' }, 'timeZone', 'Europe/Berlin'],
    [
      'is of somebody with 21 addresses',
      { ics: weekly, addresses: Array.from({ length: 21 }, () => 'a@b.c') },
      'addresses',
      '20',
    ],
  ])('because it %s changes nothing', async (_, input, field, words) => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await sync(device, calendar(meeting(-60, 600), meeting(1_000, 1_100, 'RRULE:FREQ=DAILY')));
    expect(await onlooker.next()).toBe('ada BUSY');
    const before = await selfOf(device);
    const answer = await attempt(http(service, 'dev:ada'), 'syncCalendar', input);
    expect(refusalOf(answer)).toMatchObject({ code: 'BAD_USER_INPUT', field, retryable: false });
    expect(answer.errors?.[0]?.message).toContain(words);
    expect(await selfOf(device)).toEqual(before);
    await onlooker.sawNothing();
  });

  it('because the person has too many, or is busy too often, leaves those there are', async () => {
    const service = await startService();
    const by = http(service, 'dev:ada');
    for (let nth = 0; nth < 20; nth++) await sync(by, calendar(hours(nth === 0 ? 980 : 1)), { calendarKey: `${nth}` });
    const one = await attempt(by, 'syncCalendar', { ics: weekly, calendarKey: 'more' });
    expect(refusalOf(one)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'calendarKey' });
    const often = await attempt(by, 'syncCalendar', { ics: calendar(hours(3)), calendarKey: '1' });
    expect(refusalOf(often)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'ics' });
    await sync(by, calendar(hours(2)), { calendarKey: '1' });
    expect((await selfOf(by)).claims).toHaveLength(1_000);
  });
});

describe('the next 60 days', () => {
  /** How many days ahead the last of it is. */
  const ahead = async (by: Asker, passed: number) => {
    const last = (await selfOf(by)).claims.at(-1)?.startsAt ?? at(passed);
    return (Date.parse(last) - Date.parse(at(passed))) / DAY / 1_000;
  };

  it('are known, day after day, without another word from the calendar', async () => {
    const service = await startService();
    const by = http(service, 'dev:ada');
    const { busy } = await sync(by, calendar(meeting(60, 120, 'RRULE:FREQ=DAILY')));
    expect(busy).toHaveLength(60);
    for (let passed = 0; passed < 70 * DAY; passed += 10 * DAY) {
      expect(await ahead(by, passed)).toBeGreaterThan(58.9);
      await service.clock.pass(10 * DAY);
    }
    const device = await service.connect(ada);
    const onlooker = await watch(service, ['ada']);
    await service.clock.pass(60);
    expect(await onlooker.next()).toBe('ada BUSY');
    await service.clock.pass(60);
    expect(await onlooker.next()).toBe('ada ONLINE');
    expect(await selfOf(device)).toMatchObject({ explanation: { nextChangeAt: at(71 * DAY + 60) } });
  });

  it('bring what was a year away', async () => {
    const service = await startService();
    const by = http(service, 'dev:ada');
    const far = calendar(meeting(365 * DAY, 365 * DAY + 60), meeting(400 * DAY, 400 * DAY + 60));
    expect(await sync(by, far)).toMatchObject({ busy: [], ignored: 0, viewer: { claims: [] } });
    await service.clock.pass(304 * DAY);
    expect((await selfOf(by)).claims).toEqual([]);
    await service.clock.pass(2 * DAY);
    expect((await selfOf(by)).claims).toMatchObject([{ startsAt: at(365 * DAY), expiresAt: at(365 * DAY + 60) }]);
    await service.clock.pass(95 * DAY);
    expect((await selfOf(by)).claims).toEqual([]);
  });

  it('keep the start of a time that goes on for months, so that a pick made in it stays', async () => {
    const service = await startService();
    const { device, onlooker } = await adaWatched(service);
    await sync(device, calendar(event('DTSTART;VALUE=DATE:20260601', 'RRULE:FREQ=DAILY')));
    expect(await onlooker.next()).toBe('ada BUSY');
    await service.clock.pass(DAY / 2);
    await mutate(device, 'setStatus', { availability: 'AWAY' });
    expect(await onlooker.next()).toBe('ada AWAY');
    await service.clock.pass(5 * DAY);
    await onlooker.sawNothing();
    const [whole] = (await selfOf(device)).claims.filter(({ source }) => source === 'CALENDAR');
    expect(whole).toMatchObject({ startsAt: '2026-06-01T00:00:00.000Z', active: true });
    expect(Date.parse(whole?.expiresAt ?? '')).toBeGreaterThan(Date.parse(at(64 * DAY)));
  });

  it('go on after a restart, however long it took', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'presence-calendars-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const first = await startService({ DATA_DIR: directory });
    await sync(http(first, 'dev:ada'), weekly);
    await first.close();
    const clock = manualClock(START + 69 * DAY * 1_000);
    const second = await startWith(clock, { DATA_DIR: directory });
    await clock.pass(1);
    const by = http(second, 'dev:ada');
    await expect.poll(async () => (await selfOf(by)).claims.length).toBe(9); // the disk takes its own time
    expect((await selfOf(by)).claims.map(({ startsAt }) => startsAt)).toEqual(
      Array.from({ length: 9 }, (_, week) => at((70 + 7 * week) * DAY + 60)),
    );
    await second.connect(ada);
    await clock.pass(DAY + 59);
    expect(await dotOf(second, 'ada')).toBe('BUSY');
  });
});
