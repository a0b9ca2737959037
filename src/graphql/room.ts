/** Who is here: rooms, their members, and coming and going. */
import type { RoomChange, RoomMember } from '../hub/roster.ts';
import { type SiteId, userIdProblem } from '../presence/ids.ts';
import { colorOf } from '../presence/room.ts';
import { builder } from './builder.ts';
import { type Context, callerOf, roomSessionOf, sessionOf } from './context.ts';
import { memberId, NodeInterface } from './node.ts';
import { checkPage, type Edge, type Page, type PageArguments, PageInfoType, type Places, pageOf } from './page.ts';
import { CHECK, checkPayload } from './payload.ts';
import { UserType } from './user.ts';

export interface RoomModel {
  readonly site: SiteId;
  readonly key: string;
}

const RoomMemberType = builder.objectRef<RoomMember>('RoomMember').implement({
  description: 'Somebody in a room.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      description: '`member:<room key>:<user id>`; a colon and a percent sign in the room key are percent-encoded.',
      resolve: ({ room, seen }) => memberId(room.key, seen.person.user),
    }),
    user: t.field({ type: UserType, description: 'Who.', resolve: ({ seen }) => seen }),
    label: t.exposeString('label', { description: '“online”, “typing”, “editing”: anything up to 64 characters.' }),
    metadata: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'What the application attached when they entered.',
      resolve: ({ metadata }) => metadata,
    }),
    color: t.string({
      description: '`#rrggbb`, the same for a user everywhere and always; readable on white and on black.',
      resolve: ({ seen }) => colorOf(seen.person.user),
    }),
    lastSeen: t.field({
      type: 'DateTime',
      description: 'When they entered or said something new here last.',
      resolve: ({ lastSeen }) => new Date(lastSeen),
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the label gives way to the one before, or they leave; null: not by itself.',
      resolve: ({ expiresAt }) => (expiresAt === null ? null : new Date(expiresAt)),
    }),
  }),
});

const RoomMemberEdge = builder.objectRef<Edge<RoomMember>>('RoomMemberEdge').implement({
  description: 'A member, and where they stand in the list.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Where: pass it as `after`.' }),
    node: t.expose('node', { type: RoomMemberType, description: 'The member.' }),
  }),
});

const RoomMemberConnection = builder.objectRef<Page<RoomMember>>('RoomMemberConnection').implement({
  description: 'A page of members.',
  fields: (t) => ({
    edges: t.field({ type: [RoomMemberEdge], description: 'The members.', resolve: ({ edges }) => [...edges] }),
    pageInfo: t.expose('pageInfo', { type: PageInfoType, description: 'Where the page is in the list.' }),
  }),
});

const RoomType = builder.objectRef<RoomModel>('Room').implement({
  description:
    'Who is here: people in a place, each with a label of their own choosing. A room is wherever somebody enters.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({ description: '`room:<key>`', resolve: ({ key }) => `room:${key}` }),
    key: t.exposeString('key', { description: 'The application’s own name of the place.' }),
    count: t.int({
      description: 'How many people are here; one with several devices counts once.',
      resolve: ({ site, key }, _args, { hub }) => hub.roomCount(site, key),
    }),
    members: t.field({
      type: RoomMemberConnection,
      description: 'Who is here, in the order they came.',
      args: {
        first: t.arg.int({ required: false, defaultValue: 100, description: 'How many; at most 500.' }),
        after: t.arg.string({ description: 'The cursor behind which the page begins.' }),
      },
      extensions: { [CHECK]: (page: PageArguments) => checkPage(page, PLACES) },
      resolve: async ({ site, key }, { first, after }, context) => {
        const all = await context.hub.roomMembers(site, key);
        const page = pageOf(all, { first: first ?? 100, after }, PLACES);
        const nodes = await withPresence(
          page.edges.map(({ node }) => node),
          context,
        );
        return { ...page, edges: page.edges.map((edge, at) => ({ ...edge, node: nodes[at] ?? edge.node })) };
      },
    }),
    member: t.field({
      type: RoomMemberType,
      nullable: true,
      description: 'One of those who are here; null when they are not, or are hidden.',
      args: { userId: t.arg.id({ required: true, description: 'Whose membership.' }) },
      resolve: async ({ site, key }, { userId }, context) => findMember(context, site, key, userId),
    }),
  }),
});

const RoomChangeKind = builder.enumType('RoomChangeKind', {
  description: 'What happened in a room.',
  values: {
    PRESENT: { description: 'Was there when the subscription began.' },
    ENTERED: { description: 'Came.' },
    UPDATED: { description: 'Has another label, other metadata, or entered again.' },
    LEFT: { description: 'Went, or hid.' },
  } as const,
});

