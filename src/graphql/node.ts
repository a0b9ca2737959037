/** Everything that has an id. */
import { builder } from './builder.ts';

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

/** The room key's colons are encoded, so that the id says where it ends. */
export const memberId = (roomKey: string, userId: string): string =>
  `member:${roomKey.replace(/[%:]/g, encodeURIComponent)}:${userId}`;
