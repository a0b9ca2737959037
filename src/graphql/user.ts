/** Seeing people: User, Presence, the queries that find them, and the subscription that follows them. */
import { within } from '../hub/input.ts';
import { badInput } from '../hub/refusal.ts';
import type { Seen, Sighting } from '../hub/subject.ts';
import { colorOf } from '../presence/room.ts';
import { builder } from './builder.ts';
import { ChannelRefInput } from './channel-ref.ts';
import { callerOf, channelViewerOf } from './context.ts';
import { AvailabilityEnum } from './enums.ts';
import { NodeInterface } from './node.ts';
import { MAX_PAGE } from './page.ts';
import { StatusInput, StatusType, statusModel } from './status.ts';

export const UserType = builder.objectRef<Seen>('User');
const PresenceType = builder.objectRef<Seen>('Presence');

UserType.implement({
  description: 'A person of the application.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({ description: 'The application’s own user id, verbatim.', resolve: ({ person }) => person.user }),
    name: t.string({
      nullable: true,
      description: 'As the newest token or the backend said; null when neither did.',
      resolve: ({ name }) => name,
    }),
    color: t.string({
      description: '`#rrggbb`, the same for a user everywhere and always; white and black are readable on it.',
      resolve: ({ person }) => colorOf(person.user),
    }),
    presence: t.field({ type: PresenceType, description: 'How they look to others.', resolve: (seen) => seen }),
  }),
});

PresenceType.implement({
  description:
    'What one person looks like to anybody else. The same rules for everybody: no role sees through invisible.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({ description: '`presence:<user id>`', resolve: ({ person }) => `presence:${person.user}` }),
    user: t.field({ type: UserType, description: 'Whose presence this is.', resolve: (seen) => seen }),
    availability: t.field({
      type: AvailabilityEnum,
      description: 'The dot.',
      resolve: ({ view }) => view.availability,
    }),
    online: t.boolean({
      description: 'Whether availability is not OFFLINE.',
      resolve: ({ view }) => view.availability !== 'OFFLINE',
    }),
    status: t.field({
      type: StatusType,
      nullable: true,
      description: 'What they say about themselves; null when nothing, and always null while OFFLINE.',
      resolve: ({ person, view }) => view.status && statusModel(person.site, view.status),
    }),
    lastActive: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When they were last there: set on connect, refreshed every 15 minutes while connected. Null when they were never seen. Its refresh is not announced to watchers.',
      resolve: ({ view }) => (view.lastActive === null ? null : new Date(view.lastActive)),
    }),
    stale: t.boolean({
      description:
        'True when the service cannot vouch for this value now, because its store is out of reach or it is switched off.',
      resolve: ({ stale }) => stale,
    }),
  }),
});

const PresenceChange = builder.objectRef<Sighting>('PresenceChange').implement({
  description: 'The present value of somebody watched, or a visible change of it.',
  fields: (t) => ({
    user: t.field({ type: UserType, description: 'Who.', resolve: ({ seen }) => seen }),
    presence: t.field({ type: PresenceType, description: 'How they look now.', resolve: ({ seen }) => seen }),
    initial: t.boolean({
      description: 'True for the value at the beginning of the watch, false for a change.',
      resolve: ({ initial }) => initial,
    }),
  }),
});

