/** Channels: who is in them, as the application's backend says, and finding one's own. */
import { within } from '../hub/input.ts';
import { badInput } from '../hub/refusal.ts';
import { type ChannelRecord, canBeChannel } from '../presence/channel.ts';
import { asUserId } from '../presence/ids.ts';
import type { Channel } from '../store/store.ts';
import { builder } from './builder.ts';
import { callerOf, channelViewerOf } from './context.ts';
import { channelId, NodeInterface } from './node.ts';
import { type Edge, MAX_PAGE, type Page, type PageArguments, PageInfoType, type Places, pageOf } from './page.ts';
import { CHECK, checkPayload } from './payload.ts';
import { UserType } from './user.ts';

const ChannelType = builder.objectRef<Channel>('Channel').implement({
  description:
    'People of the application who belong together, such as a team or a conversation. Only they and the backend see it.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      description: '`channel:<type>:<key>`; a colon and a percent sign in the type are percent-encoded.',
      resolve: ({ name }) => channelId(name.type, name.key),
    }),
    type: t.string({ description: 'What kind of channel it is.', resolve: ({ name }) => name.type }),
    key: t.string({
      description: 'The application’s own name of it within its type.',
      resolve: ({ name }) => name.key,
    }),
    members: t.field({
      type: [UserType],
      description:
        'Who is in it, in the order in which the backend named them; those who are OFFLINE too. For the next ones pass the id of the last as `after`.',
      args: {
        first: t.arg.int({ required: false, defaultValue: 100, description: `How many, from 0 to ${MAX_PAGE}.` }),
        after: t.arg.id({
          description: 'The user id behind which to begin: of somebody who is in it, else BAD_USER_INPUT.',
        }),
      },
      extensions: { [CHECK]: checkFirst },
      resolve: async ({ name: { site }, record }, { first, after }, { hub }) => {
        checkFirst({ first });
        const from = after == null ? 0 : behind(record, after);
        const members = record.members.slice(from, from + (first ?? 100));
        return [...(await hub.look(members.map((user) => ({ site, user }))))];
      },
    }),
    custom: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'Fields of the application’s own; null when it gave none.',
      resolve: ({ record }) => record.custom,
    }),
    presenceEnabled: t.boolean({
      description:
        'Whether its people can be watched by `presenceChanged(channel:)`; the same for all channels of its type.',
      resolve: ({ name }, _args, { hub }) => hub.channelHasPresence(name),
    }),
  }),
});

const ChannelEdge = builder.objectRef<Edge<Channel>>('ChannelEdge').implement({
  description: 'A channel, and where it stands in the list.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Where: pass it as `after`.' }),
    node: t.expose('node', { type: ChannelType, description: 'The channel.' }),
  }),
});

const ChannelConnection = builder.objectRef<Page<Channel>>('ChannelConnection').implement({
  description: 'A page of channels.',
  fields: (t) => ({
    edges: t.field({ type: [ChannelEdge], description: 'The channels.', resolve: ({ edges }) => [...edges] }),
    pageInfo: t.expose('pageInfo', { type: PageInfoType, description: 'Where the page is in the list.' }),
  }),
});

builder.queryFields((t) => ({
  channel: t.field({
    type: ChannelType,
    nullable: true,
    description: 'A channel; null when there is none, or the caller is not in it. The backend sees all of its site.',
    args: {
      type: t.arg.string({ required: true, description: 'Its type.' }),
      key: t.arg.string({ required: true, description: 'Its key within the type.' }),
    },
    resolve: (_, ref, context) => context.hub.channel(channelViewerOf(context), ref),
  }),
  channels: t.field({
    type: ChannelConnection,
    description:
      'The channels that the caller is in, by type and then key. All of them are read for each page: meant for hundreds, not thousands.',
    args: {
      filter: t.arg({
        type: 'JSONObject',
        description:
          'Only those whose custom fields equal these: each field named here, as a whole. Left out or empty: all.',
      }),
      first: t.arg.int({ required: false, defaultValue: 20, description: `How many; at most ${MAX_PAGE}.` }),
      after: t.arg.string({ description: 'The cursor behind which the page begins.' }),
    },
    resolve: async (_, { filter, first, after }, context) => {
      const all = await context.hub.channels(callerOf(context).person, filter ?? {});
      return pageOf(all, { first: first ?? 20, after }, PLACES);
    },
  }),
}));

