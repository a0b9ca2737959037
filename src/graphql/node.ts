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
export const memberId = (roomKey: string, userId: string): string => `member:${encoded(roomKey)}:${userId}`;

/** The type's are, for the same reason. */
export const channelId = (type: string, key: string): string => `channel:${encoded(type)}:${key}`;

const encoded = (text: string): string => text.replace(/[%:]/g, encodeURIComponent);

/** The two parts of what stands behind the prefix of such an id; null when it is none. */
export function partsOf(rest: string): readonly [string, string] | null {
  const at = rest.indexOf(':');
  if (at < 0) return null;
  try {
    return [decodeURIComponent(rest.slice(0, at)), rest.slice(at + 1)];
  } catch {
    return null;
  }
}
