/** The system's clock: one timer serves everybody who waits. */
import { expect, it } from 'vitest';
import { systemClock } from '../../src/hub/clock.ts';
import { asMillis } from '../../src/presence/ids.ts';

const clock = systemClock();
const inMs = (ms: number) => asMillis(clock.now() + ms);

it('calls everybody at their moment, never early, earliest first', async () => {
  const calls: number[] = [];
  const early: number[] = [];
  await new Promise<void>((resolve) => {
    for (const ms of [30, 5, 20, 5, 10]) {
      const moment = inMs(ms);
      clock.at(moment, () => {
        calls.push(ms);
        if (clock.now() < moment) early.push(ms);
        if (calls.length === 5) resolve();
      });
    }
  });
  expect(calls).toEqual([5, 5, 10, 20, 30]);
  expect(early).toEqual([]);
});

it('calls nobody before `at` has returned, even for a moment that has passed', async () => {
  let returned = false;
  const called = new Promise<boolean>((resolve) => {
    clock.at(asMillis(0), () => resolve(returned));
    returned = true;
  });
  expect(await called).toBe(true);
});

it('does not call who took it back, not even from within a call at the same moment', async () => {
  const calls: string[] = [];
  const moment = inMs(5);
  clock.at(moment, () => {
    calls.push('first');
    stop();
  });
  const stop = clock.at(moment, () => calls.push('taken back'));
  clock.at(inMs(1), () => calls.push('taken back'))();
  await new Promise<void>((resolve) => clock.at(inMs(20), resolve));
  expect(calls).toEqual(['first']);
});

it('waits months, further than one timer of the system reaches', async () => {
  const calls: string[] = [];
  const stop = clock.at(inMs(90 * 24 * 3_600_000), () => calls.push('months too early'));
  await new Promise<void>((resolve) => clock.at(inMs(10), resolve));
  expect(calls).toEqual([]);
  stop();
});
