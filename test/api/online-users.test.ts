/** The list of who is online, for those who run a site. */
import { expect, it } from 'vitest';
import { startService } from '../support/service.ts';
import { dataOf, http, mutate, refusalOf } from './operations.ts';

const ONLINE =
  'query ($first: Int, $after: ID) { onlineUsers(first: $first, after: $after) { id presence { online } } }';

it('administrators see who is online, page by page, and nobody who hides or is elsewhere', async () => {
  const service = await startService();
  for (const user of ['ada', 'bo', 'cy']) await service.connect({ token: `dev:${user}` });
  await service.connect({ token: 'dev:dee:user:elsewhere' });
  const hidden = await service.connect({ token: 'dev:eve' });
  await mutate(hidden, 'setInvisible', { invisible: true });

  const admin = http(service, 'dev:root:admin');
  const listed: string[] = [];
  for (let after: string | null = null; ; after = listed.at(-1) ?? null) {
    const { onlineUsers } = dataOf(
      await admin.ask<{ onlineUsers: { id: string; presence: { online: boolean } }[] }>(ONLINE, { first: 2, after }),
    );
    if (onlineUsers.length === 0) break;
    expect(onlineUsers.every(({ presence }) => presence.online)).toBe(true);
    listed.push(...onlineUsers.map(({ id }) => id));
  }
  expect(listed.sort()).toEqual(['ada', 'bo', 'cy']);
});

it('nobody else may ask, and a page has its bounds', async () => {
  const service = await startService();
  for (const token of ['dev:ada', 'dev:gus:guest'])
    expect(refusalOf(await http(service, token).ask(ONLINE))).toMatchObject({ code: 'FORBIDDEN' });
  const server = http(service, 'dev:app:server');
  expect(refusalOf(await server.ask(ONLINE, { first: 501 }))).toMatchObject({ code: 'BAD_USER_INPUT', field: 'first' });
  expect(refusalOf(await server.ask(ONLINE, { after: '' }))).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
});
