/** What people say about themselves. */
import type { SiteId } from '../presence/ids.ts';
import type { StatusLine } from '../presence/record.ts';
import { builder } from './builder.ts';
import { CustomStatusType } from './custom-status.ts';

export interface StatusModel extends StatusLine {
  readonly site: SiteId;
}

export const statusModel = (site: SiteId, line: StatusLine): StatusModel => ({ ...line, site });

export const StatusType = builder.objectRef<StatusModel>('Status').implement({
  description: 'A line about oneself, independent of the dot. It has a text or an emoji or both.',
  fields: (t) => ({
    text: t.exposeString('text', {
      nullable: true,
      description: 'At most 120 characters as people count them, trimmed.',
    }),
    emoji: t.exposeString('emoji', { nullable: true, description: 'One emoji.' }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ends by itself; null: it stays until changed.',
      resolve: ({ expiresAt }) => (expiresAt === null ? null : new Date(expiresAt)),
    }),
    customStatus: t.field({
      type: CustomStatusType,
      nullable: true,
      description:
        'The custom status it was taken from, if it still exists. The text stays when that is changed or deleted.',
      resolve: ({ site, customStatusId }, _args, { hub }) =>
        customStatusId === null ? null : hub.customStatus(site, customStatusId),
    }),
  }),
});

export const StatusInput = builder.inputType('StatusInput', {
  description: 'A status line: a text, an emoji, or both.',
  fields: (t) => ({
    text: t.string({ description: 'At most 120 characters as people count them; trimmed.' }),
    emoji: t.string({ description: 'Exactly one emoji.' }),
  }),
});
