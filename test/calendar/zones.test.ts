/** When a meeting is, in UTC: time zones, changes of clocks, whole days. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { WINDOWS_ZONES } from '../../src/hub/calendar-windows-zones.ts';
import { namedZone } from '../../src/hub/calendar-zone.ts';
import { asMillis } from '../../src/presence/ids.ts';
import { busyOf, calendar, event } from './ics.ts';

const march = { now: new Date('2026-03-20T00:00:00Z') };
const october = { now: new Date('2026-10-20T00:00:00Z') };

/** Central Europe as Outlook defines it. */
const definition = (tzid: string): string =>
  [
    'BEGIN:VTIMEZONE',
    `TZID:${tzid}`,
    'BEGIN:STANDARD',
    'DTSTART:16010101T030000',
    'TZOFFSETFROM:+0200',
    'TZOFFSETTO:+0100',
    'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10',
    'END:STANDARD',
    'BEGIN:DAYLIGHT',
    'DTSTART:16010101T020000',
    'TZOFFSETFROM:+0100',
    'TZOFFSETTO:+0200',
    'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3',
    'END:DAYLIGHT',
    'END:VTIMEZONE',
  ].join('\r\n');

describe.each([
  ['a name of IANA', 'Europe/Berlin', ''],
  ['a name of Windows', 'W. Europe Standard Time', ''],
  ['a name behind a registry', '/mozilla.org/20050126_1/Europe/Berlin', ''],
  ['a definition of its own', 'Customized Time Zone', definition('Customized Time Zone')],
  [
    'a definition under a name as Outlook writes it',
    '"(UTC+01:00) Amsterdam, Berlin, Bern"',
    definition('(UTC+01:00) Amsterdam\\, Berlin\\, Bern'),
  ],
])('a zone by %s', (_, tzid, defined) => {
  const weekly = (start: string) =>
    calendar(
      ...(defined === '' ? [] : [defined]),
      event(`DTSTART;TZID=${tzid}:${start}`, 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=3'),
    );

  it('goes along when clocks are put forward', () => {
    expect(busyOf(weekly('20260328T090000'), march)).toEqual([
      '03-28 08:00 > 09:00',
      '03-29 07:00 > 08:00',
      '03-30 07:00 > 08:00',
    ]);
  });

  it('goes along when clocks are put back', () => {
    expect(busyOf(weekly('20261024T090000'), october)).toEqual([
      '10-24 07:00 > 08:00',
      '10-25 08:00 > 09:00',
      '10-26 08:00 > 09:00',
    ]);
  });

  it('takes a time that is skipped as if clocks were not put forward yet', () => {
    expect(busyOf(weekly('20260328T023000'), march)).toEqual([
      '03-28 01:30 > 02:30',
      '03-29 01:30 > 02:30',
      '03-30 00:30 > 01:30',
    ]);
  });

  it('takes a time that is there twice for the first', () => {
    expect(busyOf(weekly('20261024T023000'), october)).toEqual([
      '10-24 00:30 > 01:30',
      '10-25 00:30 > 01:30',
      '10-26 01:30 > 02:30',
    ]);
  });
});

describe('a definition', () => {
  const defined = (...parts: readonly string[]) =>
    calendar(
      'BEGIN:VTIMEZONE',
      'TZID:Here',
      ...parts,
      'END:VTIMEZONE',
      event('DTSTART;TZID=Here:20260601T130000', 'DURATION:PT1H'),
    );
  const observance = (kind: string, start: string, from: string, to: string, ...more: readonly string[]) =>
    [`BEGIN:${kind}`, `DTSTART:${start}`, `TZOFFSETFROM:${from}`, `TZOFFSETTO:${to}`, ...more, `END:${kind}`].join(
      '\r\n',
    );

  it.each<[string, readonly string[], string]>([
    ['without changes', [observance('STANDARD', '19700101T000000', '+0530', '+0530')], '07:30'],
    ['with seconds', [observance('STANDARD', '19700101T000000', '-001500', '-001500')], '13:15'],
    [
      'whose last change was long ago',
      [
        observance('STANDARD', '20141026T020000', '+0400', '+0300'),
        observance('DAYLIGHT', '20110327T020000', '+0300', '+0400'),
      ],
      '10:00',
    ],
    [
      'whose rules have ended',
      [
        observance(
          'STANDARD',
          '19961027T030000',
          '+0400',
          '+0300',
          'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20101030T230000Z',
        ),
        observance(
          'DAYLIGHT',
          '19930328T020000',
          '+0300',
          '+0400',
          'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;UNTIL=20110326T230000Z',
        ),
      ],
      '09:00',
    ],
    [
      'with listed changes',
      [
        observance('STANDARD', '20251026T030000', '+0200', '+0100'),
        observance('DAYLIGHT', '20250330T020000', '+0100', '+0200', 'RDATE:20260329T020000'),
      ],
      '11:00',
    ],
    ['that begins later', [observance('DAYLIGHT', '20270101T000000', '+0100', '+0200')], '12:00'],
    [
      'with a change that is today',
      [
        observance('STANDARD', '19700101T000000', '+0000', '+0000'),
        observance('DAYLIGHT', '20260601T120000', '+0000', '+0100'),
      ],
      '12:00',
    ],
  ])('%s', (_, parts, start) => {
    const [busy] = busyOf(defined(...parts), { now: new Date('2026-06-01T00:00:00Z') });
    expect(busy?.slice(6, 11)).toBe(start);
  });

  it('is believed rather than the name', () => {
    const ics = calendar(
      definition('America/New_York'),
      event('DTSTART;TZID=America/New_York:20260601T150000', 'DURATION:PT1H'),
    );
    expect(busyOf(ics)).toEqual(['06-01 13:00 > 14:00']);
  });

  it('is believed of no other calendar', () => {
    busyOf(
      calendar(definition('America/New_York'), event('DTSTART;TZID=America/New_York:20260601T150000', 'DURATION:PT1H')),
    );
    const ics = calendar(event('DTSTART;TZID=America/New_York:20260601T150000', 'DURATION:PT1H'));
    expect(busyOf(ics)).toEqual(['06-01 19:00 > 20:00']);
  });

  it('that says nothing leaves the name to be believed', () => {
    const ics = calendar(
      'BEGIN:VTIMEZONE',
      'TZID:Europe/Berlin',
      'END:VTIMEZONE',
      event('DTSTART;TZID=Europe/Berlin:20260601T150000', 'DURATION:PT1H'),
    );
    expect(busyOf(ics)).toEqual(['06-01 13:00 > 14:00']);
  });
});

describe('what has no zone', () => {
  const floating = event('DTSTART:20260602T090000', 'DURATION:PT1H');
  const day = event('DTSTART;VALUE=DATE:20260602');

  it.each<[string, string, string | null, readonly string[]]>([
    ['is in UTC', calendar(floating), null, ['06-02 09:00 > 10:00']],
    [
      'is in the zone of the calendar',
      calendar('X-WR-TIMEZONE:Europe/Berlin', floating),
      null,
      ['06-02 07:00 > 08:00'],
    ],
    [
      'is in the zone of the person, if that is known',
      calendar('X-WR-TIMEZONE:Europe/Berlin', floating),
      'Asia/Tokyo',
      ['06-02 00:00 > 01:00'],
    ],
    [
      'is from midnight to midnight there, as a day',
      calendar('X-WR-TIMEZONE:Europe/Berlin', day),
      null,
      ['06-01 22:00 > 06-02 22:00'],
    ],
    [
      'is in a zone by a name of Windows',
      calendar('X-WR-TIMEZONE:Tokyo Standard Time', day),
      null,
      ['06-01 15:00 > 06-02 15:00'],
    ],
  ])('%s', (_, ics, timeZone, busy) => {
    expect(busyOf(ics, { timeZone })).toEqual(busy);
  });

  it('is in a zone that the calendar defines itself', () => {
    const ics = calendar(definition('Office'), 'X-WR-TIMEZONE:Office', day);
    expect(busyOf(ics)).toEqual(['06-01 22:00 > 06-02 22:00']);
  });

  it('is the only thing that needs to know the zone of the calendar', () => {
    const ics = calendar('X-WR-TIMEZONE:Nowhere', event('DTSTART:20260602T090000Z', 'DURATION:PT1H'));
    expect(busyOf(ics)).toEqual(['06-02 09:00 > 10:00']);
    expect(() => busyOf(calendar('X-WR-TIMEZONE:Nowhere', day))).toThrow('Nowhere');
  });

  it('takes as many days as it says', () => {
    const days = (...lines: readonly string[]) => busyOf(calendar(event('DTSTART;VALUE=DATE:20260602', ...lines)));
    expect(days('DTEND;VALUE=DATE:20260605')).toEqual(['06-02 00:00 > 06-05 00:00']);
    expect(days('DTEND;VALUE=DATE:20260602')).toEqual([]);
    expect(days('DURATION:P2D')).toEqual(['06-02 00:00 > 06-04 00:00']);
  });

  it('has days of 23 and of 25 hours', () => {
    const on = (date: string) => calendar('X-WR-TIMEZONE:Europe/Berlin', event(`DTSTART;VALUE=DATE:${date}`));
    expect(busyOf(on('20260329'), march)).toEqual(['03-28 23:00 > 03-29 22:00']);
    expect(busyOf(on('20261025'), october)).toEqual(['10-24 22:00 > 10-25 23:00']);
  });

  it('begins later on a day that has no midnight', () => {
    const ics = calendar('X-WR-TIMEZONE:Africa/Cairo', event('DTSTART;VALUE=DATE:20260424'));
    expect(busyOf(ics, march)).toEqual(['04-23 22:00 > 04-24 21:00']); // clocks go from 00:00 to 01:00
  });
});

test('an end tells how much time passes, a duration counts days by the clock', () => {
  const over = (length: string) => calendar(event('DTSTART;TZID=Europe/Berlin:20260328T120000', length));
  expect(busyOf(over('DTEND;TZID=Europe/Berlin:20260329T120000'), march)).toEqual(['03-28 11:00 > 03-29 10:00']);
  expect(busyOf(over('DURATION:P1D'), march)).toEqual(['03-28 11:00 > 03-29 10:00']);
  expect(busyOf(over('DURATION:PT24H'), march)).toEqual(['03-28 11:00 > 03-29 11:00']);
});

test('every zone of Windows is known here', () => {
  for (const name of WINDOWS_ZONES.values()) expect(namedZone(name), name).not.toBeNull();
  expect(WINDOWS_ZONES.size).toBe(139);
});

test.each(['Nowhere/City', 'Mars Standard Time', '', '12345', '__proto__', 'constructor'])(
  'nobody knows a zone %j',
  (name) => {
    expect(namedZone(name)).toBeNull();
  },
);

describe('a clock', () => {
  const names = Intl.supportedValuesOf('timeZone');
  const moments = fc
    .integer({ min: Date.UTC(1990, 0) / 1_000, max: Date.UTC(2037, 0) / 1_000 })
    .map((seconds) => asMillis(seconds * 1_000));

  test.each(['2007-03-25T01:00:00Z', '2026-03-29T01:00:00Z', '2026-03-29T01:59:59Z', '2026-10-25T01:00:00Z'])(
    'shows at %s, around a change, what it should',
    (moment) => {
      const at = asMillis(Date.parse(moment));
      expect(shown('UTC', namedZone('Europe/Prague')?.toWall(at) ?? 0)).toBe(shown('Europe/Prague', at));
    },
  );

  test('shows what the moment of what it shows shows', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), moments, (name, moment) => {
        const zone = namedZone(name);
        if (zone === null) throw new Error(name);
        const wall = zone.toWall(moment);
        const first = zone.toMoment(wall);
        // An hour that is there twice is taken for the first.
        expect(first).toBeLessThanOrEqual(moment);
        expect(moment - first).toBeLessThanOrEqual(3 * 3_600_000);
        expect(shown(name, first)).toBe(shown(name, moment));
        expect(shown('UTC', wall)).toBe(shown(name, moment));
      }),
      { numRuns: 2_000 },
    );
  });

  const shown = (timeZone: string, moment: number): string =>
    new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(moment);
});
