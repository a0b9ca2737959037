/** Being busy by a calendar. */
import type { Stretch } from '../presence/calendar.ts';
import { builder } from './builder.ts';
import { subjectOf } from './context.ts';
import { type ViewerModel, viewerModel } from './models.ts';
import { ViewerType } from './viewer.ts';

const BusyIntervalType = builder.objectRef<Stretch>('BusyInterval').implement({
  description: 'A time of being busy. Events that overlap or touch are one.',
  fields: (t) => ({
    startsAt: t.field({ type: 'DateTime', description: 'When it begins.', resolve: (it) => new Date(it.startsAt) }),
    endsAt: t.field({ type: 'DateTime', description: 'When it ends.', resolve: (it) => new Date(it.endsAt) }),
  }),
});

const SyncCalendarInput = builder.inputType('SyncCalendarInput', {
  description: 'What a calendar says, all of it. docs/calendars.md has what is read of it.',
  fields: (t) => ({
    calendarKey: t.string({
      defaultValue: 'default',
      description: 'Which of the person’s calendars, 1 to 128 characters; at most 20 of them.',
    }),
    ics: t.string({
      required: true,
      description:
        'An iCalendar text (RFC 5545), at most 512 KiB; over a WebSocket, what fits into one message. One without events ends what this calendar said.',
    }),
    addresses: t.stringList({
      defaultValue: [],
      description:
        'The person’s mail addresses, at most 20, by which invitations they declined are recognised. Known anyway: the user id, the calendar key, and X-WR-CALNAME.',
    }),
    timeZone: t.string({
      description:
        'The person’s time zone, such as Europe/Berlin, for whole days and floating times; default: X-WR-TIMEZONE of the calendar, or else UTC.',
    }),
    userId: t.id({ description: 'Somebody else. SERVER role.' }),
  }),
});

interface SyncCalendarModel {
  readonly busy: readonly Stretch[];
  readonly ignored: number;
  readonly viewer: ViewerModel;
}

const SyncCalendarPayload = builder.objectRef<SyncCalendarModel>('SyncCalendarPayload').implement({
  description: 'What the calendar was understood to say.',
  fields: (t) => ({
    busy: t.field({
      type: [BusyIntervalType],
      description: 'When it makes the person busy in the next 60 days, in order.',
      resolve: ({ busy }) => [...busy],
    }),
    ignored: t.exposeInt('ignored', {
      description: 'How many events do not mean busy: free, tentative, cancelled, declined.',
    }),
    viewer: t.expose('viewer', { type: ViewerType, description: 'The person as they are now.' }),
  }),
});

builder.mutationField('syncCalendar', (t) =>
  t.field({
    type: SyncCalendarPayload,
    description:
      'Replaces what a calendar said before, all or nothing. Its next 60 days are known from then on, day after day, without another sync.',
    args: { input: t.arg({ type: SyncCalendarInput, required: true, description: 'The calendar.' }) },
    resolve: async (_, { input }, context) => {
      const person = subjectOf(context, input.userId);
      const { record, busy, ignored } = await context.hub.syncCalendar(person, input);
      return { busy, ignored, viewer: viewerModel(context, person, record) };
    },
  }),
);
