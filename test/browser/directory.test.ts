/** The team directory: two people in two browsers, several tabs of one, and what the others are told of it all. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Service, startService } from '../support/service.ts';
import { connected, faults, here, openAs, openBrowserOf, record, shows } from './pages.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const menuOf = (page: Page) => page.getByRole('button', { name: /^Your status/ });
const isFocused = (page: Page, name: RegExp) =>
  page.getByRole('button', { name }).evaluate((element) => element.matches(':focus'));

const set = (service: Service, user: string, input: string) =>
  service.ask(`dev:${user}`, `mutation { setStatus(input: { ${input} }) { viewer { availability } } }`);

/** Of the two who are in one tab. */
async function sessionsOf(service: Service): Promise<unknown> {
  const of = (user: string) => service.ask(`dev:${user}`, '{ viewer { sessions { id } } }');
  return [await of('ada'), await of('grace')];
}

test('two people in two browsers: each sees the other come, type and say what they do, without a mouse', async () => {
  const service = await startService();
  const ada = await openAs(await openBrowserOf(browser), service.url, 'ada');
  await shows(ada, 'ada', 'ONLINE');
  await shows(ada, 'grace', 'OFFLINE');
  const grace = await openAs(await openBrowserOf(browser), service.url, 'grace');
  await shows(ada, 'grace', 'ONLINE');
  await shows(grace, 'ada', 'ONLINE');
  await here(ada, '2 people are');

  const { keyboard } = ada;
  for (let presses = 0; !(await isFocused(ada, /^Your status/)); presses++) {
    expect(presses).toBeLessThan(8);
    await keyboard.press('Tab');
  }
  await keyboard.press('Enter');
  await ada.getByRole('dialog', { name: 'Your status' }).waitFor();
  await keyboard.press('ArrowRight');
  await keyboard.press('ArrowRight'); // Busy
  await keyboard.press('Tab');
  await keyboard.press('Tab'); // past the emoji
  await keyboard.type('Reading proofs');
  await keyboard.press('Enter');
  await shows(grace, 'ada', 'BUSY');
  await grace.locator('#people').getByText('Reading proofs').waitFor();
  await grace.locator('#people').getByRole('img', { name: 'Ada Lovelace is busy' }).waitFor();
  await grace.locator('#log').getByText('Ada is busy: Reading proofs').waitFor();
  expect(await isFocused(ada, /^Your status: Reading proofs/)).toBe(true);

  await grace.getByRole('textbox', { name: 'Launch notes' }).pressSequentially(' ');
  await ada.getByText('Grace Hopper: typing…').waitFor();
  await ada.locator('#log').getByText('Grace is typing').waitFor();
  await service.clock.pass(5);
  await ada.locator('#log').getByText('Grace stopped typing').waitFor();
});

test('three tabs are one person: closing one or two changes nothing for others, closing all ends it', async () => {
  const service = await startService();
  const hers = await openBrowserOf(browser);
  const tabs = [await openAs(hers, service.url, 'ada')];
  const grace = await (await openBrowserOf(browser)).newPage();
  const events = record(grace);
  await grace.goto(`${service.url}/?as=grace`);
  await here(grace, '2 people are');
  const before = events.length;
  for (let more = 0; more < 2; more++) tabs.push(await openAs(hers, service.url, 'ada'));
  for (const tab of tabs.slice(0, 2)) {
    const connections = service.connections();
    await tab.close();
    await expect.poll(service.connections).toBe(connections - 1);
    await service.clock.pass(40);
  }
  await grace.locator('#people').getByRole('img', { name: 'Ada Lovelace is online' }).waitFor();
  expect(events.slice(before)).toEqual([]);

  await tabs[2]?.close();
  await expect.poll(service.connections).toBe(1);
  await service.clock.pass(6);
  await shows(grace, 'ada', 'OFFLINE');
  await here(grace, '1 person is');
});

