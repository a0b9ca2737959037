/** Meetings that recur, with those that were moved, cancelled and added. */
import { describe, expect, it } from 'vitest';
import { busyOf, calendar, event, said } from './ics.ts';

const daily = ['UID:daily', 'DTSTART:20260601T130000Z', 'DTEND:20260601T140000Z', 'RRULE:FREQ=DAILY;COUNT=4'];
const berlin = (...lines: readonly string[]) =>
  event('UID:b', 'DTSTART;TZID=Europe/Berlin:20260601T150000', 'DTEND;TZID=Europe/Berlin:20260601T160000', ...lines);

describe('a series', () => {
  it.each<[string, string, readonly string[]]>([
    ['counts the first', 'FREQ=DAILY;COUNT=2', ['06-01 13:00', '06-02 13:00']],
    [
      'ends at a moment, which may be its last',
      'FREQ=DAILY;UNTIL=20260603T130000Z',
      ['06-01 13:00', '06-02 13:00', '06-03 13:00'],
    ],
    ['ends before a moment', 'FREQ=DAILY;UNTIL=20260603T125959Z', ['06-01 13:00', '06-02 13:00']],
    ['ends with a day', 'FREQ=DAILY;UNTIL=20260603', ['06-01 13:00', '06-02 13:00', '06-03 13:00']],
    ['skips', 'FREQ=DAILY;INTERVAL=3;COUNT=3', ['06-01 13:00', '06-04 13:00', '06-07 13:00']],
    [
      'has weekdays',
      'FREQ=WEEKLY;BYDAY=TU,TH,MO;COUNT=4',
      ['06-01 13:00', '06-02 13:00', '06-04 13:00', '06-08 13:00'],
    ],
    [
      'skips weeks, which begin on Monday',
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;COUNT=4',
      ['06-01 13:00', '06-07 13:00', '06-15 13:00', '06-21 13:00'],
    ],
    [
      'skips weeks, which begin on Sunday',
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU;COUNT=4',
      ['06-01 13:00', '06-14 13:00', '06-15 13:00', '06-28 13:00'],
    ],
    [
      'has days of the month, from its end too',
      'FREQ=MONTHLY;BYMONTHDAY=-1,15;COUNT=4',
      ['06-01 13:00', '06-15 13:00', '06-30 13:00', '07-15 13:00'],
    ],
    ['has a second Tuesday', 'FREQ=MONTHLY;BYDAY=2TU;COUNT=3', ['06-01 13:00', '06-09 13:00', '07-14 13:00']],
    ['has a last Friday', 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=3', ['06-01 13:00', '06-26 13:00']],
    ['has a last working day', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3', ['06-01 13:00', '06-30 13:00']],
    ['has a Friday the 13th', 'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;UNTIL=20270101', ['06-01 13:00']],
    ['has a day of the year', 'FREQ=YEARLY;BYYEARDAY=180,-180', ['06-01 13:00', '06-29 13:00', '07-05 13:00']],
    ['has weeks of the year', 'FREQ=YEARLY;BYWEEKNO=24;BYDAY=WE', ['06-01 13:00', '06-10 13:00']],
    ['has months', 'FREQ=YEARLY;BYMONTH=6,7;BYDAY=1SU', ['06-01 13:00', '06-07 13:00', '07-05 13:00']],
    ['has days of every month in a year', 'FREQ=YEARLY;BYMONTHDAY=10', ['06-01 13:00', '06-10 13:00', '07-10 13:00']],
    ['has days that a month lacks', 'FREQ=MONTHLY;BYMONTHDAY=31;COUNT=2', ['06-01 13:00']],
    ['has hours', 'FREQ=DAILY;BYHOUR=9,17;COUNT=3', ['06-01 13:00', '06-01 17:00', '06-02 09:00']],
    [
      'goes by the hour',
      'FREQ=HOURLY;INTERVAL=20;COUNT=4',
      ['06-01 13:00', '06-02 09:00', '06-03 05:00', '06-04 01:00'],
    ],
    [
      'goes by the hour on some weekdays',
      'FREQ=HOURLY;INTERVAL=12;BYDAY=WE;COUNT=3',
      ['06-01 13:00', '06-03 01:00', '06-03 13:00'],
    ],
    [
      'goes by the minute at some hours',
      'FREQ=MINUTELY;INTERVAL=90;BYHOUR=14,16;COUNT=3',
      ['06-01 13:00', '06-01 14:30', '06-01 16:00'],
    ],
    ['is in lower case', 'freq=daily;count=2', ['06-01 13:00', '06-02 13:00']],
    ['has a rule that no day fits', 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31', ['06-01 13:00']],
    ['has a rule of a leap day', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29', ['06-01 13:00']],
  ])('%s', (_, rule, starts) => {
    const ics = calendar(event('DTSTART:20260601T130000Z', 'DTEND:20260601T131500Z', `RRULE:${rule}`));
    expect(busyOf(ics).map((words) => words.slice(0, 11))).toEqual(starts);
  });

  it('of long ago goes on as if it were of today', () => {
    const ics = calendar(
      event('DTSTART;TZID=Europe/Berlin:19700105T090000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;INTERVAL=2'),
    );
    expect(busyOf(ics)).toEqual([
      '06-08 07:00 > 08:00',
      '06-22 07:00 > 08:00',
      '07-06 07:00 > 08:00',
      '07-20 07:00 > 08:00',
    ]);
  });

  it('that counts has as many as it says since its start', () => {
    const ics = (count: number) =>
      calendar(event('DTSTART:20260101T130000Z', 'DURATION:PT1H', `RRULE:FREQ=DAILY;COUNT=${count}`));
    expect(busyOf(ics(151))).toEqual([]);
    expect(said(ics(152))).toEqual({ busy: ['06-01 13:00 > 14:00'], ignored: 0, more: false });
    expect(said(ics(1_000))).toMatchObject({ more: true });
  });

  it('of meetings longer than their distance is one long time', () => {
    const ics = calendar(event('DTSTART:20260601T130000Z', 'DURATION:PT36H', 'RRULE:FREQ=DAILY;COUNT=3'));
    expect(busyOf(ics)).toEqual(['06-01 13:00 > 06-05 01:00']);
  });

  it('whose latest began weeks ago is busy while that lasts', () => {
    const ics = calendar(event('DTSTART:20260401T130000Z', 'DURATION:P40D', 'RRULE:FREQ=MONTHLY;UNTIL=20260515'));
    expect(busyOf(ics)).toEqual(['05-01 13:00 > 06-10 13:00']);
  });

  it('knows whether it goes on after 60 days', () => {
    const rule = (text: string) => said(calendar(event(...daily.slice(0, 3), `RRULE:${text}`))).more;
    expect(rule('FREQ=DAILY')).toBe(true);
    expect(rule('FREQ=DAILY;COUNT=61')).toBe(true);
    expect(rule('FREQ=DAILY;COUNT=60')).toBe(false);
    expect(rule('FREQ=DAILY;UNTIL=20260801')).toBe(true);
    expect(rule('FREQ=DAILY;UNTIL=20260730')).toBe(false);
  });
});

describe('an exception', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['in UTC', ['EXDATE:20260602T130000Z'], ['06-01', '06-03', '06-04']],
    ['in a zone', ['EXDATE;TZID=America/New_York:20260602T090000'], ['06-01', '06-03', '06-04']],
    ['without a zone', ['EXDATE:20260602T130000'], ['06-01', '06-03', '06-04']],
    [
      'of several at once, and again',
      ['EXDATE:20260602T130000Z,20260603T130000Z', 'EXDATE:20260602T130000Z'],
      ['06-01', '06-04'],
    ],
    ['of a whole day', ['EXDATE;VALUE=DATE:20260602'], ['06-01', '06-03', '06-04']],
    ['of the first, which counts', ['EXDATE:20260601T130000Z'], ['06-02', '06-03', '06-04']],
    ['of what is not there', ['EXDATE:20260602T140000Z'], ['06-01', '06-02', '06-03', '06-04']],
  ])('%s', (_, lines, days) => {
    expect(busyOf(calendar(event(...daily, ...lines))).map((words) => words.slice(0, 5))).toEqual(days);
  });

  it('of a series of whole days goes by the day', () => {
    const ics = calendar(
      event('DTSTART;VALUE=DATE:20260602', 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE;VALUE=DATE:20260603'),
    );
    expect(busyOf(ics)).toEqual(['06-02 00:00 > 06-03 00:00', '06-04 00:00 > 06-05 00:00']);
  });
});

describe('an addition', () => {
  const times = ['UID:r', 'DTSTART:20260601T130000Z', 'DTEND:20260601T140000Z'];
  it.each<[string, readonly string[], readonly string[]]>([
    ['of a moment', ['RDATE:20260605T090000Z'], ['06-01 13:00 > 14:00', '06-05 09:00 > 10:00']],
    ['in a zone', ['RDATE;TZID=Europe/Berlin:20260605T110000'], ['06-01 13:00 > 14:00', '06-05 09:00 > 10:00']],
    ['of what is there already', ['RDATE:20260601T130000Z'], ['06-01 13:00 > 14:00']],
    [
      'with an end of its own',
      ['RDATE;VALUE=PERIOD:20260605T090000Z/20260605T093000Z'],
      ['06-01 13:00 > 14:00', '06-05 09:00 > 09:30'],
    ],
    [
      'with a length of its own',
      ['RDATE;VALUE=PERIOD:20260605T090000Z/PT2H'],
      ['06-01 13:00 > 14:00', '06-05 09:00 > 11:00'],
    ],
    ['that is excepted', ['RDATE:20260605T090000Z', 'EXDATE:20260605T090000Z'], ['06-01 13:00 > 14:00']],
    ['far ahead', ['RDATE:20270605T090000Z'], ['06-01 13:00 > 14:00']],
  ])('%s', (_, lines, busy) => {
    expect(busyOf(calendar(event(...times, ...lines)))).toEqual(busy);
  });
});

describe('one of a series that was changed', () => {
  const change = (...lines: readonly string[]) => event('UID:daily', ...lines);

  it.each<[string, readonly string[], readonly string[]]>([
    [
      'is where it was moved to',
      [change('RECURRENCE-ID:20260602T130000Z', 'DTSTART:20260602T170000Z', 'DTEND:20260602T173000Z')],
      ['06-01 13:00 > 14:00', '06-02 17:00 > 17:30', '06-03 13:00 > 14:00', '06-04 13:00 > 14:00'],
    ],
    [
      'may be moved far away',
      [change('RECURRENCE-ID:20260602T130000Z', 'DTSTART:20260715T170000Z', 'DTEND:20260715T173000Z')],
      ['06-01 13:00 > 14:00', '06-03 13:00 > 14:00', '06-04 13:00 > 14:00', '07-15 17:00 > 17:30'],
    ],
    [
      'is named in another zone, and before the series',
      [change('RECURRENCE-ID;TZID=Europe/Berlin:20260602T150000', 'DTSTART:20260602T170000Z', 'DURATION:PT30M')],
      ['06-01 13:00 > 14:00', '06-02 17:00 > 17:30', '06-03 13:00 > 14:00', '06-04 13:00 > 14:00'],
    ],
    [
      'is not there when it was cancelled',
      [
        change(
          'RECURRENCE-ID:20260602T130000Z',
          'DTSTART:20260602T130000Z',
          'DTEND:20260602T140000Z',
          'STATUS:CANCELLED',
        ),
      ],
      ['06-01 13:00 > 14:00', '06-03 13:00 > 14:00', '06-04 13:00 > 14:00'],
    ],
    [
      'is not there when it is free now',
      [
        change(
          'RECURRENCE-ID:20260602T130000Z',
          'DTSTART:20260602T130000Z',
          'DTEND:20260602T140000Z',
          'TRANSP:TRANSPARENT',
        ),
      ],
      ['06-01 13:00 > 14:00', '06-03 13:00 > 14:00', '06-04 13:00 > 14:00'],
    ],
    [
      'has the newest word, by its number',
      [
        change('SEQUENCE:2', 'RECURRENCE-ID:20260602T130000Z', 'DTSTART:20260602T180000Z', 'DURATION:PT1H'),
        change('SEQUENCE:1', 'RECURRENCE-ID:20260602T130000Z', 'DTSTART:20260602T170000Z', 'DURATION:PT1H'),
      ],
      ['06-01 13:00 > 14:00', '06-02 18:00 > 19:00', '06-03 13:00 > 14:00', '06-04 13:00 > 14:00'],
    ],
    [
      'moves all that come after it',
      [
        change(
          'RECURRENCE-ID;RANGE=THISANDFUTURE:20260602T130000Z',
          'DTSTART:20260602T170000Z',
          'DTEND:20260602T173000Z',
        ),
      ],
      ['06-01 13:00 > 14:00', '06-02 17:00 > 17:30', '06-03 17:00 > 17:30', '06-04 17:00 > 17:30'],
    ],
    [
      'cancels all that come after it',
      [
        change(
          'RECURRENCE-ID;RANGE=THISANDFUTURE:20260603T130000Z',
          'DTSTART:20260603T130000Z',
          'DTEND:20260603T140000Z',
          'STATUS:CANCELLED',
        ),
      ],
      ['06-01 13:00 > 14:00', '06-02 13:00 > 14:00'],
    ],
    [
      'moves all that come after it, until the next that does, but for one',
      [
        change('RECURRENCE-ID;RANGE=THISANDFUTURE:20260602T130000Z', 'DTSTART:20260602T170000Z', 'DURATION:PT1H'),
        change('RECURRENCE-ID:20260603T130000Z', 'DTSTART:20260603T090000Z', 'DURATION:PT1H'),
        change('RECURRENCE-ID;RANGE=THISANDFUTURE:20260604T130000Z', 'DTSTART:20260605T130000Z', 'DURATION:PT1H'),
      ],
      ['06-01 13:00 > 14:00', '06-02 17:00 > 18:00', '06-03 09:00 > 10:00', '06-05 13:00 > 14:00'],
    ],
  ])('%s', (_, changes, busy) => {
    expect(busyOf(calendar(...changes, event(...daily)))).toEqual(busy);
  });

  it('moves all after it on the clock of their zone, over a change of clocks', () => {
    const ics = calendar(
      event('UID:w', 'DTSTART;TZID=Europe/Berlin:20261012T090000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=4'),
      event(
        'UID:w',
        'RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261019T090000',
        'DTSTART;TZID=Europe/Berlin:20261020T100000',
        'DURATION:PT1H',
      ),
    );
    expect(busyOf(ics, { now: new Date('2026-10-01T00:00:00Z') })).toEqual([
      '10-12 07:00 > 08:00',
      '10-20 08:00 > 09:00',
      '10-27 09:00 > 10:00',
      '11-03 09:00 > 10:00',
    ]);
  });

  it('is busy by itself where the series is not', () => {
    const ics = calendar(
      event(...daily, 'TRANSP:TRANSPARENT'),
      change('RECURRENCE-ID:20260602T130000Z', 'DTSTART:20260602T130000Z', 'DTEND:20260602T140000Z'),
    );
    expect(said(ics)).toEqual({ busy: ['06-02 13:00 > 14:00'], ignored: 1, more: false });
  });

  it('stands by itself where the series is not told', () => {
    const ics = calendar(
      change('RECURRENCE-ID:20260602T130000Z', 'DTSTART:20260602T170000Z', 'DTEND:20260602T173000Z'),
    );
    expect(busyOf(ics)).toEqual(['06-02 17:00 > 17:30']);
  });

  it('by the whole day is the one of that day', () => {
    const ics = calendar(
      berlin('RRULE:FREQ=DAILY;COUNT=2'),
      event(
        'UID:b',
        'RECURRENCE-ID;VALUE=DATE:20260602',
        'DTSTART;TZID=Europe/Berlin:20260602T170000',
        'DURATION:PT1H',
      ),
    );
    expect(busyOf(ics)).toEqual(['06-01 13:00 > 14:00', '06-02 15:00 > 16:00']);
  });
});

describe('events with one name', () => {
  it('are all there, but for those that an update replaced', () => {
    const two = [
      event('UID:x', 'DTSTART:20260601T130000Z', 'DURATION:PT1H'),
      event('UID:x', 'DTSTART:20260602T130000Z', 'DURATION:PT1H'),
    ];
    expect(busyOf(calendar(...two))).toEqual(['06-01 13:00 > 14:00', '06-02 13:00 > 14:00']);
    const update = event('UID:x', 'SEQUENCE:1', 'DTSTART:20260603T130000Z', 'DURATION:PT1H');
    expect(busyOf(calendar(...two, update))).toEqual(['06-03 13:00 > 14:00']);
  });
});
