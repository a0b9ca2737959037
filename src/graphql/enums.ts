/** The words of the API. */
import { PRESENCE_RULES, type PresenceRule } from '../presence/explain.ts';
import {
  AVAILABILITIES,
  type Availability,
  CLAIM_SOURCES,
  type ClaimSource,
  DEVICES,
  type Device,
  type Transport,
} from '../presence/record.ts';
import { ACTIVITIES, type Activity } from '../presence/session.ts';
import { builder } from './builder.ts';

export const AvailabilityEnum = words('Availability', 'The dot other people see.', AVAILABILITIES, {
  ONLINE: 'Connected and active. As a pick: back to automatic.',
  AWAY: 'Connected, and nobody is there; or picked.',
  BUSY: 'Not to be disturbed: picked, in a call, or in a meeting.',
  OFFLINE: 'Not connected, or hidden; nobody can tell which. As a pick: hidden until changed.',
} satisfies Record<Availability, string>);

export const ClaimSourceEnum = words('ClaimSource', 'What an integration tells of.', CLAIM_SOURCES, {
  CALL: 'A call. While it goes on it decides the dot, whatever the person picked.',
  CALENDAR: 'A meeting. The later of it and the person’s own pick decides.',
} satisfies Record<ClaimSource, string>);

export const DeviceEnum = words('Device', 'What kind of device a session is on, as it said itself.', DEVICES, {
  WEB: 'A browser.',
  DESKTOP: 'An application on a computer.',
  MOBILE: 'A phone or a tablet.',
  OTHER: 'Anything else, or not said.',
} satisfies Record<Device, string>);

export const TransportEnum = words('Transport', 'What keeps a session alive.', ['WEBSOCKET', 'HTTP'] as const, {
  WEBSOCKET: 'An open WebSocket.',
  HTTP: 'Heartbeats over HTTP.',
} satisfies Record<Transport, string>);

export const ActivityEnum = words('Activity', 'What a device tells of the person in front of it.', ACTIVITIES, {
  ACTIVE: 'They do something: typing, pointing, touching.',
  IDLE: 'They have done nothing for a while. Means AWAY unless they switched auto-away off.',
  SCREEN_LOCKED: 'The screen is locked. Means AWAY at once.',
  SCREEN_UNLOCKED: 'They unlocked the screen.',
  SLEEP: 'The device goes to sleep. Means AWAY at once.',
  WAKE: 'The device woke up.',
  BACKGROUND: 'The app went into the background. Means AWAY at once.',
  FOREGROUND: 'They brought the app to the front.',
} satisfies Record<Activity, string>);

export const PresenceRuleEnum = words('PresenceRule', 'What decides a dot; the first that applies.', PRESENCE_RULES, {
  INVISIBLE: 'You are invisible.',
  NO_SESSION: 'No device is connected.',
  CALL: 'A call is going on.',
  MANUAL: 'You picked it.',
  CALENDAR: 'A meeting is going on.',
  ACTIVE_SESSION: 'A connected device on which you are active.',
  IDLE_SESSION: 'Every connected device is idle, locked, asleep or in the background.',
  LOST_SESSION: 'Every connection was lost, and may come back.',
} satisfies Record<PresenceRule, string>);

function words<Word extends string>(
  name: string,
  description: string,
  values: readonly Word[],
  meanings: Readonly<Record<Word, string>>,
) {
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(values.map((value) => [value, { value, description: meanings[value] }])) as {
      [Key in Word]: { value: Key; description: string };
    },
  });
}