test('a page that is reloaded, with the second person in it, is the same two people, and nobody sees it', async () => {
  const service = await startService();
  const pair = await openAs(await openBrowserOf(browser), service.url, 'ada');
  await pair.getByRole('button', { name: 'Add a second person' }).click();
  const frame = pair.frameLocator('iframe');
  await connected(frame);
  const hedy = await (await openBrowserOf(browser)).newPage();
  const events = record(hedy);
  await hedy.goto(`${service.url}/?as=hedy`);
  await here(hedy, '3 people are');
  await service.clock.pass(10); // past every grace
  const log = () => hedy.locator('#log li').allInnerTexts();
  const before = { said: events.length, log: await log(), sessions: await sessionsOf(service) };
  for (let reload = 0; reload < 2; reload++) {
    await pair.reload();
    await connected(pair);
    await connected(frame);
    await here(frame, '3 people are');
    await service.clock.pass(10);
  }
  expect(await sessionsOf(service)).toEqual(before.sessions);
  expect(await log()).toEqual(before.log);

  await set(service, 'ada', 'availability: BUSY');
  await shows(hedy, 'ada', 'BUSY');
  // Of the room only that they were seen again.
  const seen = events
    .slice(before.said)
    .filter((event) => !/"roomChanged":{"kind":"UPDATED"/.test(JSON.stringify(event)));
  expect(seen).toMatchObject([{ presenceChanged: { user: { id: 'ada', presence: { availability: 'BUSY' } } } }]);
});

test('hidden is gone to everybody else, over reloads too, and oneself is told so', async () => {
  const service = await startService();
  const ada = await openAs(await openBrowserOf(browser), service.url, 'ada');
  const grace = await (await openBrowserOf(browser)).newPage();
  const events = record(grace);
  await grace.goto(`${service.url}/?as=grace`);
  await shows(grace, 'ada', 'ONLINE');

  await menuOf(ada).click();
  await ada.getByRole('switch', { name: /^Invisible/ }).click();
  await shows(grace, 'ada', 'OFFLINE');
  await here(grace, '1 person is');
  await ada.getByRole('button', { name: 'Your status: Invisible' }).waitFor();

  const before = events.length;
  await ada.reload();
  await ada.getByRole('button', { name: 'Your status: Invisible' }).click();
  await ada.getByRole('radio', { name: 'Busy' }).check();
  await ada.getByRole('textbox', { name: 'Status' }).fill('Not here');
  await ada.getByRole('button', { name: 'Save' }).click();
  await ada.locator('#log').getByText('You are hidden').first().waitFor();
  await ada.getByRole('textbox', { name: 'Launch notes' }).pressSequentially(' ');
  await service.clock.pass(200);
  expect(events.slice(before)).toEqual([]);

  await ada.getByRole('button', { name: 'Your status: Invisible' }).click();
  await ada.getByRole('switch', { name: /^Invisible/ }).click();
  await shows(grace, 'ada', 'BUSY');
  await grace.locator('#people').getByText('Not here').waitFor();
});

test('a status goes when its time has come, in front of those who look', async () => {
  const service = await startService();
  const options = { timezoneId: 'UTC' };
  const [hers, theirs] = [await openBrowserOf(browser, options), await openBrowserOf(browser, options)];
  for (const { clock } of [hers, theirs]) await clock.install({ time: service.clock.now() });
  const ada = await openAs(hers, service.url, 'ada');
  const grace = await openAs(theirs, service.url, 'grace');
  await menuOf(ada).click();
  await ada.getByRole('radio', { name: 'Away' }).check();
  await ada.getByRole('textbox', { name: 'Status' }).fill('Lunch');
  await ada.getByRole('radio', { name: '30 min' }).check();
  await ada.getByRole('button', { name: 'Save' }).click();
  const entry = grace.locator('#people li', { hasText: 'Ada Lovelace' });
  await entry.getByText('until 12:30 PM').waitFor();
  await shows(grace, 'ada', 'AWAY');
  await service.clock.pass(1_900);
  await entry.getByText('Lunch').waitFor({ state: 'detached' });
  await shows(grace, 'ada', 'AWAY'); // as nobody touched the page
});

test('nothing that a checker of accessibility finds: who to be, one, two, the menu; in light and dark', async () => {
  const service = await startService();
  await service.ask(
    'dev:r:admin',
    'mutation { createCustomStatus(input: { name: "Lunch", availability: AWAY }) { customStatus { id } } }',
  );
  await service.connect({ token: 'dev:alan' });
  await set(service, 'alan', 'availability: BUSY, text: "Tea", emoji: "🫖", expiresAt: "2026-06-01T12:30:00Z"');
  await (await service.connect({ token: 'dev:margaret' })).close();
  await service.clock.pass(6);
  const context = await openBrowserOf(browser, { reducedMotion: 'reduce' });
  const page = await context.newPage();
  for (const [path, ready] of [
    ['/', page.getByText('Who are you today?')],
    ['/?as=ada&with=grace', page.frameLocator('iframe').getByText('2 people are here').first()],
  ] as const) {
    await page.goto(service.url + path);
    await ready.waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await faults(page)).toEqual([]);
    }
  }
  await menuOf(page).click();
  await page.getByRole('button', { name: 'Lunch' }).waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await faults(page)).toEqual([]);
  }
});
