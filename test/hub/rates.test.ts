/** Counting how often somebody does something, by several processes that tell each other seldom. */
import { expect, it } from 'vitest';
import { createRates } from '../../src/hub/rates.ts';
import { asMillis } from '../../src/presence/ids.ts';
import type { Store } from '../../src/store/store.ts';
import { manualClock, rest } from '../support/manual-clock.ts';

const LIMIT = 100;

/** How many of these are let through, one after the other. */
function through(rates: ReturnType<typeof createRates>, attempts: number, key = 'ada'): number {
  return Array.from({ length: attempts }, () => rates.spend(key, 1)).filter((wait) => wait === null).length;
}

it('somebody who does little costs the store nothing, and a busy one a question for each tenth of the limit', async () => {
  const asked: number[] = [];
  const share: Store['spend'] = async (_, points, window) => {
    asked.push(points);
    return { spent: asked.reduce((sum, each) => sum + each, 0), endsIn: window };
  };
  const rates = createRates({ clock: manualClock(), limit: LIMIT, share });
  expect(through(rates, 9)).toBe(9);
  expect(asked).toEqual([]);
  for (let turn = 0; turn < 200; turn++) {
    through(rates, 1);
    await rest();
  }
  expect(asked.length).toBeLessThanOrEqual(10);
  expect(rates.spend('ada', 1)).toBe(10_000);
  expect(rates.spend('bo', 1)).toBeNull();
});

it('while the store is away, each goes by what it counted itself', async () => {
  const clock = manualClock();
  const rates = createRates({ clock, limit: LIMIT, share: () => Promise.reject(new Error('away')) });
  let done = 0;
  for (let turn = 0; turn < 30; turn++) {
    done += through(rates, 5);
    await rest();
  }
  expect(done).toBe(LIMIT);
  await clock.pass(10);
  expect(through(rates, LIMIT + 1)).toBe(LIMIT);
});

it('what others spent counts here, until their window is over', async () => {
  const clock = manualClock();
  const share: Store['spend'] = async () => ({ spent: LIMIT, endsIn: asMillis(2_000) });
  const rates = createRates({ clock, limit: LIMIT, share });
  expect(through(rates, 10)).toBe(10);
  await rest();
  expect(rates.spend('ada', 1)).toBe(2_000);
  await clock.pass(2);
  expect(rates.spend('ada', 1)).toBeNull();
});
