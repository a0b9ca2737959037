/** Which events mean that their person is busy. */
import { describe, expect, it } from 'vitest';
import { busyOf, calendar, event, said } from './ics.ts';

const AN_HOUR = ['DTSTART:20260601T130000Z', 'DTEND:20260601T140000Z'];
const BUSY = ['06-01 13:00 > 14:00'];

describe('an event', () => {
  it.each<[string, readonly string[]]>([
    ['says nothing', []],
    ['is opaque', ['TRANSP:OPAQUE']],
    ['is confirmed', ['STATUS:CONFIRMED']],
    ['is not confirmed yet', ['STATUS:TENTATIVE']],
    ['is busy in Outlook', ['X-MICROSOFT-CDO-BUSYSTATUS:BUSY']],
    ['is out of office in Outlook', ['X-MICROSOFT-CDO-BUSYSTATUS:OOF']],
    ['has a word for it that nobody knows', ['X-MICROSOFT-CDO-BUSYSTATUS:X', 'TRANSP:X', 'STATUS:X']],
    ['would have been busy for others', ['X-MICROSOFT-CDO-INTENDEDSTATUS:FREE']],
    ['has an alarm that says otherwise', ['BEGIN:VALARM', 'TRANSP:TRANSPARENT', 'STATUS:CANCELLED', 'END:VALARM']],
  ])('that %s means busy', (_, lines) => {
    expect(said(calendar(event(...AN_HOUR, ...lines)))).toEqual({ busy: BUSY, ignored: 0, more: false });
  });

  it.each<[string, readonly string[]]>([
    ['is transparent', ['TRANSP:TRANSPARENT']],
    ['is transparent, in lower case', ['transp:transparent']],
    ['is cancelled', ['STATUS:CANCELLED']],
    ['is free in Outlook', ['X-MICROSOFT-CDO-BUSYSTATUS:FREE', 'TRANSP:OPAQUE']],
    ['is tentative in Outlook', ['X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE']],
    ['is work elsewhere in Outlook', ['X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE']],
  ])('that %s does not', (_, lines) => {
    expect(said(calendar(event(...AN_HOUR, ...lines)))).toEqual({ busy: [], ignored: 1, more: false });
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['lasts until its end', ['DTEND:20260601T133000Z'], ['06-01 13:00 > 13:30']],
    ['lasts as long as it says', ['DURATION:PT1H30M'], ['06-01 13:00 > 14:30']],
    ['lasts days and weeks', ['DURATION:P1W2DT3S'], ['06-01 13:00 > 06-10 13:00']],
    ['takes no time without an end', [], []],
    ['takes no time that ends when it begins', ['DTEND:20260601T130000Z'], []],
    ['takes no time that ends before', ['DTEND:20260601T120000Z'], []],
    ['takes no time that lasts less than none', ['DURATION:-PT1H'], []],
    ['ends in another zone', ['DTEND;TZID=America/New_York:20260601T100000'], ['06-01 13:00 > 14:00']],
  ])('%s', (_, lines, busy) => {
    expect(busyOf(calendar(event('DTSTART:20260601T130000Z', ...lines)))).toEqual(busy);
  });
});

