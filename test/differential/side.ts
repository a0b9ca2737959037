/** One of the two runs of a story: a whole server with a clock of its own, those in the story, and those who look on. */

import { setTimeout } from 'node:timers/promises';
import type { Answer, Device, Service } from '../support/service.ts';
import { startService } from '../support/service.ts';
import { BYSTANDERS, type Deed, ROOMS, type Step, type Story, SUBJECT } from './story.ts';
import { type Arguments, everythingBelow, SUBSCRIPTIONS, sweepOf } from './sweep.ts';

/** Whoever may look, whatever their role; the last is of another site. */
const OBSERVERS = [
  'dev:onlooker',
  'dev:root:admin',
  'dev:backend:server',
  'dev:visitor:guest',
  'dev:far:admin:elsewhere',
];

const quoted = (values: readonly string[]) => values.map((value) => JSON.stringify(value));
export const ARGUMENTS: Arguments = {
  id: quoted([SUBJECT]),
  'node.id': [
    ...quoted([
      SUBJECT,
      ...['presence', 'viewer', 'member:lobby', 'member:den'].map((prefix) => `${prefix}:${SUBJECT}`),
      ...ROOMS.map((room) => `room:${room}`),
      'channel:team:seven',
      'settings:default',
      'service:default',
    ]),
    '$session',
    '$custom',
  ],
  ids: [JSON.stringify([SUBJECT, ...BYSTANDERS, 'nobody'])],
  key: quoted(ROOMS),
  'channel.key': quoted(['seven']),
  type: quoted(['team']),
  userId: quoted([SUBJECT, BYSTANDERS[0]]),
};
const SWEEP = sweepOf(ARGUMENTS, '$session: ID!, $custom: ID!');

/** Each is refused, or is none of the subject's business; a cursor is of somebody who may be there no more. */
const TRIES = [
  `{ user(id: "presence:${SUBJECT}") { id } }`,
  '{ room(key: "lobby") { members(first: 501) { edges { cursor } } } }',
  `{ room(key: "lobby") { members(first: 1) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } } }`,
  `{ channel(type: "team", key: "seven") { members(first: 1, after: "${SUBJECT}") { id } } }`,
  `mutation { setInvisible(input: { invisible: false, userId: "${SUBJECT}-" }) { viewer { invisible } } }`,
  'mutation ($session: ID!) { heartbeat(input: { sessionId: $session }) { session { id } } }',
  'mutation ($session: ID!) { closeSession(input: { sessionId: $session }) { session { id } } }',
  'mutation ($session: ID!) { reportActivity(input: { sessionId: $session, activity: ACTIVE }) { viewer { id } } }',
  'mutation ($session: ID!) { enterRoom(input: { sessionId: $session, key: "lobby" }) { room { count } } }',
  'mutation ($session: ID!) { leaveRoom(input: { sessionId: $session, key: "lobby" }) { room { count } } }',
];

/** By the subscription, with what it needs. */
const WATCHES: Readonly<Record<string, readonly string[]>> = {
  presenceChanged: [
    `presenceChanged(userIds: ${JSON.stringify([SUBJECT, ...BYSTANDERS])})`,
    'presenceChanged(channel: { type: "team", key: "seven" })',
  ],
  roomChanged: ROOMS.map((key) => `roomChanged(key: "${key}")`),
  serviceChanged: ['serviceChanged'],
  viewerChanged: ['viewerChanged'],
};

export interface Side {
  take(step: Step): Promise<void>;
  hide(way: Story['way']): Promise<void>;
  leave(way: Story['way']): Promise<void>;
  appearAgain(): Promise<void>;
  comeBack(): Promise<void>;
  /** One of those who look on looks at everything, each in turn; or all of them, and they try what they should not. */
  look(who: 'one' | 'all'): Promise<void>;
  /** What each of them has read since they forgot, byte by byte, but for ids that are made at random. */
  read(): ReadonlyMap<string, readonly string[]>;
  forget(): void;
  close(): Promise<void>;
}

interface Open {
  readonly id: string;
  device: Device | null;
}

const ENVIRONMENT = { PRESENCE_LAST_ACTIVE_REFRESH: '120', PRESENCE_WATCH_LIMIT: '20', PRESENCE_NODE_LEASE: '100' };

