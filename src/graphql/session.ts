/** A connected device. */
import { builder } from './builder.ts';
import { AvailabilityEnum, DeviceEnum, TransportEnum } from './enums.ts';
import type { SessionModel } from './models.ts';
import { NodeInterface } from './node.ts';

export const SessionType = builder.objectRef<SessionModel>('Session').implement({
  description: 'One of my connected devices or tabs.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.exposeID('id', { description: '`session:<random>`; what connection_ack and openSession give.' }),
    device: t.expose('device', { type: DeviceEnum, description: 'What kind of device it said it is.' }),
    transport: t.expose('transport', { type: TransportEnum, description: 'What keeps it alive.' }),
    availability: t.expose('availability', {
      type: AvailabilityEnum,
      description: 'What it says of me: ONLINE or AWAY.',
    }),
    connectedAt: t.field({
      type: 'DateTime',
      description: 'When it connected first; a reconnect keeps it.',
      resolve: ({ connectedAt }) => new Date(connectedAt),
    }),
    current: t.exposeBoolean('current', { description: 'Whether this very operation came over its socket.' }),
  }),
});