const RoomChangeType = builder.objectRef<RoomChange>('RoomChange').implement({
  description: 'Somebody who is in a room, comes, changes or leaves.',
  fields: (t) => ({
    kind: t.expose('kind', { type: RoomChangeKind, description: 'What happened.' }),
    member: t.expose('member', { type: RoomMemberType, description: 'Who; when they left, as they were.' }),
    count: t.exposeInt('count', { description: 'How many are there now.' }),
  }),
});

builder.queryField('room', (t) =>
  t.field({
    type: RoomType,
    description: 'A place by its key; one that nobody has entered is empty.',
    args: { key: t.arg.string({ required: true, description: 'The application’s own name of the place.' }) },
    resolve: (_, { key }, context) => ({ site: callerOf(context).person.site, key: context.hub.roomName(key) }),
  }),
);

builder.subscriptionField('roomChanged', (t) =>
  t.field({
    type: RoomChangeType,
    description:
      'First everybody who is there (PRESENT), in the order they came, then everybody who comes, changes or leaves. A reader slower than the changes is told the sum of what it missed of each member. A room is told of coming, going and what is said there, not of dots: what a member’s presence says is of that moment.',
    args: { key: t.arg.string({ required: true, description: 'The application’s own name of the place.' }) },
    subscribe: (_, { key }, context) => {
      const { person, expiresAt } = callerOf(context);
      return context.hub.watchRoom(person.site, key, expiresAt);
    },
    resolve: (change) => change,
  }),
);

const EnterRoomInput = builder.inputType('EnterRoomInput', {
  description: 'Where to be, and what to say there.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'The place: 1 to 128 characters.' }),
    label: t.string({ defaultValue: 'online', description: '1 to 64 characters.' }),
    metadata: t.field({ type: 'JSONObject', description: 'Anything else; a guest’s name, say.' }),
    expiresInSeconds: t.int({
      description:
        'From 1 to 86400: then the label before it counts again (“typing”), or without one the session leaves.',
    }),
    sessionId: t.id({
      description: 'Which session; implied on a WebSocket that has one. A guest without one gets one.',
    }),
  }),
});

const LeaveRoomInput = builder.inputType('LeaveRoomInput', {
  description: 'Where not to be any more.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'The place.' }),
    sessionId: t.id({ description: 'Which session; implied on a WebSocket that has one.' }),
  }),
});

const RoomPayload = builder.objectRef<{ room: RoomModel; sessionId: string }>('RoomPayload').implement({
  description: 'The room as it is now.',
  fields: (t) => ({
    room: t.expose('room', { type: RoomType, description: 'The room.' }),
    sessionId: t.exposeID('sessionId', {
      description:
        'The session that this was about. Over HTTP it lives 75 seconds, and entering again with it prolongs that.',
    }),
  }),
});

builder.mutationFields((t) => ({
  enterRoom: t.field({
    type: RoomPayload,
    description:
      'Is in a room from now on, or says something new there, until it is left or the session ends. Guests may.',
    allow: 'everybody',
    args: { input: t.arg({ type: EnterRoomInput, required: true, description: 'Where, and what to say.' }) },
    resolve: async (_, { input }, context, info) => {
      checkPayload(info);
      const { person } = callerOf(context);
      const sessionId = await context.hub.enterRoom(person, input, () => roomSessionOf(context, input.sessionId));
      return { room: { site: person.site, key: input.key }, sessionId };
    },
  }),
  leaveRoom: t.field({
    type: RoomPayload,
    description: 'Is no longer in a room with this session. Guests may.',
    allow: 'everybody',
    args: { input: t.arg({ type: LeaveRoomInput, required: true, description: 'Where.' }) },
    resolve: async (_, { input }, context, info) => {
      checkPayload(info);
      const { person } = callerOf(context);
      const sessionId = sessionOf(context, input.sessionId);
      await context.hub.leaveRoom(person, sessionId, input.key);
      return { room: { site: person.site, key: input.key }, sessionId };
    },
  }),
}));

export async function findMember(
  context: Context,
  site: SiteId,
  key: string,
  userId: string,
): Promise<RoomMember | null> {
  const member = (await context.hub.roomMembers(site, key)).find(({ seen }) => seen.person.user === userId);
  const [current] = member === undefined ? [] : await withPresence([member], context);
  return current ?? null;
}

/** A room is told of what changes in it, not of its members' dots: those are looked at when asked for. */
async function withPresence(members: readonly RoomMember[], { hub }: Context): Promise<readonly RoomMember[]> {
  const seen = await hub.look(members.map((member) => member.seen.person));
  return members.map((member, at) => ({ ...member, seen: seen[at] ?? member.seen }));
}

const PLACES: Places<RoomMember> = {
  of: ({ enteredAt, seen }) => `${String(enteredAt).padStart(15, '0')} ${seen.person.user}`,
  has: (place) => /^\d{15} /.test(place) && userIdProblem(place.slice(16)) === null,
};
