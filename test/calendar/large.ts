/** Texts at the limits of what a calendar may ask for, and beyond. */
import { MAX_EVENTS, MAX_ICS } from '../../src/hub/calendar-text.ts';
import { calendar, event, NOON } from './ics.ts';

const HOUR = ['DTSTART:20260601T130000Z', 'DURATION:PT1H'];
const many = (count: number, one: (nth: number) => string) =>
  calendar(...Array.from({ length: count }, (_, nth) => one(nth)));
/** As many as fit, and are allowed. */
const full = (one: (nth: number) => string) =>
  many(Math.min(MAX_EVENTS, Math.floor((MAX_ICS - 100) / (one(10_000).length + 2))), one);
const all = (count: number) => Array.from({ length: count }, (_, nth) => nth).join(',');
const weekdayOf = (nth: number) => `${1 + (nth % 53)}${['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'][nth % 7]}`;
const after = (nth: number) => new Date(NOON + nth * 3_600_000).toISOString().replace(/[-:]|\.000/g, '');

/** Refused, with words of the sentence that says why. */
export const BOMBS: readonly [string, () => string, string][] = [
  ['every second for ever', () => calendar(event(...HOUR, 'RRULE:FREQ=SECONDLY')), '20000 events'],
  [
    'every second since 1970',
    () => calendar(event('DTSTART:19700101T000000Z', 'DURATION:PT1S', 'RRULE:FREQ=SECONDLY')),
    '20000 events',
  ],
  [
    'every other second that is odd',
    () => calendar(event(...HOUR, 'RRULE:FREQ=SECONDLY;INTERVAL=2;BYSECOND=7')),
    '300000 steps',
  ],
  [
    'a billion times, second by second',
    () => calendar(event('DTSTART:19000101T000000Z', 'DURATION:PT1S', 'RRULE:FREQ=SECONDLY;COUNT=1000000000')),
    '300000 steps',
  ],
  [
    'a billion times, day by day, since the Middle Ages',
    () =>
      calendar(
        event('DTSTART:10000101T000000Z', 'DURATION:PT1S', 'RRULE:FREQ=DAILY;COUNT=1000000000'),
        event('DTSTART:10000101T000000Z', 'DURATION:PT1S', 'RRULE:FREQ=DAILY;COUNT=1000000000'),
      ),
    '300000 steps',
  ],
  [
    'every second of a day, by the day',
    () => calendar(event(...HOUR, `RRULE:FREQ=DAILY;BYHOUR=${all(24)};BYMINUTE=${all(60)};BYSECOND=${all(60)}`)),
    '20000 events',
  ],
  [
    'the last second of a year, of all its seconds',
    () =>
      calendar(
        event(
          ...HOUR,
          `RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=${all(24)};BYMINUTE=${all(60)};BYSECOND=${all(60)};BYSETPOS=-1`,
        ),
      ),
    '300000 steps',
  ],
  ['thousands of series', () => many(2_900, (nth) => event(`UID:${nth}`, ...HOUR, 'RRULE:FREQ=DAILY')), '20000 events'],
  [
    'thousands of series that count',
    () =>
      full((nth) => event(`UID:${nth}`, 'DTSTART:20200601T130000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=9999')),
    '300000 steps',
  ],
  [
    'thousands of positions in years',
    () => full((nth) => event(`UID:${nth}`, ...HOUR, 'RRULE:FREQ=YEARLY;BYDAY=MO;BYSETPOS=20')),
    '300000 steps',
  ],
  ['a hundred thousand events', () => many(100_000, () => event('DTSTART:20260601T130000Z')), '524288 bytes'],
  ['ten thousand events', () => many(10_000, () => event('DTSTART:20260601T130000Z')), `${MAX_EVENTS} events`],
  ['a line of ten megabytes', () => calendar(event(...HOUR, `SUMMARY:${'x'.repeat(10_000_000)}`)), '524288 bytes'],
  ['a name of half a megabyte', () => calendar(event(...HOUR, `UID:${'x'.repeat(500_000)}`)), '32768 characters'],
  [
    'a thousand parameters',
    () => calendar(event(`DTSTART${';a=b'.repeat(1_000)}:20260601T130000Z`)),
    '1024 characters',
  ],
  ['quotes without an end', () => calendar(event(`DTSTART;TZID=${'"'.repeat(30_001)}`)), '1024 characters'],
  ['components without an end', () => `BEGIN:VCALENDAR\r\n${'BEGIN:VEVENT\r\n'.repeat(30_000)}`, '8 deep'],
  ['blank lines', () => `BEGIN:VCALENDAR${'\r\n'.repeat(200_000)}`, 'cut off'],
  ['folds', () => `BEGIN:VCALENDAR\r\nSUMMARY:${'\r\n '.repeat(170_000)}`, 'cut off'],
  [
    'a zone that changes every second',
    () =>
      calendar(
        'BEGIN:VTIMEZONE',
        'TZID:X',
        'BEGIN:STANDARD',
        'DTSTART:19700101T000000',
        'TZOFFSETFROM:+0100',
        'TZOFFSETTO:+0200',
        'RRULE:FREQ=SECONDLY',
        'END:STANDARD',
        'END:VTIMEZONE',
        event('DTSTART;TZID=X:20260601T130000', 'DURATION:PT1H'),
      ),
    '300000 steps',
  ],
  [
    'a zone of thousands of parts',
    () =>
      calendar(
        'BEGIN:VTIMEZONE',
        'TZID:X',
        many(
          4_000,
          () =>
            'BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY\r\nEND:STANDARD',
        )
          .split('\r\n')
          .slice(3, -2)
          .join('\r\n'),
        'END:VTIMEZONE',
        event('DTSTART;TZID=X:20260601T130000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY'),
      ),
    '300000 steps',
  ],
  [
    'hundreds of zones',
    () =>
      many(400, (nth) =>
        event(`DTSTART;TZID=${Intl.supportedValuesOf('timeZone')[nth]}:20260601T130000`, 'DURATION:PT1H'),
      ),
    '100 time zones',
  ],
];