describe('an invitation', () => {
  const invited = (...attendees: readonly string[]) =>
    said(calendar(event(...AN_HOUR, 'ORGANIZER;CN=Bo:mailto:bo@example.com', ...attendees)), {
      addresses: ['Ada', 'ada.l@example.org'],
    }).busy.length === 1;

  it.each<[string, boolean, readonly string[]]>([
    ['accepted', true, ['ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com']],
    ['not answered', true, ['ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ada@example.com']],
    ['answered with maybe', true, ['ATTENDEE;PARTSTAT=TENTATIVE:mailto:ada@example.com']],
    [
      'declined, by the user id',
      false,
      ['ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.com', 'ATTENDEE:mailto:cy@example.com'],
    ],
    [
      'declined, by an address',
      false,
      ['ATTENDEE;PARTSTAT=DECLINED:MAILTO:Ada.L@Example.org', 'ATTENDEE:mailto:cy@example.com'],
    ],
    [
      'declined, with a name in quotes',
      false,
      ['ATTENDEE;CN="L, Ada: \'x\'";PARTSTAT=declined:mailto:ada@example.com', 'ATTENDEE:mailto:cy@example.com'],
    ],
    [
      'declined under one address, accepted under another',
      true,
      ['ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.com', 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada.l@example.org'],
    ],
    [
      'sent on to somebody else',
      false,
      ['ATTENDEE;PARTSTAT=DELEGATED:mailto:ada@example.com', 'ATTENDEE:mailto:cy@example.com'],
    ],
    [
      'declined by somebody else',
      true,
      ['ATTENDEE;PARTSTAT=DECLINED:mailto:cy@example.com', 'ATTENDEE:mailto:dee@example.com'],
    ],
    [
      'declined by everybody',
      false,
      ['ATTENDEE;PARTSTAT=DECLINED:mailto:cy@example.com', 'ATTENDEE;PARTSTAT=DECLINED:mailto:dee@example.com'],
    ],
    [
      'declined by everybody but the organizer',
      false,
      ['ATTENDEE;PARTSTAT=DECLINED:mailto:cy@example.com', 'ATTENDEE;PARTSTAT=ACCEPTED:mailto:bo@example.com'],
    ],
    [
      'declined by everybody but the room',
      false,
      [
        'ATTENDEE;PARTSTAT=DECLINED:mailto:cy@example.com',
        'ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:room1@example.com',
      ],
    ],
    ['declined by the room alone', true, ['ATTENDEE;CUTYPE=ROOM;PARTSTAT=DECLINED:mailto:room1@example.com']],
    [
      'of somebody whose address begins alike',
      true,
      ['ATTENDEE;PARTSTAT=DECLINED:mailto:adam@example.com', 'ATTENDEE:mailto:cy@example.com'],
    ],
  ])('%s: busy %s', (_, busy, attendees) => {
    expect(invited(...attendees)).toBe(busy);
  });

  it('is recognised by a calendar that has an address for a name', () => {
    const declined = event(...AN_HOUR, 'ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.example', 'ATTENDEE:mailto:c@b.example');
    expect(busyOf(calendar('X-WR-CALNAME:A@b.example', declined))).toEqual([]);
    expect(busyOf(calendar('X-WR-CALNAME:Work', declined))).toEqual(BUSY);
  });
});

describe('times of being busy', () => {
  const at = (start: string, end: string) => event(`DTSTART:20260601T${start}00Z`, `DTEND:20260601T${end}00Z`);

  it.each<[string, readonly string[], readonly string[]]>([
    ['apart stay apart', [at('1300', '1400'), at('1401', '1500')], ['06-01 13:00 > 14:00', '06-01 14:01 > 15:00']],
    ['that touch are one', [at('1400', '1500'), at('1300', '1400')], ['06-01 13:00 > 15:00']],
    ['that overlap are one', [at('1300', '1430'), at('1400', '1500')], ['06-01 13:00 > 15:00']],
    [
      'of which one is in the other are one',
      [at('1300', '1700'), at('1400', '1500'), at('1600', '1800')],
      ['06-01 13:00 > 18:00'],
    ],
    ['that are the same are one', [at('1300', '1400'), at('1300', '1400')], ['06-01 13:00 > 14:00']],
    ['that go on have begun when they did', [at('1100', '1230')], ['06-01 11:00 > 12:30']],
    ['that go on are one with those they followed', [at('1000', '1130'), at('1130', '1230')], ['06-01 10:00 > 12:30']],
    ['that are over are none', [at('1000', '1100'), at('1100', '1200')], []],
  ])('%s', (_, events, busy) => {
    expect(busyOf(calendar(...events))).toEqual(busy);
  });

  it('begin within 60 days, and end when they end', () => {
    const ics = calendar(
      event('DTSTART:20260731T115959Z', 'DTEND:20260801T120000Z'),
      event('DTSTART:20260731T120000Z', 'DTEND:20260731T130000Z'),
    );
    expect(said(ics)).toEqual({ busy: ['07-31 11:59 > 08-01 12:00'], ignored: 0, more: true });
  });

  it('that began long ago count while they last', () => {
    const ics = calendar(
      event('DTSTART:20240101T000000Z', 'DTEND:20260601T120001Z'),
      event('DTSTART:20240101T000000Z', 'DTEND:20260601T120000Z'),
    );
    expect(busyOf(ics)).toEqual(['01-01 00:00 > 06-01 12:00']);
  });
});
