/** A server that is killed with everybody who is connected to it: those who watch elsewhere see the truth, and only that. */
import { expect, test } from 'vitest';
import { startFleet } from '../support/fleet.ts';
import { joinAll, named } from './crowd.ts';
import { watch } from './onlooker.ts';

const LEASE = 5_000; // ms, the default
const OFFLINE_AFTER = 3_000; // ms

test('whoever was connected to a server that is killed turns AWAY and then OFFLINE, once each; whoever is or comes elsewhere does nothing', async ({
  annotate,
}) => {
  const { nodes } = await startFleet(2, {
    env: { PRESENCE_OFFLINE_AFTER: String(OFFLINE_AFTER / 1_000), PRESENCE_RECONNECT_GRACE: '1' },
  });
  const [doomed, survivor] = nodes;
  if (doomed === undefined || survivor === undefined) throw new Error('there are two');
  const gone = named('gone', 120);
  const elsewhere = named('elsewhere', 40);
  const back = named('back', 40);
  const onlooker = await watch(() => survivor, [...gone, ...elsewhere, ...back]);
  await joinAll([...gone, ...elsewhere], { server: () => doomed, comesBack: false });
  await joinAll(elsewhere, { server: () => survivor });
  let refuge = doomed;
  const comingBack = await joinAll(back, { server: () => refuge });
  for (const user of [...gone, ...elsewhere, ...back]) await onlooker.sees(user, 'ONLINE');

  refuge = survivor;
  const killed = Date.now();
  await doomed.kill('SIGKILL');
  for (const user of gone) await onlooker.sees(user, 'OFFLINE');
  await onlooker.upToDate(survivor);

  const when = (looks: string) =>
    onlooker.told
      .filter((sight) => sight.user.startsWith('gone') && !sight.initial && sight.looks === looks)
      .map(({ at }) => at - killed);
  const away = when('AWAY');
  const offline = when('OFFLINE');
  await annotate(
    `AWAY after ${Math.min(...away)} to ${Math.max(...away)} ms, OFFLINE after ${Math.min(...offline)} to ${Math.max(...offline)} ms`,
  );
  for (const user of gone) expect(onlooker.changes(user)).toEqual(['ONLINE', 'AWAY', 'OFFLINE']);
  for (const user of [...elsewhere, ...back]) expect(onlooker.changes(user)).toEqual(['ONLINE']);
  for (const { sessions } of comingBack) expect(sessions.size).toBe(1);
  expect(Math.min(...away)).toBeGreaterThan(LEASE / 2);
  expect(Math.max(...away)).toBeLessThan(6_000);
  expect(Math.min(...offline) - Math.min(...away)).toBeGreaterThan(OFFLINE_AFTER - 500);
  expect(Math.max(...offline) - Math.max(...away)).toBeLessThan(OFFLINE_AFTER + 1_000);
}, 60_000);
