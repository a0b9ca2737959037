/** Texts that are no calendars, and those that ask for more than anybody may. */
import { describe, expect, it, test } from 'vitest';
import { expand } from '../../src/hub/calendar-expand.ts';
import { MAX_ICS, readCalendar } from '../../src/hub/calendar-text.ts';
import { Refusal } from '../../src/hub/refusal.ts';
import { calendar, event, NOON, said } from './ics.ts';
import { BOMBS, LARGE, millisOf } from './large.ts';

const HOUR = ['DTSTART:20260601T130000Z', 'DURATION:PT1H'];

describe('is no calendar:', () => {
  it.each<[string, string, string]>([
    ['nothing', '', 'BEGIN:VCALENDAR'],
    ['something else', '<html>BEGIN:VCALENDAR</html>', 'BEGIN:VCALENDAR'],
    ['an event alone', event(...HOUR), 'BEGIN:VCALENDAR'],
    ['an address book', 'BEGIN:VCARD\r\nEND:VCARD', 'BEGIN:VCALENDAR'],
    ['one that is cut off', calendar(event(...HOUR)).slice(0, -16), 'cut off'],
    ['one that ends what is not open', calendar('END:VEVENT'), 'nested'],
    ['one that ends twice', `${calendar()}END:VCALENDAR\r\n`, 'nested'],
    [
      'UTF-16 taken for something else',
      calendar(event(...HOUR))
        .split('')
        .join('\0'),
      'BEGIN:VCALENDAR',
    ],
    ['half a character', calendar(event(...HOUR, 'SUMMARY:\ud83c')), 'Unicode'],
    ['an event without a start', calendar(event('DURATION:PT1H')), 'DTSTART'],
    ['a start that is no time', calendar(event('DTSTART:tomorrow')), 'DTSTART'],
    ['a day that does not exist', calendar(event('DTSTART:20260231T130000Z', 'DURATION:PT1H')), 'DTSTART'],
    ['an hour that does not exist', calendar(event('DTSTART:20260601T253000Z', 'DURATION:PT1H')), 'DTSTART'],
    [
      'a start by the day and an end by the hour',
      calendar(event('DTSTART;VALUE=DATE:20260601', 'DTEND:20260602T120000Z')),
      'DTEND',
    ],
    ['a length that is none', calendar(event('DTSTART:20260601T130000Z', 'DURATION:1h')), 'DURATION'],
    ['a length of millennia', calendar(event('DTSTART:20260601T130000Z', 'DURATION:P999999999W')), 'DURATION'],
    ['a rule without a frequency', calendar(event(...HOUR, 'RRULE:BYDAY=MO')), 'RRULE'],
    ['a rule of no frequency', calendar(event(...HOUR, 'RRULE:FREQ=OFTEN')), 'OFTEN'],
    ['a rule of no weekday', calendar(event(...HOUR, 'RRULE:FREQ=WEEKLY;BYDAY=XX')), 'XX'],
    ['a rule of no occurrence', calendar(event(...HOUR, 'RRULE:FREQ=DAILY;COUNT=0')), 'COUNT'],
    ['a rule by the hour for days', calendar(event('DTSTART;VALUE=DATE:20260601', 'RRULE:FREQ=HOURLY')), 'RRULE'],
    ['a rule of another calendar', calendar(event(...HOUR, 'RRULE:FREQ=YEARLY;RSCALE=HEBREW')), 'RRULE'],
    ['an exception that is no time', calendar(event(...HOUR, 'RRULE:FREQ=DAILY', 'EXDATE:,')), 'EXDATE'],
    [
      'a zone that nobody knows',
      calendar(event('DTSTART;TZID=Mars/Olympus:20260601T130000', 'DURATION:PT1H')),
      'Mars/Olympus',
    ],
    [
      'a zone with an offset that is none',
      calendar(
        'BEGIN:VTIMEZONE',
        'TZID:X',
        'BEGIN:STANDARD',
        'DTSTART:19700101T000000',
        'TZOFFSETFROM:+9900',
        'TZOFFSETTO:+0100',
        'END:STANDARD',
        'END:VTIMEZONE',
        event('DTSTART;TZID=X:20260601T130000', 'DURATION:PT1H'),
      ),
      'TZOFFSETFROM',
    ],
    ['parameters that are none', calendar(event('DTSTART;TZID:20260601T130000', 'DURATION:PT1H')), 'DTSTART'],
  ])('%s', (_, ics, why) => {
    expect(() => said(ics)).toThrow(Refusal);
    expect(() => said(ics)).toThrow(why);
  });

  it('but what is wrong where nobody looks does no harm', () => {
    const ics = calendar(
      'NONSENSE',
      event(...HOUR, 'SUMMARY', 'X-A;B:"', 'BEGIN:VALARM', 'TRIGGER:x', 'END:VALARM'),
      event('DTSTART:never', 'TRANSP:TRANSPARENT'),
    );
    expect(said(ics)).toEqual({ busy: ['06-01 13:00 > 14:00'], ignored: 1, more: false });
  });
});

describe('is refused, with the limit, before it costs much:', () => {
  it.each(BOMBS)('%s', (_, make, limit) => {
    const ics = make();
    let refusal: unknown;
    const millis = millisOf(() => {
      try {
        said(ics);
      } catch (error) {
        refusal = error;
      }
    });
    expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', details: { field: 'ics' } });
    expect(refusal).toMatchObject({ message: expect.stringContaining(limit) });
    expect(millis).toBeLessThan(600); // 150 on an idle machine
  });
});

test.each(LARGE)('as many %s as are allowed are read before it costs much', (_, make) => {
  const ics = make();
  expect(Buffer.byteLength(ics)).toBeLessThanOrEqual(MAX_ICS);
  const millis = millisOf(() => {
    const { kept } = readCalendar(ics, { addresses: ['ada'], timeZone: null });
    expect(expand(JSON.parse(JSON.stringify(kept)), NOON).busy.length).toBeGreaterThan(0);
  });
  expect(millis).toBeLessThan(800); // 200 on an idle machine
});
