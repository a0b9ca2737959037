/** One way to everything that has an id. */
import type { RoomMember } from '../hub/roster.ts';
import type { Service } from '../hub/service.ts';
import type { Settings } from '../hub/settings.ts';
import type { Seen } from '../hub/subject.ts';
import { canBeChannel } from '../presence/channel.ts';
import { type Person, type SiteId, userIdProblem } from '../presence/ids.ts';
import { canBeRoom } from '../presence/room.ts';
import type { CustomStatus } from '../presence/site.ts';
import type { Channel } from '../store/store.ts';
import { builder } from './builder.ts';
import { type Context, callerOf, channelViewerOf } from './context.ts';
import { loadViewer, type SessionModel, sessionModels, type ViewerModel } from './models.ts';
import { NodeInterface, partsOf } from './node.ts';
import { findMember, type RoomModel } from './room.ts';

type Tagged<Name extends string, Model> = Model & { readonly __typename: Name };
type AnyNode =
  | Tagged<'User' | 'Presence', Seen>
  | Tagged<'Viewer', ViewerModel>
  | Tagged<'Session', SessionModel>
  | Tagged<'CustomStatus', CustomStatus>
  | Tagged<'Settings', Settings>
  | Tagged<'Service', Service>
  | Tagged<'Room', RoomModel>
  | Tagged<'RoomMember', RoomMember>
  | Tagged<'Channel', Channel>;

builder.queryField('node', (t) =>
  t.field({
    type: NodeInterface,
    nullable: true,
    description:
      'Anything by its id, as fresh as asking for it directly; null when there is no such thing, or it is not for the caller to see.',
    args: { id: t.arg.id({ required: true, description: 'The id of anything.' }) },
    resolve: (_, { id }, context) => find(id, context),
  }),
);

async function find(id: string, context: Context): Promise<AnyNode | null> {
  const { hub } = context;
  const { person } = callerOf(context);
  const [, prefix = '', rest = ''] =
    /^(presence|viewer|session|customStatus|settings|service|room|member|channel):(.*)$/s.exec(id) ?? [];
  switch (prefix) {
    case '':
      return userIdProblem(id) === null ? { ...(await hub.user(person.site, id)), __typename: 'User' } : null;
    case 'presence':
      return userIdProblem(rest) === null ? { ...(await hub.user(person.site, rest)), __typename: 'Presence' } : null;
    case 'viewer':
      return rest === person.user ? { ...(await loadViewer(context, person)), __typename: 'Viewer' } : null;
    case 'session':
      return findSession(id, person, context);
    case 'customStatus': {
      const status = await hub.customStatus(person.site, id);
      return status === null ? null : { ...status, __typename: 'CustomStatus' };
    }
    case 'settings':
      return rest === person.site ? { ...(await hub.settings(person.site)), __typename: 'Settings' } : null;
    case 'service':
      return rest === person.site ? { ...(await hub.service(person.site)), __typename: 'Service' } : null;
    case 'room':
      return roomAt(rest, person.site);
    case 'member':
      return memberAt(rest, context);
    case 'channel':
      return channelAt(rest, context);
    default:
      return null;
  }
}

async function findSession(id: string, person: Person, context: Context): Promise<AnyNode | null> {
  const sessions = sessionModels(await loadViewer(context, person), context);
  const session = sessions.find((each) => each.id === id);
  return session === undefined ? null : { ...session, __typename: 'Session' };
}

const roomAt = (key: string, site: SiteId): AnyNode | null =>
  canBeRoom(key) ? { site, key, __typename: 'Room' } : null;

async function memberAt(rest: string, context: Context): Promise<AnyNode | null> {
  const [room = '', user = ''] = partsOf(rest) ?? [];
  if (!canBeRoom(room)) return null;
  const member = await findMember(context, callerOf(context).person.site, room, user);
  return member && { ...member, __typename: 'RoomMember' };
}

async function channelAt(rest: string, context: Context): Promise<AnyNode | null> {
  const [type, key] = partsOf(rest) ?? [];
  if (type === undefined || key === undefined || !canBeChannel(type, key)) return null;
  const channel = await context.hub.channel(channelViewerOf(context), { type, key });
  return channel && { ...channel, __typename: 'Channel' };
}
