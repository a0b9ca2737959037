/**
 * Random things that happen to two hubs and to the people there. Whatever it was: once everything is mended and has
 * come to rest, every watcher's last word is what the record says, what was acknowledged stands, and the record has the
 * connections that are open, no more and no fewer.
 */
import fc from 'fast-check';
import { test } from 'vitest';
import { type PrivateRedis, pause, startPrivateRedis } from '../support/fleet.ts';
import { createWorld, type Step, USERS } from './world.ts';

const hub = fc.nat({ max: 1 });
const user = fc.constantFrom(...USERS);
const which = fc.nat({ max: 20 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ what: fc.constant('open' as const), hub, user }) },
    { weight: 4, arbitrary: fc.record({ what: fc.constantFrom('close' as const, 'drop' as const), which }) },
    { weight: 4, arbitrary: fc.record({ what: fc.constant('move' as const), which, hub }) },
    {
      weight: 3,
      arbitrary: fc.record({
        what: fc.constant('say' as const),
        hub,
        user,
        lasts: fc.option(fc.integer({ min: 20, max: 400 })),
      }),
    },
    { weight: 3, arbitrary: fc.record({ what: fc.constant('hide' as const), hub, user, invisible: fc.boolean() }) },
    {
      weight: 4,
      arbitrary: fc.record({
        what: fc.constantFrom('cut' as const, 'silence' as const, 'deafen' as const, 'heal' as const),
        hub,
      }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('crash' as const), hub }) },
    { weight: 4, arbitrary: fc.record({ what: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 500 }) }) },
  ),
  { minLength: 10, maxLength: 30 },
);

const AT_ONCE = 8; // stories: they mostly wait
const REST = 400; // ms in which nothing may turn wrong again
const PATIENCE = 10_000; // ms until everything has come to rest; a second look at what Redis lost takes two

/** What is wrong at last, in words. */
async function play(redis: PrivateRedis, story: readonly Step[], prefix: string): Promise<readonly string[]> {
  const world = await createWorld(redis, prefix);
  for (const step of story) await world.take(step);
  await world.mend();
  const end = performance.now() + PATIENCE;
  let wrong = await world.wrong();
  let since = performance.now();
  while (performance.now() < end && (wrong.length > 0 || performance.now() - since < REST)) {
    if (wrong.length > 0) since = performance.now();
    await pause(20);
    wrong = await world.wrong();
  }
  closing.push(world.close());
  return wrong;
}

const inWords = (step: Step): string => Object.values(step).join(' ');
const closing: Promise<void>[] = [];

test('whatever happens, in the end everybody sees what is so', async ({ annotate }) => {
  const redis = await startPrivateRedis();
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  let stories = 0;
  await annotate(`SEED=${seed} plays the same stories`);
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (several) => {
      const wrongs = await Promise.all(several.map((story) => play(redis, story, `model:${++stories}:`)));
      const at = wrongs.findIndex((wrong) => wrong.length > 0);
      if (at >= 0) throw new Error([...(wrongs[at] ?? []), 'after:', ...(several[at] ?? []).map(inWords)].join('\n'));
    }),
    { seed, numRuns: 12, endOnFailure: true, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false },
  );
  await annotate(`${stories} stories`);
  await Promise.all(closing);
}, 60_000);