builder.queryFields((t) => ({
  user: t.field({
    type: UserType,
    description: 'One person. Somebody never seen is OFFLINE with lastActive null.',
    args: { id: t.arg.id({ required: true, description: 'A user id: 1 to 128 characters.' }) },
    resolve: (_, { id }, context) => context.hub.user(callerOf(context).person.site, id),
  }),
  users: t.field({
    type: [UserType],
    description: 'Several people, in the order and number of the ids. More than a watch may have: USER_LIMIT_EXCEEDED.',
    args: { ids: t.arg.idList({ required: true, description: 'User ids; one named twice counts once.' }) },
    resolve: async (_, { ids }, context) => [...(await context.hub.users(callerOf(context).person.site, ids))],
  }),
  onlineCount: t.int({
    description: 'How many people of this site others see as not OFFLINE.',
    resolve: (_, _args, context) => context.hub.onlineCount(callerOf(context).person.site),
  }),
  onlineUsers: t.field({
    type: [UserType],
    description:
      'Whom others see as not OFFLINE on this site, as of their last change, in an order of the server’s own. For the next ones pass the id of the last as `after`; an empty list is the end. ADMIN or SERVER.',
    allow: 'administrators',
    args: {
      first: t.arg.int({ required: false, defaultValue: 100, description: `How many, from 0 to ${MAX_PAGE}.` }),
      after: t.arg.id({ description: 'The user id behind which to begin; of somebody who may have left meanwhile.' }),
    },
    resolve: async (_, { first, after }, context) => {
      const limit = within(first ?? 100, 0, MAX_PAGE, 'first');
      return [...(await context.hub.onlineUsers(callerOf(context).person.site, after ?? null, limit))];
    },
  }),
}));

builder.subscriptionField('presenceChanged', (t) =>
  t.field({
    type: PresenceChange,
    description:
      'First the present value of each watched person (initial: true), then every visible change, in order. A reader slower than the changes skips values in between, never the last one.',
    args: {
      userIds: t.arg.idList({
        description:
          'Whom to watch; one named twice counts once. More than settings.watchLimit, with those of the channel: WATCH_LIMIT_EXCEEDED. So are too many over all subscriptions of one connection or person.',
      }),
      channel: t.arg({
        type: ChannelRefInput,
        description:
          'Also watches everybody in this channel, whoever comes (initial: true) and goes. Ends with NOT_FOUND when the caller is not in it (any more), CHANNEL_PRESENCE_DISABLED when presence is off for its type, WATCH_LIMIT_EXCEEDED when it grows too large.',
      }),
    },
    subscribe: (_, { userIds, channel }, context) => {
      const { person, expiresAt } = callerOf(context);
      const reader = { until: expiresAt, account: context.account() };
      if (channel != null) {
        return context.hub.watchChannel(channelViewerOf(context), { channel, userIds: userIds ?? [] }, reader);
      }
      if (userIds == null) throw badInput('userIds', 'must name at least one user, unless there is a channel');
      return context.hub.watch(person.site, userIds, reader);
    },
    resolve: (sighting) => sighting,
  }),
);

const UpsertUserInput = builder.inputType('UpsertUserInput', {
  description: 'What the backend says of one person; what is left out stays.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Their user id: 1 to 128 characters.' }),
    name: t.string({ description: 'Their name, at most 256 characters. The newer of this and a token’s counts.' }),
    invisible: t.boolean({ description: 'Hides them, or ends that.' }),
    status: t.field({ type: StatusInput, description: 'Their status line.' }),
  }),
});

const UpsertUsersInput = builder.inputType('UpsertUsersInput', {
  description: 'Up to 100 people.',
  fields: (t) => ({
    users: t.field({ type: [UpsertUserInput], required: true, description: 'Each person once.' }),
  }),
});

const UpsertUsersPayload = builder.objectRef<readonly Seen[]>('UpsertUsersPayload').implement({
  description: 'The people as they are now.',
  fields: (t) => ({
    users: t.field({ type: [UserType], description: 'In the order of the input.', resolve: (users) => [...users] }),
  }),
});

builder.mutationField('upsertUsers', (t) =>
  t.field({
    type: UpsertUsersPayload,
    description:
      'Makes people known, or changes what is known of them. SERVER role. All of it is checked before any of it is done.',
    allow: 'backends',
    args: { input: t.arg({ type: UpsertUsersInput, required: true, description: 'The people.' }) },
    resolve: (_, { input }, context) => context.hub.upsertUsers(callerOf(context).person.site, input.users),
  }),
);