export async function openSide(env: Readonly<Record<string, string>>): Promise<Side> {
  const shared = 'REDIS_URL' in env;
  const service = await startService({ ...ENVIRONMENT, ...env });
  const devices = new Map<string, Open[]>([SUBJECT, ...BYSTANDERS].map((user) => [user, []]));
  const watching: Device[] = [];
  const customs: string[] = [];
  const heard = new Map<string, string[]>(OBSERVERS.map((token) => [token, []]));
  let aSession = 'session:none';
  let turn = 0;

  await say('dev:backend:server', 'upsertChannel', {
    type: 'team',
    key: 'seven',
    memberIds: [SUBJECT, ...BYSTANDERS, 'onlooker', 'root'],
  });
  const observers = await Promise.all(OBSERVERS.map((token) => observe(service, token, heard.get(token) ?? [])));

  if (shared) await setTimeout(100); // ms, until the watches of rooms and of the service have begun too

  async function say(token: string, mutation: string, input: object): Promise<Answer<Record<string, unknown>>> {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`;
    const fields = ANSWERS[mutation] ?? 'viewer { id }';
    return service.ask(token, `mutation ($input: ${type}) { ${mutation}(input: $input) { ${fields} } }`, { input });
  }

  /** In a shared Redis what a moment brings takes a moment of its own. */
  async function pass(seconds: number): Promise<void> {
    if (!shared) return service.clock.pass(seconds);
    for (let left = seconds; left > 0; left -= 10) {
      await service.clock.pass(Math.min(left, 10));
      await setTimeout(5); // ms
    }
  }

  async function decree(token: string, { mutation, input }: Deed & { readonly kind: 'say' }): Promise<void> {
    const { data } = await say(token, mutation, input);
    const made = data?.createCustomStatus;
    if (typeof made === 'object' && made !== null && 'customStatus' in made) customs.push(idOf(made.customStatus));
  }

  const openOf = (user: string): Open[] => devices.get(user) ?? [];

  async function perform(user: string, deed: Deed): Promise<void> {
    const open = openOf(user);
    const chosen = 'device' in deed && deed.device !== undefined ? open[deed.device % open.length] : undefined;
    switch (deed.kind) {
      case 'connect':
        return connect(user, deed.init);
      case 'resume':
        return chosen?.device === null ? connect(user, { sessionId: chosen.id }) : undefined;
      case 'close':
      case 'drop':
        return chosen && end(chosen, deed.kind);
      case 'watch':
        watching.push(await service.connect({ token: `dev:${user}`, session: false }));
        return;
      case 'say':
        return speak(user, deed.mutation, chosen === undefined ? deed.input : { ...deed.input, sessionId: chosen.id });
      default:
        return deed satisfies never;
    }
  }

  async function end(open: Open, how: 'close' | 'drop'): Promise<void> {
    const { device } = open;
    open.device = null;
    await device?.[how]();
  }

  async function speak(user: string, mutation: string, input: object): Promise<void> {
    const { data } = await say(`dev:${user}`, mutation, input);
    const id = mutation === 'openSession' ? sessionIdOf(data?.openSession) : null;
    if (id !== null) note(user, id, null);
  }

  async function connect(user: string, init: object): Promise<void> {
    const refused = () => null; // such as for words that are switched off; the same on both sides
    const device = await service.connect({ token: `dev:${user}`, ...init }).catch(refused);
    if (device?.sessionId != null) note(user, device.sessionId, device);
  }

  function note(user: string, id: string, device: Device | null): void {
    if (user === SUBJECT) aSession = id;
    const known = openOf(user).find((each) => each.id === id);
    if (known === undefined) openOf(user).push({ id, device });
    else known.device = device;
  }

  /** The subject has one session at most now, and no socket besides. */
  async function narrow(way: Story['way']): Promise<Open | null> {
    if (way === 'pick') await say(`dev:${SUBJECT}`, 'clearStatus', {});
    const { data } = await service.ask<{ viewer: { sessions: { id: string }[] } }>(
      `dev:${SUBJECT}`,
      '{ viewer { sessions { id } } }',
    );
    const [kept, ...others] = (data?.viewer.sessions ?? []).map(({ id }) => id);
    for (const sessionId of others) await say(`dev:${SUBJECT}`, 'closeSession', { sessionId });
    for (const { id, device } of openOf(SUBJECT)) if (id !== kept) await device?.close();
    const last = openOf(SUBJECT).find(({ id }) => id === kept) ?? null;
    devices.set(SUBJECT, last === null ? [] : [last]);
    return last;
  }

  return {
    async take(step) {
      await pass(0.003); // no two things happen at the same moment, whose order ids that are random would decide
      switch (step.by) {
        case 'time':
          return pass(step.seconds);
        case 'admin':
          return decree('dev:root:admin', step.deed);
        case 'backend':
          return decree('dev:backend:server', step.deed);
        default:
          return perform(step.by === 'subject' ? SUBJECT : step.by, step.deed);
      }
    },
    async hide(way) {
      await narrow(way);
      const me = `dev:${SUBJECT}`;
      switch (way) {
        case 'setInvisible':
          return void (await say(me, 'setInvisible', { invisible: true }));
        case 'pick':
          return void (await say(me, 'setStatus', { availability: 'OFFLINE', emoji: '🌴' }));
        case 'connect':
          return connect(SUBJECT, { invisible: true, status: { emoji: '🌴' } });
        case 'openSession':
          return speak(SUBJECT, 'openSession', { invisible: true });
        case 'backend':
          return void (await say('dev:backend:server', 'setInvisible', { invisible: true, userId: SUBJECT }));
        case 'upsert':
          return void (await say('dev:backend:server', 'upsertUsers', { users: [{ id: SUBJECT, invisible: true }] }));
        default:
          return way satisfies never;
      }
    },
    async leave(way) {
      const last = await narrow(way);
      if (last !== null) await say(`dev:${SUBJECT}`, 'closeSession', { sessionId: last.id });
      await last?.device?.close();
      devices.set(SUBJECT, []);
    },
    /** Having ended all that they did meanwhile. */
    async appearAgain() {
      const me = `dev:${SUBJECT}`;
      await say('dev:root:admin', 'updateSettings', { allowInvisible: true });
      await connect(SUBJECT, {});
      const stays = openOf(SUBJECT).at(-1)?.id;
      for (const source of ['CALL', 'CALENDAR']) await say(me, 'clearClaim', { source, key: 'hidden' });
      const { data } = await service.ask<{ viewer: { sessions: { id: string }[] } }>(
        me,
        '{ viewer { sessions { id } } }',
      );
      for (const { id } of data?.viewer.sessions ?? []) {
        if (id !== stays) await say(me, 'closeSession', { sessionId: id });
      }
      for (const { id, device } of openOf(SUBJECT)) if (id !== stays) await device?.close();
      await say(me, 'clearStatus', {});
      await say(me, 'setInvisible', { invisible: false });
    },
    async comeBack() {
      await say('dev:root:admin', 'updateSettings', { allowInvisible: true });
      await say(`dev:${SUBJECT}`, 'clearStatus', {});
      await connect(SUBJECT, {});
    },
    async look(who) {
      const variables = { session: aSession, custom: customs.at(-1) ?? 'customStatus:none' };
      turn++;
      await Promise.all(
        observers.flatMap((device, at) => {
          if (who === 'all') return [SWEEP, ...TRIES].map((query) => device.ask(query, variables));
          // Whatever they are told comes before the answer.
          return device.ask(at === turn % observers.length ? SWEEP : '{ __typename }', variables);
        }),
      );
    },
    read: () =>
      new Map([...heard].map(([token, frames]) => [token, frames.map((frame) => withoutChance(frame, customs))])),
    forget() {
      for (const frames of heard.values()) frames.length = 0;
    },
    close: service.close,
  };
}

async function observe(service: Service, token: string, heard: string[]): Promise<Device> {
  const device = await service.connect({ token, session: false });
  device.socket.on('message', (frame) => heard.push(String(frame)));
  const watches = SUBSCRIPTIONS.flatMap((name) => {
    const fields = WATCHES[name];
    if (fields === undefined) throw new Error(`nobody says how to watch ${name}`);
    return fields.map((field) => `subscription { ${field}${everythingBelow(name, ARGUMENTS)} }`);
  });
  const streams = watches.map((watch) => device.subscribe(watch));
  // Those of people begin with what is so, or with a refusal: then nothing is missed any more.
  await Promise.all(streams.filter((_, at) => watches[at]?.includes('presenceChanged')).map((stream) => stream.take()));
  return device;
}

const ANSWERS: Readonly<Record<string, string>> = {
  openSession: 'session { id }',
  heartbeat: 'session { id }',
  closeSession: 'session { id }',
  enterRoom: 'room { key }',
  leaveRoom: 'room { key }',
  updateSettings: 'settings { id }',
  setServiceEnabled: 'service { id }',
  createCustomStatus: 'customStatus { id }',
  upsertChannel: 'channel { id }',
  setChannelType: 'type',
  upsertUsers: 'users { id }',
};

const idOf = (made: unknown): string =>
  typeof made === 'object' && made !== null && 'id' in made && typeof made.id === 'string' ? made.id : '';

function sessionIdOf(payload: unknown): string | null {
  const session = typeof payload === 'object' && payload !== null && 'session' in payload ? payload.session : null;
  return session === null ? null : idOf(session);
}

/** Ids of custom statuses are made at random; those of sessions nobody is told. */
const withoutChance = (frame: string, customs: readonly string[]): string =>
  customs.reduce((text, id, at) => text.replaceAll(id, `customStatus:${at}`), frame);
