/** Naming a channel. */
import { builder } from './builder.ts';

export const ChannelRefInput = builder.inputType('ChannelRef', {
  description: 'Which channel.',
  fields: (t) => ({
    type: t.string({ required: true, description: 'Its type.' }),
    key: t.string({ required: true, description: 'Its key within the type.' }),
  }),
});
