/** One way to everything that has an id. */

import type { Settings } from '../hub/settings.ts';
import type { Seen } from '../hub/watch.ts';
import { type Person, userIdProblem } from '../presence/ids.ts';
import type { CustomStatus } from '../presence/site.ts';
import { builder } from './builder.ts';
import { type Context, callerOf } from './context.ts';
import { loadViewer, type SessionModel, type ViewerModel } from './models.ts';

type Tagged<Name extends string, Model> = Model & { readonly __typename: Name };
type AnyNode =
  | Tagged<'User' | 'Presence', Seen>
  | Tagged<'Viewer', ViewerModel>
  | Tagged<'Session', SessionModel>
  | Tagged<'CustomStatus', CustomStatus>
  | Tagged<'Settings', Settings>;

export const NodeInterface = builder.interfaceRef<unknown>('Node').implement({
  description: 'Anything with an id. Ids are unique over all types.',
  fields: (t) => ({
    id: t.id({
      description: 'Unique over all types. A user’s is the application’s own; others carry a prefix.',
      resolve: () => {
        throw new Error('every type says its own id');
      },
    }),
  }),
});

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
    default:
      return null;
  }
}

async function findSession(id: string, person: Person, context: Context): Promise<AnyNode | null> {
  const { sessions } = await loadViewer(context, person);
  const session = sessions.find((each) => each.id === id);
  return session === undefined ? null : { ...session, __typename: 'Session' };
}