const UpsertChannelInput = builder.inputType('UpsertChannelInput', {
  description: 'What the backend says of a channel; what is left out stays.',
  fields: (t) => ({
    type: t.string({ required: true, description: 'What kind of channel it is: 1 to 64 characters.' }),
    key: t.string({
      required: true,
      description: 'The application’s own name of it within its type: 1 to 128 characters.',
    }),
    memberIds: t.idList({
      description:
        'Everybody who is in it, in place of those before; at most 10000. One named twice counts once. An empty list leaves nobody in it. A message over a WebSocket has at most 64 KiB and a request over HTTP 1 MiB, which 10000 ids of 100 bytes fit into.',
    }),
    custom: t.field({
      type: 'JSONObject',
      description: 'Fields of the application’s own, in place of those before; an empty object has none.',
    }),
  }),
});

const SetChannelTypeInput = builder.inputType('SetChannelTypeInput', {
  description: 'What holds for all channels of a type.',
  fields: (t) => ({
    type: t.string({ required: true, description: 'Which type: 1 to 64 characters.' }),
    presence: t.boolean({
      required: true,
      description:
        'Whether their people can be watched by `presenceChanged(channel:)`; true until it is set to false, for at most 100 types.',
    }),
  }),
});

const ChannelPayload = builder.objectRef<Channel>('ChannelPayload').implement({
  description: 'The channel as it is now.',
  fields: (t) => ({
    channel: t.field({ type: ChannelType, description: 'The channel.', resolve: (channel) => channel }),
  }),
});

const ChannelTypePayload = builder
  .objectRef<{ readonly type: string; readonly presence: boolean }>('ChannelTypePayload')
  .implement({
    description: 'What holds for all channels of a type now.',
    fields: (t) => ({
      type: t.exposeString('type', { description: 'Which type.' }),
      presence: t.exposeBoolean('presence', { description: 'Whether their people can be watched.' }),
    }),
  });

builder.mutationFields((t) => ({
  upsertChannel: t.field({
    type: ChannelPayload,
    description:
      'Makes a channel, or changes it: whoever watches it is told of those who come, and no longer of those who left. SERVER role.',
    allow: 'backends',
    args: { input: t.arg({ type: UpsertChannelInput, required: true, description: 'Which, and what to say of it.' }) },
    resolve: (_, { input }, context, info) => {
      checkPayload(info);
      return context.hub.upsertChannel(callerOf(context).person.site, input);
    },
  }),
  setChannelType: t.field({
    type: ChannelTypePayload,
    description:
      'Switches presence on or off for all channels of a type, those to come as well. Switching it off ends the watches of such channels. SERVER role.',
    allow: 'backends',
    args: { input: t.arg({ type: SetChannelTypeInput, required: true, description: 'Which type, and what holds.' }) },
    resolve: (_, { input }, context) => context.hub.setChannelType(callerOf(context).person.site, input),
  }),
}));

function checkFirst({ first }: PageArguments): void {
  if (first != null) within(first, 0, MAX_PAGE, 'first');
}

function behind({ members }: ChannelRecord, after: string): number {
  const at = members.indexOf(asUserId(after));
  if (at < 0)
    throw badInput('after', 'must be the id of somebody who is in the channel; begin anew when they have left it');
  return at + 1;
}

/** No type and no key has this character. */
const BETWEEN = '\u0000';

const PLACES: Places<Channel> = {
  of: ({ name: { type, key } }) => `${type}${BETWEEN}${key}`,
  has(place) {
    const [type = '', key = '', ...more] = place.split(BETWEEN);
    return more.length === 0 && canBeChannel(type, key);
  },
};
