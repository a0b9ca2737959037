/** Statuses that a site's administrators offer to everyone. */
import type { CustomStatus } from '../presence/site.ts';
import { builder } from './builder.ts';
import { callerOf } from './context.ts';
import { AvailabilityEnum } from './enums.ts';
import { NodeInterface } from './node.ts';

export const CustomStatusType = builder.objectRef<CustomStatus>('CustomStatus').implement({
  description: 'A status the site’s administrators offer to everyone; it maps to a dot.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.exposeID('id', { description: '`customStatus:<random>`' }),
    name: t.exposeString('name', { description: 'What those who wear it show as their text.' }),
    emoji: t.exposeString('emoji', { nullable: true, description: 'What they show as their emoji.' }),
    availability: t.expose('availability', { type: AvailabilityEnum, description: 'The dot it picks.' }),
  }),
});

const CreateCustomStatusInput = builder.inputType('CreateCustomStatusInput', {
  description: 'A new custom status.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'At most 120 characters; no other on the site may have it.' }),
    availability: t.field({
      type: AvailabilityEnum,
      required: true,
      description: 'The dot it picks; ONLINE is automatic.',
    }),
    emoji: t.string({ description: 'Exactly one emoji.' }),
  }),
});

const UpdateCustomStatusInput = builder.inputType('UpdateCustomStatusInput', {
  description: 'What to change; what is left out stays.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Which.' }),
    name: t.string({ description: 'At most 120 characters; no other on the site may have it.' }),
    availability: t.field({ type: AvailabilityEnum, description: 'The dot it picks.' }),
    emoji: t.string({ description: 'Exactly one emoji.' }),
  }),
});

const DeleteCustomStatusInput = builder.inputType('DeleteCustomStatusInput', {
  description: 'Which custom status to delete.',
  fields: (t) => ({ id: t.id({ required: true, description: 'Which.' }) }),
});

const CustomStatusPayload = builder.objectRef<CustomStatus>('CustomStatusPayload').implement({
  description: 'The custom status as it is now.',
  fields: (t) => ({
    customStatus: t.field({ type: CustomStatusType, description: 'The custom status.', resolve: (status) => status }),
  }),
});

const DeleteCustomStatusPayload = builder.objectRef<{ deletedId: string }>('DeleteCustomStatusPayload').implement({
  description: 'What was deleted.',
  fields: (t) => ({ deletedId: t.exposeID('deletedId', { description: 'The id it had.' }) }),
});

builder.queryField('customStatuses', (t) =>
  t.field({
    type: [CustomStatusType],
    description: 'The custom statuses of this site, by name.',
    args: { search: t.arg.string({ description: 'Only those whose name contains this, letter case aside.' }) },
    resolve: async (_, { search }, context) => [
      ...(await context.hub.customStatuses(callerOf(context).person.site, search ?? '')),
    ],
  }),
);

builder.mutationFields((t) => ({
  createCustomStatus: t.field({
    type: CustomStatusPayload,
    description: 'Offers a new status to everyone. ADMIN or SERVER; at most 200 a site.',
    allow: 'administrators',
    args: { input: t.arg({ type: CreateCustomStatusInput, required: true, description: 'The new status.' }) },
    resolve: (_, { input }, context) => context.hub.createCustomStatus(callerOf(context).person.site, input),
  }),
  updateCustomStatus: t.field({
    type: CustomStatusPayload,
    description:
      'Changes a status for whoever takes it from now on; those who wear it keep what they took. ADMIN or SERVER.',
    allow: 'administrators',
    args: {
      input: t.arg({ type: UpdateCustomStatusInput, required: true, description: 'Which, and what to change.' }),
    },
    resolve: (_, { input: { id, ...changes } }, context) =>
      context.hub.updateCustomStatus(callerOf(context).person.site, id, changes),
  }),
  deleteCustomStatus: t.field({
    type: DeleteCustomStatusPayload,
    description: 'Withdraws a status; those who wear it keep their text and dot, and lose the link. ADMIN or SERVER.',
    allow: 'administrators',
    args: { input: t.arg({ type: DeleteCustomStatusInput, required: true, description: 'Which.' }) },
    resolve: async (_, { input }, context) => {
      await context.hub.deleteCustomStatus(callerOf(context).person.site, input.id);
      return { deletedId: input.id };
    },
  }),
}));
