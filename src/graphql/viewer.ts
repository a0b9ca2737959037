/** The signed-in person, with the whole truth about themselves. */

import { see } from '../hub/subject.ts';
import { type Explanation, explain } from '../presence/explain.ts';
import type { Preferences } from '../presence/record.ts';
import { decide } from '../presence/resolve.ts';
import { manualOf, ownStatus, type SelfClaim, selfClaims } from '../presence/self.ts';
import { builder } from './builder.ts';
import { callerOf } from './context.ts';
import { AvailabilityEnum, PresenceRuleEnum } from './enums.ts';
import { loadViewer, sessionModels, type ViewerModel, viewerModel } from './models.ts';
import { NodeInterface } from './node.ts';
import { SessionType } from './session.ts';
import { StatusType, statusModel } from './status.ts';
import { UserType } from './user.ts';

const ClaimType = builder.objectRef<SelfClaim>('Claim').implement({
  description: 'Something that speaks for the person’s dot, now or later.',
  fields: (t) => ({
    source: t.exposeString('source', { description: 'MANUAL (their own pick), CALL or CALENDAR.' }),
    key: t.exposeString('key', {
      description:
        'Which of that source. What a calendar says has the calendar’s key and the start, joined by a colon.',
    }),
    availability: t.expose('availability', { type: AvailabilityEnum, description: 'The dot it asks for.' }),
    text: t.exposeString('text', { nullable: true, description: 'What it says, if anything.' }),
    emoji: t.exposeString('emoji', { nullable: true, description: 'Its emoji, if any.' }),
    startsAt: t.field({
      type: 'DateTime',
      description: 'When it begins.',
      resolve: ({ startsAt }) => new Date(startsAt),
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ends by itself; null: when it is ended.',
      resolve: ({ expiresAt }) => (expiresAt === null ? null : new Date(expiresAt)),
    }),
    active: t.exposeBoolean('active', {
      description: 'Whether it has begun. Which of the active ones decides, the explanation says.',
    }),
  }),
});

const ExplanationType = builder.objectRef<Explanation>('Explanation').implement({
  description: 'Why my dot is what it is.',
  fields: (t) => ({
    rule: t.expose('rule', { type: PresenceRuleEnum, description: 'Which rule decided.' }),
    because: t.exposeString('because', { description: 'One plain sentence. Times are in UTC.' }),
    nextChangeAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the dot others see changes if nothing else happens, idleness of open sockets aside; null: not by itself.',
      resolve: ({ nextChangeAt }) => (nextChangeAt === null ? null : new Date(nextChangeAt)),
    }),
  }),
});

const PreferencesType = builder.objectRef<Pick<ViewerModel, 'person'> & Preferences>('Preferences').implement({
  description: 'How the person wants to be treated.',
  fields: (t) => ({
    autoAway: t.exposeBoolean('autoAway', {
      description: 'Whether no activity turns the dot AWAY. A locked screen, sleep and the background do so anyway.',
    }),
    idleTimeoutSeconds: t.int({
      description: 'No activity for this long means AWAY: their own choice, or else the site’s.',
      resolve: async ({ person, idleTimeout }, _args, { hub }) =>
        Math.ceil((idleTimeout ?? (await hub.settings(person.site)).idleTimeout) / 1_000),
    }),
  }),
});

export const ViewerType = builder.objectRef<ViewerModel>('Viewer').implement({
  description: 'The signed-in person, with the whole truth about themselves.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({ description: '`viewer:<user id>`', resolve: ({ person }) => `viewer:${person.user}` }),
    user: t.field({
      type: UserType,
      description: 'How others see me.',
      resolve: ({ person, record, at }, _args, { hub }) => hub.vouch(see(person, record, at)),
    }),
    availability: t.field({
      type: AvailabilityEnum,
      description: 'My dot, as it would be if I were not invisible.',
      resolve: ({ record }) => decide(record).availability,
    }),
    invisible: t.boolean({
      description: 'Whether I am hidden until I end it.',
      resolve: ({ record }) => record.invisible,
    }),
    manual: t.field({
      type: AvailabilityEnum,
      nullable: true,
      description: 'What I picked; null while automatic.',
      resolve: ({ record }) => manualOf(record),
    }),
    status: t.field({
      type: StatusType,
      nullable: true,
      description: 'What I say about myself; kept, and hidden from others, while I am OFFLINE.',
      resolve({ person, record }) {
        const status = ownStatus(record);
        return status && statusModel(person.site, status);
      },
    }),
    sessions: t.field({
      type: [SessionType],
      description: 'My connected devices, by when they connected.',
      resolve: (viewer, _args, context) => [...sessionModels(viewer, context)],
    }),
    preferences: t.field({
      type: PreferencesType,
      description: 'How I want to be treated.',
      resolve: ({ person, record }) => ({ ...record.preferences, person }),
    }),
    claims: t.field({
      type: [ClaimType],
      description: 'Everything that speaks for me now or later, by when it begins: my own picks, calls, meetings.',
      resolve: ({ record }) => [...selfClaims(record)],
    }),
    explanation: t.field({
      type: ExplanationType,
      description: 'Why my dot is what it is.',
      resolve: ({ record, at }) => explain(record, at),
    }),
  }),
});

export const ViewerPayload = builder.objectRef<ViewerModel>('ViewerPayload').implement({
  description: 'The resulting state, so that nobody needs to read again; with userId, that person’s.',
  fields: (t) => ({
    viewer: t.field({ type: ViewerType, description: 'The person as they are now.', resolve: (viewer) => viewer }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    description: 'The signed-in person.',
    resolve: (_, _args, context) => loadViewer(context, callerOf(context).person),
  }),
);

builder.subscriptionField('viewerChanged', (t) =>
  t.field({
    type: ViewerType,
    description:
      'The signed-in person, each time anything they can see of themselves has changed. Begins with the next change.',
    subscribe: (_, _args, context) => {
      const { person, expiresAt } = callerOf(context);
      return context.hub.watchSelf(person, expiresAt);
    },
    resolve: (record, _args, context) => viewerModel(context, callerOf(context).person, record),
  }),
);

const SetPreferencesInput = builder.inputType('SetPreferencesInput', {
  description: 'What to change; what is left out stays.',
  fields: (t) => ({
    autoAway: t.boolean({ description: 'Whether no activity turns the dot AWAY.' }),
    idleTimeoutSeconds: t.int({ description: 'From 60 to 86400.' }),
  }),
});

builder.mutationField('setPreferences', (t) =>
  t.field({
    type: ViewerPayload,
    description: 'Changes how the caller wants to be treated; takes effect at once, on every device.',
    args: { input: t.arg({ type: SetPreferencesInput, required: true, description: 'What to change.' }) },
    resolve: async (_, { input }, context) => {
      const { person } = callerOf(context);
      return viewerModel(context, person, await context.hub.setPreferences(person, input));
    },
  }),
);
