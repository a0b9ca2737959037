/** Picking a dot, saying something about oneself, hiding. */
import { builder } from './builder.ts';
import { subjectOf } from './context.ts';
import { AvailabilityEnum } from './enums.ts';
import { viewerModel } from './models.ts';
import { ViewerPayload } from './viewer.ts';

const SetStatusInput = builder.inputType('SetStatusInput', {
  description:
    'At least one of availability, text, emoji and customStatusId. A call that gives a text or an emoji states both: the one left out is cleared.',
  fields: (t) => ({
    availability: t.field({
      type: AvailabilityEnum,
      description:
        'ONLINE: back to automatic. AWAY, BUSY: held until changed. OFFLINE: hidden until changed. Without text and emoji it clears both. Left out: the dot stays as picked.',
    }),
    text: t.string({ description: 'At most 120 characters as people count them; trimmed.' }),
    emoji: t.string({ description: 'Exactly one emoji.' }),
    customStatusId: t.id({ description: 'Takes dot, text and emoji from a custom status, instead of giving them.' }),
    startsAt: t.field({
      type: 'DateTime',
      description:
        'When this is to happen, as if it were called then; default now. At most 10 years ahead, and 20 at once.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When what this call sets ends by itself. In the future, after startsAt, at most 10 years ahead.',
    }),
    userId: t.id({ description: 'Somebody else. SERVER role.' }),
  }),
});

const ClearStatusInput = builder.inputType('ClearStatusInput', {
  description: 'Whose status to clear.',
  fields: (t) => ({ userId: t.id({ description: 'Somebody else. SERVER role.' }) }),
});

const SetInvisibleInput = builder.inputType('SetInvisibleInput', {
  description: 'Whether to hide.',
  fields: (t) => ({
    invisible: t.boolean({
      required: true,
      description: 'True hides until it is set to false, over reconnects and restarts.',
    }),
    userId: t.id({ description: 'Somebody else. SERVER role.' }),
  }),
});

builder.mutationFields((t) => ({
  setStatus: t.field({
    type: ViewerPayload,
    description: 'Picks a dot, says something about oneself, or both.',
    args: { input: t.arg({ type: SetStatusInput, required: true, description: 'What to set.' }) },
    resolve: async (_, { input }, context) => {
      const person = subjectOf(context, input.userId);
      return viewerModel(context, person, await context.hub.setStatus(person, input));
    },
  }),
  clearStatus: t.field({
    type: ViewerPayload,
    description:
      'Ends what the person chose (pick, text, emoji, now and planned): back to automatic. Calls, meetings and invisible stay.',
    args: { input: t.arg({ type: ClearStatusInput, description: 'Whose; default the caller’s.' }) },
    resolve: async (_, { input }, context) => {
      const person = subjectOf(context, input?.userId);
      return viewerModel(context, person, await context.hub.clearStatus(person));
    },
  }),
  setInvisible: t.field({
    type: ViewerPayload,
    description: 'Hides a person from everybody, or ends that. While hidden they look exactly as if they had left.',
    args: { input: t.arg({ type: SetInvisibleInput, required: true, description: 'Whether to hide.' }) },
    resolve: async (_, { input }, context) => {
      const person = subjectOf(context, input.userId);
      return viewerModel(context, person, await context.hub.setInvisible(person, input.invisible));
    },
  }),
}));
