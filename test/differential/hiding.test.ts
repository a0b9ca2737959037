/**
 * Hiding is having left, proven from outside: the same story happens on two servers, step by step and by the same clock.
 * In the one somebody hides, and goes on doing things; in the other they leave, and do nothing. Whoever looks on, in any
 * role, reads the same bytes in both, of everything that can be read and of everything that they are told.
 */
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, inject, it, vi } from 'vitest';
import { openSide, type Side } from './side.ts';
import { anyStory, MEANWHILE, OPENING, type Step, type Story, WAYS } from './story.ts';

// When lastActive is refreshed depends on the session's id, which is made at random: here as if all had the same.
vi.mock('../../src/presence/hash.ts', async (original) => {
  const { hash } = await original<typeof import('../../src/presence/hash.ts')>();
  return { hash: (text: string) => (text.startsWith('session:') ? 0 : hash(text)) };
});

/** `PRESENCE_TEST_SECONDS=600 npx vitest run test/differential` looks longer, and makes what it finds shorter. */
const LONG = Number(process.env.PRESENCE_TEST_SECONDS ?? 0);

type Environment = () => Readonly<Record<string, string>>;

const onRedis: Environment = () => ({
  REDIS_URL: inject('redisUrl'),
  PRESENCE_REDIS_PREFIX: `differential-${Math.random()}:`,
});

it.each([
  { store: 'the embedded store', env: (() => ({})) as Environment, ways: WAYS, patience: 0, seconds: LONG || 5 },
  // Messages take a moment: what they bring has a second to become the same, in any order with the answers to queries.
  { store: 'Redis', env: onRedis, ways: ['setInvisible', 'connect'] as const, patience: 1_000, seconds: LONG / 4 || 2 },
])('nobody who looks on can tell hiding from having left, on $store', { timeout: 3_600_000 }, async (run) => {
  const { env, ways, patience, seconds } = run;
  for (const way of ways) await tell({ way, before: [], after: [], returns: true }, env, patience);
  const stories = fc.asyncProperty(anyStory, (story) => tell(story, env, patience));
  const told = await fc.check(stories, {
    numRuns: 1_000_000,
    interruptAfterTimeLimit: seconds * 1_000,
    endOnFailure: LONG === 0,
  });
  if (LONG > 0) console.info(`${told.numRuns} stories on ${run.store}, seed ${told.seed}`);
  if (told.failed && told.counterexample !== null) expect.fail(fc.defaultReportMessage(told));
});

async function tell(story: Story, env: Environment, patience: number): Promise<void> {
  const [hiding, leaving] = await Promise.all([openSide(env()), openSide(env())]);
  const both = async (hide: Promise<void>, leave: Promise<void>, what: Step | string) => {
    await Promise.all([hide, leave]);
    const who = typeof what === 'string' ? 'all' : 'one';
    await Promise.all([hiding.look(who), leaving.look(who)]);
    await expectSame(hiding, leaving, { what: JSON.stringify(what), patience });
  };
  const pause = { by: 'time', seconds: 0 } as const;
  try {
    for (const step of [...OPENING, ...story.before]) await both(hiding.take(step), leaving.take(step), step);
    await both(hiding.hide(story.way), leaving.leave(story.way), `${story.way}, or leaving`);
    for (const { hidden, ...step } of [...story.after, ...MEANWHILE]) {
      await both(hiding.take(step), leaving.take(hidden ? pause : step), step);
    }
    await both(hiding.take(pause), leaving.take(pause), 'all of that');
    if (story.returns) await both(hiding.appearAgain(), leaving.comeBack(), 'appearing again, or coming back');
  } finally {
    await Promise.all([hiding.close(), leaving.close()]);
  }
}

interface Occasion {
  readonly what: string;
  /** ms until what is read has to be the same. */
  readonly patience: number;
}

async function expectSame(hiding: Side, leaving: Side, { what, patience }: Occasion): Promise<void> {
  for (let waited = 0; waited < patience && difference(hiding, leaving, patience > 0) !== null; waited += 10) {
    await setTimeout(10);
  }
  const found = difference(hiding, leaving, patience > 0);
  if (found !== null) expect.fail(`After ${what}, ${found}`);
  hiding.forget();
  leaving.forget();
}

/** In a sentence; null: there is none. */
function difference(hiding: Side, leaving: Side, inAnyOrder: boolean): string | null {
  const left = leaving.read();
  for (const [token, frames] of hiding.read()) {
    const inOrder = inAnyOrder ? byOperation : (each: readonly string[]) => each;
    const [of, others] = [inOrder(frames), inOrder(left.get(token) ?? [])];
    const at = of.findIndex((frame, index) => frame !== others[index]);
    if (at < 0 && of.length === others.length) continue;
    const [one, other] = at < 0 ? ['nothing', others.at(-1) ?? ''] : [of[at] ?? '', others[at] ?? 'nothing'];
    const place = [...one].findIndex((letter, index) => letter !== other[index]);
    const around = (text: string) => text.slice(Math.max(0, place - 80), place + 120);
    return `${token} reads ${around(one)} of who hides, and ${around(other)} of who left.`;
  }
  return null;
}

/** What each operation brings, in its order. */
const byOperation = (frames: readonly string[]): readonly string[] => {
  const idOf = (frame: string) => /"id":"(\d+)"/.exec(frame)?.[1] ?? '';
  return frames.toSorted((a, b) => idOf(a).localeCompare(idOf(b)));
};
