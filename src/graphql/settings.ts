/** What a site's administrators decide. */
import type { Settings } from '../hub/settings.ts';
import { builder } from './builder.ts';
import { callerOf } from './context.ts';
import { NodeInterface } from './node.ts';

const SettingsType = builder.objectRef<Settings>('Settings').implement({
  description: 'What holds for everybody on this site.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({ description: '`settings:<site>`', resolve: ({ site }) => `settings:${site}` }),
    allowInvisible: t.exposeBoolean('allowInvisible', {
      description:
        'Whether people may hide. Those hidden already stay so; a status planned before hides nobody when its time comes.',
    }),
    allowStatusText: t.exposeBoolean('allowStatusText', {
      description:
        'Whether people may set texts. Texts that are there stay; a status with one that was planned before is not set when its time comes.',
    }),
    idleTimeoutSeconds: t.int({
      description: 'No activity for this long means AWAY, unless the person chose otherwise. Seconds, rounded up.',
      resolve: ({ idleTimeout }) => Math.ceil(idleTimeout / 1_000),
    }),
    watchLimit: t.int({
      description: 'How many people one watch or one query may name. Set by the operator.',
      resolve: (_, _args, { hub }) => hub.limits.watch,
    }),
    connectionCap: t.exposeInt('connectionCap', {
      description: 'Above this many connections the service switches itself off; 0: no cap.',
    }),
  }),
});

const UpdateSettingsInput = builder.inputType('UpdateSettingsInput', {
  description: 'What to change; what is left out stays.',
  fields: (t) => ({
    allowInvisible: t.boolean({ description: 'Whether people may hide.' }),
    allowStatusText: t.boolean({ description: 'Whether people may set texts.' }),
    idleTimeoutSeconds: t.int({ description: 'From 1 to 86400.' }),
    connectionCap: t.int({ description: 'From 0 to 2147483647; 0: no cap.' }),
  }),
});

const SettingsPayload = builder.objectRef<Settings>('SettingsPayload').implement({
  description: 'The settings as they are now.',
  fields: (t) => ({
    settings: t.field({ type: SettingsType, description: 'The settings.', resolve: (settings) => settings }),
  }),
});

builder.queryField('settings', (t) =>
  t.field({
    type: SettingsType,
    description: 'What holds for everybody on this site.',
    resolve: (_, _args, context) => context.hub.settings(callerOf(context).person.site),
  }),
);

builder.mutationField('updateSettings', (t) =>
  t.field({
    type: SettingsPayload,
    description: 'Changes what holds for everybody on this site, at once. ADMIN or SERVER.',
    allow: 'administrators',
    args: { input: t.arg({ type: UpdateSettingsInput, required: true, description: 'What to change.' }) },
    resolve: (_, { input }, context) => context.hub.updateSettings(callerOf(context).person.site, input),
  }),
);
