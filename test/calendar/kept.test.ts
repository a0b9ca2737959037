/** What is kept of calendars beside the records of people, and what becomes of it. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { http, mutate, selfOf } from '../api/operations.ts';
import { telling } from '../store/contract/texts.ts';
import { person } from '../store/samples.ts';
import { manualClock } from '../support/manual-clock.ts';
import { startWith } from '../support/service.ts';
import { calendar, event, NOON } from './ics.ts';

const DAY = 86_400; // seconds
const ada = person('ada', 'default');
const daily = calendar(event('DTSTART:20260601T130000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY'));

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'presence-kept-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

test('what a process left behind that ended in the middle of a sync is gone after a restart', async () => {
  const options = { dataDir: await newDirectory(), now: () => NOON };
  const store = await openEmbeddedStore(options);
  await store.writeText(ada, 'named', 'x'.repeat(100_000));
  await store.update(ada, telling('named'));
  await store.writeText(ada, 'orphan', 'y'.repeat(100_000));
  await store.writeText(person('bo'), 'named', 'of nobody’s record');
  await store.close();
  const again = await openEmbeddedStore(options);
  expect(await again.readText(ada, 'named')).toHaveLength(100_000);
  expect(await again.readText(ada, 'orphan')).toBeNull();
  expect(await again.readText(person('bo'), 'named')).toBeNull();
  await again.close();
  await (await openEmbeddedStore(options)).close();
});

test('another process takes over looking further into a calendar, by the store they share', async () => {
  const env = { REDIS_URL: inject('redisUrl'), PRESENCE_REDIS_PREFIX: `test:${randomUUID()}:` };
  const first = await startWith(manualClock(NOON), env);
  await mutate(http(first, 'dev:ada'), 'syncCalendar', { ics: daily });
  await first.close();

  const clock = manualClock(NOON + 65 * DAY * 1_000);
  const second = await startWith(clock, env);
  const by = http(second, 'dev:ada');
  await clock.pass(0);
  await expect.poll(async () => (await selfOf(by)).claims.length).toBe(60);
  expect((await selfOf(by)).claims[0]?.startsAt).toBe('2026-08-05T13:00:00.000Z');
});

test('a calendar whose text is lost says what is known of it, and then no more', async () => {
  const env = { DATA_DIR: await newDirectory() };
  const first = await startWith(manualClock(NOON), env);
  await mutate(http(first, 'dev:ada'), 'syncCalendar', { ics: daily });
  await first.close();
  await loseText(env.DATA_DIR);

  const clock = manualClock(NOON + DAY * 1_000);
  const second = await startWith(clock, env);
  const by = http(second, 'dev:ada');
  await clock.pass(0);
  const due = () => second.hub.self(ada).then(({ calendars }) => calendars[0]?.more ?? null);
  await expect.poll(due).toBeNull();
  expect((await selfOf(by)).claims).toHaveLength(59);
  await clock.pass(59 * DAY);
  expect((await selfOf(by)).claims).toEqual([]);
});

async function loseText(dataDir: string): Promise<void> {
  const store = await openEmbeddedStore({ dataDir, now: () => NOON });
  const [record] = await store.read([ada]);
  const text = record?.calendars[0]?.more?.text;
  if (text === undefined) throw new Error('no text was kept');
  await store.writeText(ada, text, null);
  await store.close();
}
