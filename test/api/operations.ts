/** The operations of the API as these tests use them, with everything that can be read of a person. */
import { expect } from 'vitest';
import WebSocket from 'ws';
import type { Answer, Service } from '../support/service.ts';

/** Whoever asks: a device over its socket, or somebody over HTTP. */
export interface Asker {
  ask<Data>(query: string, variables?: object): Promise<Answer<Data>>;
}

export const http = (service: Pick<Service, 'ask'>, token: string): Asker => ({
  ask: (query, variables) => service.ask(token, query, variables),
});

export type Dot = 'ONLINE' | 'AWAY' | 'BUSY' | 'OFFLINE';

interface Line {
  readonly text: string | null;
  readonly emoji: string | null;
  readonly expiresAt: string | null;
  readonly customStatus: CustomStatus | null;
}

export interface CustomStatus {
  readonly id: string;
  readonly name: string;
  readonly emoji: string | null;
  readonly availability: Dot;
}

/** All that others can read of a person. */
export interface Look {
  readonly id: string;
  readonly name: string | null;
  readonly presence: {
    readonly id: string;
    readonly user: { readonly id: string };
    readonly availability: Dot;
    readonly online: boolean;
    readonly status: Line | null;
    readonly lastActive: string | null;
    readonly stale: boolean;
  };
}

interface SessionLook {
  readonly id: string;
  readonly device: string;
  readonly transport: string;
  readonly availability: Dot;
  readonly connectedAt: string;
  readonly current: boolean;
}

/** All that people can read of themselves. */
export interface Self {
  readonly id: string;
  readonly user: Look;
  readonly availability: Dot;
  readonly invisible: boolean;
  readonly manual: Dot | null;
  readonly status: Line | null;
  readonly sessions: readonly SessionLook[];
  readonly preferences: { readonly autoAway: boolean; readonly idleTimeoutSeconds: number };
  readonly claims: readonly ClaimLook[];
  readonly explanation: { readonly rule: string; readonly because: string; readonly nextChangeAt: string | null };
}

interface ClaimLook {
  readonly source: string;
  readonly key: string;
  readonly availability: Dot;
  readonly text: string | null;
  readonly emoji: string | null;
  readonly startsAt: string;
  readonly expiresAt: string | null;
  readonly active: boolean;
}

interface Settings {
  readonly id: string;
  readonly allowInvisible: boolean;
  readonly allowStatusText: boolean;
  readonly idleTimeoutSeconds: number;
  readonly watchLimit: number;
  readonly connectionCap: number;
}

export interface ServiceLook {
  readonly id: string;
  readonly enabled: boolean;
  readonly connections: number;
  readonly connectionCap: number;
  readonly reason: string | null;
}

export interface ChannelLook {
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly members: readonly { readonly id: string }[];
  readonly custom: Readonly<Record<string, unknown>> | null;
  readonly presenceEnabled: boolean;
}

const LINE = `text emoji expiresAt customStatus { id name emoji availability }`;
export const PRESENCE = `id user { id } availability online status { ${LINE} } lastActive stale`;
export const LOOK = `id name presence { ${PRESENCE} }`;
const SESSION = `id device transport availability connectedAt current`;
export const SELF = `id user { ${LOOK} } availability invisible manual status { ${LINE} } sessions { ${SESSION} }
  preferences { autoAway idleTimeoutSeconds }
  claims { source key availability text emoji startsAt expiresAt active }
  explanation { rule because nextChangeAt }`;
export const SERVICE = `id enabled connections connectionCap reason`;
const SETTINGS = `id allowInvisible allowStatusText idleTimeoutSeconds watchLimit connectionCap`;
export const CHANNEL = `id type key members { id } custom presenceEnabled`;

export interface Payloads {
  setStatus: { viewer: Self };
  clearStatus: { viewer: Self };
  setInvisible: { viewer: Self };
  setPreferences: { viewer: Self };
  reportActivity: { viewer: Self };
  setClaim: { viewer: Self };
  clearClaim: { viewer: Self };
  syncCalendar: { busy: { startsAt: string; endsAt: string }[]; ignored: number; viewer: Self };
  openSession: { session: SessionLook; viewer: Self };
  heartbeat: { session: SessionLook; viewer: Self };
  closeSession: { session: SessionLook; viewer: Self };
  createCustomStatus: { customStatus: CustomStatus };
  updateCustomStatus: { customStatus: CustomStatus };
  deleteCustomStatus: { deletedId: string };
  updateSettings: { settings: Settings };
  setServiceEnabled: { service: ServiceLook };
  upsertUsers: { users: Look[] };
  upsertChannel: { channel: ChannelLook };
  setChannelType: { type: string; presence: boolean };
}
export type MutationName = keyof Payloads;

