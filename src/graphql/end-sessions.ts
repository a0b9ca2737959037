/** Making somebody prove anew who they are. */
import { builder } from './builder.ts';
import { callerOf } from './context.ts';

const EndSessionsPayload = builder.objectRef<{ readonly userId: string }>('EndSessionsPayload').implement({
  description: 'That it is done; not whether there was anything to end.',
  fields: (t) => ({ userId: t.exposeID('userId', { description: 'Whose sessions.' }) }),
});

builder.mutationField('endSessions', (t) =>
  t.field({
    type: EndSessionsPayload,
    description:
      'Ends all sessions of a person at once, on every server: sockets are closed with 4403, and streams of server-sent events complete. What they picked stays. A client that can get a new token comes back with it, so revoke their tokens at their issuer first. ADMIN or SERVER.',
    allow: 'administrators',
    args: { userId: t.arg.id({ required: true, description: 'A user id: 1 to 128 characters.' }) },
    resolve: async (_, { userId }, context) => {
      await context.hub.endSessions(callerOf(context).person, userId);
      return { userId };
    },
  }),
);
