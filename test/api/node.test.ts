/** node(id): one way to everything that has an id, and to nothing that is not for the caller. */
import { describe, expect, it } from 'vitest';
import { type Service, startService } from '../support/service.ts';
import { type Asker, dataOf, http, mutate } from './operations.ts';

/** Ada with a session, and everything else that has an id. */
async function everything(service: Service) {
  const device = await service.connect({ token: 'dev:ada', device: 'WEB' });
  const lunch = { name: 'Lunch', availability: 'AWAY' };
  const { customStatus } = await mutate(http(service, 'dev:root:admin'), 'createCustomStatus', lunch);
  return { sessionId: device.sessionId ?? '', customStatusId: customStatus.id };
}

async function nodeOf(by: Asker, id: string): Promise<unknown> {
  const query = `query ($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on User { presence { availability } }
      ... on Presence { availability user { id } }
      ... on Viewer { invisible user { id } }
      ... on Session { device current }
      ... on CustomStatus { name }
      ... on Settings { watchLimit }
      ... on Service { enabled }
    }
  }`;
  return dataOf(await by.ask<{ node: unknown }>(query, { id })).node;
}

describe('node', () => {
  it('finds everything that is for the caller to see', async () => {
    const service = await startService();
    const { sessionId, customStatusId } = await everything(service);
    const by = http(service, 'dev:ada');
    const nodes: readonly Record<string, unknown>[] = [
      { __typename: 'User', id: 'ada', presence: { availability: 'ONLINE' } },
      { __typename: 'User', id: 'never seen', presence: { availability: 'OFFLINE' } },
      { __typename: 'Presence', id: 'presence:ada', availability: 'ONLINE', user: { id: 'ada' } },
      { __typename: 'Presence', id: 'presence:bo', availability: 'OFFLINE', user: { id: 'bo' } },
      { __typename: 'Viewer', id: 'viewer:ada', invisible: false, user: { id: 'ada' } },
      { __typename: 'Session', id: sessionId, device: 'WEB', current: false },
      { __typename: 'CustomStatus', id: customStatusId, name: 'Lunch' },
      { __typename: 'Settings', id: 'settings:default', watchLimit: 100 },
      { __typename: 'Service', id: 'service:default', enabled: true },
    ];
    for (const node of nodes) expect(await nodeOf(by, String(node.id))).toEqual(node);
  });

  it.each(['dev:bo', 'dev:root:admin', 'dev:backend:server', 'dev:visitor:guest', 'dev:ada:user:other'])(
    'finds nothing of somebody else’s for %s',
    async (token) => {
      const service = await startService();
      const { sessionId, customStatusId } = await everything(service);
      const by = http(service, token);
      const others = ['settings:elsewhere', 'service:elsewhere', 'viewer:zoe', sessionId];
      if (token.endsWith(':other')) others.push(customStatusId, 'settings:default', 'service:default');
      else others.push('viewer:ada');
      for (const id of others) expect(await nodeOf(by, id)).toBeNull();
    },
  );

  it.each([
    '',
    ' ',
    'presence:',
    'presence:presence:ada',
    'presence:__proto__',
    'viewer:',
    'session:',
    'session:none',
    'customStatus:none',
    'customStatus:__proto__',
    'settings:',
    'room:',
    'room: ',
    `room:${'x'.repeat(129)}`,
    'room:line\nbreak',
    'member:',
    'member:x',
    'member::x',
    'member:%00:x',
    `member:${'x'.repeat(129)}:x`,
    '__proto__',
    'constructor',
    'x'.repeat(129),
    'line\nbreak',
  ])('finds nothing by %j', async (id) => {
    const service = await startService();
    await everything(service);
    expect(await nodeOf(http(service, 'dev:ada'), id)).toBeNull();
  });

  it('finds the very things that queries and mutations answer, by their ids', async () => {
    const service = await startService();
    const { sessionId } = await everything(service);
    const by = http(service, 'dev:ada');
    const query = `{ viewer { id user { id presence { id } } sessions { id } } settings { id } customStatuses { id } }`;
    const ids = [...JSON.stringify(dataOf(await by.ask(query))).matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id ?? '');
    expect(ids).toContain(sessionId);
    expect(new Set(ids).size).toBe(6);
    for (const id of ids) expect(await nodeOf(by, id)).toMatchObject({ id });
  });
});