/** Allowed. */
export const LARGE: readonly [string, () => string][] = [
  ['events without end', () => many(MAX_EVENTS, () => event('DTSTART:20260601T130000Z', 'DURATION:PT1H'))],
  [
    'series by the year',
    () =>
      full((nth) =>
        event(
          `UID:${nth}`,
          `DTSTART;TZID=Europe/Berlin:1990060${1 + (nth % 9)}T090000`,
          'DURATION:PT1H',
          'RRULE:FREQ=YEARLY',
        ),
      ),
  ],
  [
    'series by the week of the year',
    () =>
      full((nth) =>
        event(`UID:${nth}`, 'DTSTART:19900601T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=YEARLY;BYWEEKNO=25,26'),
      ),
  ],
  [
    'exceptions',
    () =>
      many(15, (nth) =>
        event(
          `UID:${nth}`,
          ...HOUR,
          'RRULE:FREQ=DAILY',
          `EXDATE:${Array.from({ length: 1_900 }, (_, hour) => after(2 * hour)).join(',')}`,
        ),
      ),
  ],
  [
    'additions',
    () =>
      many(15, (nth) =>
        event(`UID:${nth}`, ...HOUR, `RDATE:${Array.from({ length: 1_900 }, (_, hour) => after(hour)).join(',')}`),
      ),
  ],
  [
    'changes of one series',
    () =>
      full((nth) =>
        nth === 0
          ? event('UID:x', ...HOUR, 'RRULE:FREQ=HOURLY')
          : event('UID:x', `RECURRENCE-ID:${after(nth)}`, 'DTSTART:20260601T130000Z', 'DURATION:PT1H'),
      ),
  ],
  [
    'changes of all that come after',
    () =>
      full((nth) =>
        nth === 0
          ? event('UID:x', ...HOUR, 'RRULE:FREQ=HOURLY')
          : event(
              'UID:x',
              `RECURRENCE-ID;RANGE=THISANDFUTURE:${after(nth)}`,
              'DTSTART:20260601T130000Z',
              'DURATION:PT1H',
            ),
      ),
  ],
  [
    'weekdays in one rule',
    () =>
      many(15, () =>
        event(
          ...HOUR,
          `RRULE:FREQ=YEARLY;BYDAY=${Array.from({ length: 6_000 }, (_, nth) => weekdayOf(nth)).join(',')}`,
        ),
      ),
  ],
  [
    'zones',
    () =>
      many(300, (nth) =>
        event(
          `UID:${nth}`,
          `DTSTART;TZID=${Intl.supportedValuesOf('timeZone')[nth % 99]}:20260601T130000`,
          'DURATION:PT1H',
          'RRULE:FREQ=DAILY',
        ),
      ),
  ],
  ['lines that nobody reads', () => calendar(event(...HOUR), 'A:B\r\n'.repeat(100_000))],
  ['parameters', () => full(() => event(`DTSTART${';a=b'.repeat(250)}:20260601T130000Z`, 'DURATION:PT1H'))],
];

/** In the time of this process alone, whatever else the machine does. */
export function millisOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
