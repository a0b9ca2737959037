/** Calls and meetings, as integrations tell of them. */
import { builder } from './builder.ts';
import { subjectOf } from './context.ts';
import { AvailabilityEnum, ClaimSourceEnum } from './enums.ts';
import { viewerModel } from './models.ts';
import { ViewerPayload } from './viewer.ts';

const SetClaimInput = builder.inputType('SetClaimInput', {
  description: 'A call or a meeting, now or later. Told again with the same source and key, it is replaced as a whole.',
  fields: (t) => ({
    source: t.field({ type: ClaimSourceEnum, required: true, description: 'What it is.' }),
    key: t.string({
      required: true,
      description: 'The caller’s own name of it, 1 to 128 characters. Ending one never ends another.',
    }),
    availability: t.field({
      type: AvailabilityEnum,
      required: true,
      defaultValue: 'BUSY',
      description: 'The dot it asks for: ONLINE, AWAY or BUSY. OFFLINE is refused, for hiding is the person’s own.',
    }),
    text: t.string({
      description: 'Shown while it decides the dot and the person says nothing. At most 120 characters; trimmed.',
    }),
    emoji: t.string({ description: 'Exactly one emoji, shown in the same way.' }),
    startsAt: t.field({
      type: 'DateTime',
      description:
        'When it begins; default now, or as it was if it has begun already. May be past: a pick made since then wins over a meeting. At most 10 years ahead.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description:
        'When it ends by itself; default: when it is cleared. In the future, after startsAt, within 10 years.',
    }),
    userId: t.id({ description: 'Somebody else. SERVER role.' }),
  }),
});

const ClearClaimInput = builder.inputType('ClearClaimInput', {
  description: 'Which call or meeting is over.',
  fields: (t) => ({
    source: t.field({ type: ClaimSourceEnum, required: true, description: 'What it was.' }),
    key: t.string({ required: true, description: 'Its name, as it was set.' }),
    userId: t.id({ description: 'Somebody else. SERVER role.' }),
  }),
});

builder.mutationFields((t) => ({
  setClaim: t.field({
    type: ViewerPayload,
    description:
      'Tells of a call or a meeting. Any number at once, up to 500; which one decides the dot, viewer.explanation says.',
    args: { input: t.arg({ type: SetClaimInput, required: true, description: 'What to tell.' }) },
    resolve: async (_, { input }, context) => {
      const person = subjectOf(context, input.userId);
      return viewerModel(context, person, await context.hub.setClaim(person, input));
    },
  }),
  clearClaim: t.field({
    type: ViewerPayload,
    description:
      'Ends a call or a meeting; one that is not there (any more) changes nothing. What a calendar says ends with its next sync.',
    args: { input: t.arg({ type: ClearClaimInput, required: true, description: 'Which.' }) },
    resolve: async (_, { input }, context) => {
      const person = subjectOf(context, input.userId);
      return viewerModel(context, person, await context.hub.clearClaim(person, input));
    },
  }),
}));
