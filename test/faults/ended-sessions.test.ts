/** What one server is told holds on all: ended sessions, and how often somebody may command. */
import { expect, test } from 'vitest';
import { dataOf, refusalOf } from '../api/operations.ts';
import { startFleet } from '../support/fleet.ts';

const END = 'mutation ($userId: ID!) { endSessions(userId: $userId) { userId } }';
const SET = 'mutation ($text: String!) { setStatus(input: { text: $text }) { viewer { status { text } } } }';
const LOOK = '{ user(id: "ada") { presence { availability } } }';
const LIMIT = 100;

test('sockets on every server are closed, also on one that Redis was out of reach for', async () => {
  const { nodes, redis } = await startFleet(2, { env: { PRESENCE_COMMANDS_PER_PERSON: String(LIMIT) } });
  const [near, far] = nodes;
  if (near === undefined || far === undefined) throw new Error('there are two');
  const devices = [
    await near.connect({ token: 'dev:ada' }),
    await far.connect({ token: 'dev:ada' }),
    await far.connect({ token: 'dev:ada', session: false }),
  ];
  const bystander = await far.connect({ token: 'dev:bo' });
  dataOf(await near.ask('dev:root:admin', END, { userId: 'ada' }));
  for (const { closed } of devices) expect(await closed).toBe(4403);
  expect((await far.ask('dev:bo', LOOK)).data).toEqual({ user: { presence: { availability: 'OFFLINE' } } });

  const back = await far.connect({ token: 'dev:ada' });
  await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
  dataOf(await near.ask('dev:root:admin', END, { userId: 'ada' }));
  expect(await back.closed).toBe(4403);
  expect(bystander.socket.readyState).toBe(bystander.socket.OPEN);

  // Commands of one person are counted over both, give or take a tenth of the limit for each.
  let done = 0;
  for (let round = 0; round < LIMIT; round++) {
    const answers = await Promise.all(nodes.map((node) => node.ask('dev:cleo', SET, { text: `${round}` })));
    done += answers.filter(({ errors }) => errors === undefined).length;
  }
  expect(done).toBeGreaterThanOrEqual(LIMIT);
  expect(done).toBeLessThanOrEqual(LIMIT * 1.3);
  const refused = refusalOf(await far.ask('dev:cleo', SET, { text: 'more' }));
  expect(refused).toMatchObject({ code: 'RATE_LIMITED', limit: LIMIT });
  expect(refused.retryAfterMs).toBeLessThanOrEqual(10_000);
});