const ABOUT_ONESELF = `viewer { ${SELF} }`;
const ABOUT_A_SESSION = `session { ${SESSION} } ${ABOUT_ONESELF}`;
const ABOUT_A_CUSTOM_STATUS = `customStatus { id name emoji availability }`;
const FIELDS: Readonly<Record<MutationName, string>> = {
  setStatus: ABOUT_ONESELF,
  clearStatus: ABOUT_ONESELF,
  setInvisible: ABOUT_ONESELF,
  setPreferences: ABOUT_ONESELF,
  reportActivity: ABOUT_ONESELF,
  setClaim: ABOUT_ONESELF,
  clearClaim: ABOUT_ONESELF,
  syncCalendar: `busy { startsAt endsAt } ignored ${ABOUT_ONESELF}`,
  openSession: ABOUT_A_SESSION,
  heartbeat: ABOUT_A_SESSION,
  closeSession: ABOUT_A_SESSION,
  createCustomStatus: ABOUT_A_CUSTOM_STATUS,
  updateCustomStatus: ABOUT_A_CUSTOM_STATUS,
  deleteCustomStatus: 'deletedId',
  updateSettings: `settings { ${SETTINGS} }`,
  setServiceEnabled: `service { ${SERVICE} }`,
  upsertUsers: `users { ${LOOK} }`,
  upsertChannel: `channel { ${CHANNEL} }`,
  setChannelType: 'type presence',
};
export const MUTATIONS = Object.keys(FIELDS) as MutationName[];

/** The answer, whatever it is. */
export function attempt<Name extends MutationName>(
  by: Asker,
  name: Name,
  input: object,
): Promise<Answer<Pick<Payloads, Name>>> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
  return by.ask(`mutation ($input: ${type}) { ${name}(input: $input) { ${FIELDS[name]} } }`, { input });
}

/** What the mutation answers; the test fails when it is refused. */
export async function mutate<Name extends MutationName>(by: Asker, name: Name, input: object): Promise<Payloads[Name]> {
  return dataOf(await attempt(by, name, input))[name];
}

export function dataOf<Data>({ data, errors }: Answer<Data>): Data {
  expect(errors).toBeUndefined();
  if (data == null) throw new Error('an answer without errors has no data');
  return data;
}

/** The extensions of the one error; the test fails when there is none, or more. */
export function refusalOf({ errors = [] }: Answer<unknown>): Readonly<Record<string, unknown>> {
  expect(errors).toHaveLength(1);
  return errors[0]?.extensions ?? {};
}

export async function selfOf(by: Asker): Promise<Self> {
  return dataOf(await by.ask<{ viewer: Self }>(`{ viewer { ${SELF} } }`)).viewer;
}

export async function lookAt(by: Asker, id: string): Promise<Look> {
  return dataOf(await by.ask<{ user: Look }>(`query ($id: ID!) { user(id: $id) { ${LOOK} } }`, { id })).user;
}

/** The dot that others see. */
export async function dotOf(service: Pick<Service, 'ask'>, id: string): Promise<Dot> {
  return (await lookAt(http(service, 'dev:onlooker'), id)).presence.availability;
}

export async function settingsOf(by: Asker): Promise<Settings> {
  return dataOf(await by.ask<{ settings: Settings }>(`{ settings { ${SETTINGS} } }`)).settings;
}

export async function serviceOf(by: Asker): Promise<ServiceLook> {
  return dataOf(await by.ask<{ service: ServiceLook }>(`{ service { ${SERVICE} } }`)).service;
}

export async function onlineCount(by: Asker): Promise<number> {
  return dataOf(await by.ask<{ onlineCount: number }>('{ onlineCount }')).onlineCount;
}

/** The code with which the server closes a socket whose first message has this payload. */
export async function closeCodeFor(service: Pick<Service, 'url'>, payload: unknown): Promise<number> {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
  return new Promise((resolve) => socket.once('close', resolve));
}
