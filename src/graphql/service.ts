/** Whether live presence is on, and switching it. */
import type { Service } from '../hub/service.ts';
import { builder } from './builder.ts';
import { callerOf } from './context.ts';
import { NodeInterface } from './node.ts';

const ServiceType = builder.objectRef<Service>('Service').implement({
  description:
    'Whether live presence is on for this site. Above the cap it switches itself off, for everybody: new changes are not told to those who watch, and what is read is `stale`; everything else works. An administrator switches it on again.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({ description: '`service:<site>`', resolve: ({ site }) => `service:${site}` }),
    enabled: t.exposeBoolean('enabled', { description: 'Whether it is on.' }),
    connections: t.int({
      description:
        'Open WebSockets with a token of this site, over all servers, those that only watch among them; HTTP sessions and server-sent events do not count. Counted when asked for; those of other servers are up to a quarter of a second old, and those of one that was killed count for some seconds longer. Of somebody who leaves it counts until others see that they are gone. While the store is out of reach, the last known. The sockets with which people who hide would be ONLINE or AWAY count as closed, for the cap as well: hiding looks like leaving here too.',
      resolve: (service) => service.connections(),
    }),
    connectionCap: t.exposeInt('connectionCap', {
      description:
        'Above this many connections it switches itself off, once there were too many for as long as a dead socket can count (45 seconds, unless the operator said otherwise); 0: no cap.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it is off, in a sentence; null while it is on.',
    }),
  }),
});

const SetServiceEnabledInput = builder.inputType('SetServiceEnabledInput', {
  description: 'Whether it is to be on.',
  fields: (t) => ({
    enabled: t.boolean({ required: true, description: 'true: on, refused while above the cap. false: off.' }),
  }),
});

const ServicePayload = builder.objectRef<Service>('ServicePayload').implement({
  description: 'The service as it is now.',
  fields: (t) => ({
    service: t.field({ type: ServiceType, description: 'The service.', resolve: (service) => service }),
  }),
});

builder.queryField('service', (t) =>
  t.field({
    type: ServiceType,
    description: 'Whether live presence is on for this site.',
    resolve: (_, _args, context) => context.hub.service(callerOf(context).person.site),
  }),
);

builder.mutationField('setServiceEnabled', (t) =>
  t.field({
    type: ServicePayload,
    description:
      'Switches live presence on or off for everybody on this site. On again, those who watch are told what differs from what they were told last; of somebody whom another began to watch meanwhile, everybody who watches is told once more. CONNECTION_CAP_REACHED while there are more connections than the cap. What is so already stays as it is. ADMIN or SERVER.',
    allow: 'administrators',
    args: { input: t.arg({ type: SetServiceEnabledInput, required: true, description: 'On or off.' }) },
    resolve: (_, { input }, context) => {
      const { person, role } = callerOf(context);
      return context.hub.setServiceEnabled(
        person.site,
        input.enabled,
        role === 'SERVER' ? 'the backend' : 'an administrator',
      );
    },
  }),
);

builder.subscriptionField('serviceChanged', (t) =>
  t.field({
    type: ServiceType,
    description:
      'The service, each time it is switched on or off or its cap changes, not each time somebody connects. Begins with the next change.',
    subscribe: (_, _args, context) => {
      const { person, expiresAt } = callerOf(context);
      return context.hub.watchService(person.site, expiresAt);
    },
    resolve: (service) => service,
  }),
);
