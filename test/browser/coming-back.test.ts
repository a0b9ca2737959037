/** What happens to open pages of the directory: hidden, frozen, without a network, without a server. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRoad } from '../faults/road.ts';
import { launchBrowser, launchWindow, type Window } from '../support/browser.ts';
import { freePort, startProcess, temporaryDirectory } from '../support/server-process.ts';
import { type Service, startService } from '../support/service.ts';
import { connected, here, listenTo, openAs, openBrowserOf, record, shows } from './pages.ts';

let browser: Browser;
let window: Window;
beforeAll(async () => {
  [browser, window] = await Promise.all([launchBrowser(), launchWindow()]);
});
afterAll(() => Promise.all([browser.close(), window.close()]));

/** Pings after a second of real time, and waits half a second more; all other times pass as the tests say. */
const PINGED = { PRESENCE_PING_INTERVAL: '1' };

const set = (at: Pick<Service, 'ask'>, user: string, input: string) =>
  at.ask(`dev:${user}`, `mutation { setStatus(input: { ${input} }) { viewer { availability } } }`);
const visibility = (page: Page) => page.evaluate(() => document.visibilityState);

/** How many sockets it opens from now on. */
function countSockets(page: Page): () => number {
  let count = 0;
  page.on('websocket', () => count++);
  return () => count;
}

test('a tab that is hidden for minutes stays connected and up to date; its person is away in time, and back at once', async () => {
  const service = await startService(PINGED);
  const tabs = listenTo(window.tabs);
  const ada = await tabs.newPage();
  await ada.clock.install();
  const sockets = countSockets(ada);
  await ada.goto(`${service.url}/?as=ada`);
  const grace = await (await openBrowserOf(browser)).newPage();
  const events = record(grace);
  await grace.goto(`${service.url}/?as=grace`);
  await here(grace, '2 people are');
  const ofAda = () => JSON.stringify(events.slice(before)).match(/"id":"ada".*?"availability":"[A-Z]+"/g) ?? [];
  const before = events.length;

  await (await tabs.newPage()).bringToFront();
  expect(await visibility(ada)).toBe('hidden');
  await service.connect({ token: 'dev:alan' });
  const dots = ['BUSY', 'AWAY'] as const;
  for (let seconds = 0; seconds < 360; seconds += 20) {
    const dot = dots[(seconds / 20) % 2] ?? 'BUSY';
    await set(service, 'alan', `availability: ${dot}`);
    await shows(ada, 'alan', dot);
    await ada.clock.fastForward(20_000);
    await service.clock.pass(20);
    if (seconds < 280) expect(ofAda()).toEqual([]);
  }
  await shows(grace, 'ada', 'AWAY');
  expect(sockets()).toBe(1);
  await ada.bringToFront();
  await shows(grace, 'ada', 'ONLINE');
  expect(ofAda()).toHaveLength(2);
});

test('a page that was frozen is right again when it goes on, its connection lost or not', async () => {
  const service = await startService();
  const road = await openRoad(Number(new URL(service.url).port));
  const tabs = listenTo(window.tabs);
  const ada = await openAs(tabs, road.url.replace('redis', 'http'), 'ada');
  await shows(ada, 'alan', 'OFFLINE');
  await service.connect({ token: 'dev:alan' });
  await shows(ada, 'alan', 'ONLINE');
  const other = await tabs.newPage();
  const devtools = await tabs.newCDPSession(ada);
  for (const [dot, isLost] of [
    ['BUSY', false],
    ['AWAY', true],
  ] as const) {
    await other.bringToFront();
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    if (isLost) road.cut();
    await set(service, 'alan', 'text: "Tea"');
    await set(service, 'alan', `availability: ${dot}`);
    road.mend();
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    await ada.bringToFront();
    await shows(ada, 'alan', dot);
    await connected(ada);
  }
  await here(ada, '1 person is');
});

test('without a network a page says that it knows nothing for certain, and comes back by itself as one person', async () => {
  const service = await startService(PINGED);
  const road = await openRoad(Number(new URL(service.url).port));
  const hers = await openBrowserOf(browser);
  await hers.clock.install();
  const ada = await openAs(hers, road.url.replace('redis', 'http'), 'ada');
  const grace = await openAs(await openBrowserOf(browser), service.url, 'grace');
  await here(ada, '2 people are');
  const stale = ada.locator('#people presence-dot[user="grace"]').getByRole('img', { name: /as far as is known/ });

  road.silence(); // nobody is told
  await hers.setOffline(true); // but the device knows
  await ada.clock.fastForward(5_000); // for the sign of life that it asks for
  await ada.clock.fastForward(3_000);
  await stale.waitFor();
  expect(await ada.locator('#connection').innerText()).not.toMatch(/^Connected/);
  await expect.poll(service.connections, { timeout: 5_000 }).toBe(1); // it has answered no ping
  await service.clock.pass(6);
  await shows(grace, 'ada', 'AWAY');
  await service.clock.pass(30);
  await shows(grace, 'ada', 'OFFLINE');
  await set(service, 'grace', 'availability: BUSY');

  road.replace();
  await hers.setOffline(false);
  await connected(ada);
  await shows(ada, 'grace', 'BUSY');
  await stale.waitFor({ state: 'detached' });
  await shows(grace, 'ada', 'ONLINE');
  for (const page of [ada, grace]) await here(page, '2 people are');
  expect(await ada.locator('#people li').count()).toBe(6);
  const mine = await service.ask<{ viewer: { sessions: unknown[] } }>('dev:ada', '{ viewer { sessions { id } } }');
  expect(mine.data?.viewer.sessions).toHaveLength(1);
});

test('a server that starts again under open pages finds them back, their room full and every dot right', async () => {
  const env = { PORT: await freePort(), DATA_DIR: await temporaryDirectory(), PRESENCE_DRAIN_TIME: '0.1' };
  const first = await startProcess(env);
  const [hers, theirs] = [await openBrowserOf(browser), await openBrowserOf(browser)];
  // Of the times after which a page tries again, which are by chance, short ones.
  for (const context of [hers, theirs]) await context.addInitScript('Math.random = () => 0.2');
  const ada = await openAs(hers, first.url, 'ada');
  const grace = await openAs(theirs, first.url, 'grace');
  await set(first, 'ada', 'availability: BUSY, text: "Reading proofs"');
  await shows(grace, 'ada', 'BUSY');
  await here(grace, '2 people are');

  await first.kill();
  const second = await startProcess(env);
  for (const page of [ada, grace])
    await page.locator('#connection', { hasText: /^Connected/ }).waitFor({ timeout: 20_000 });
  await shows(grace, 'ada', 'BUSY');
  await grace.locator('#people').getByText('Reading proofs').waitFor();
  await shows(ada, 'grace', 'ONLINE');
  const inRoom = () => second.ask('dev:alan', '{ room(key: "launch-notes") { count } }');
  await expect.poll(inRoom, { timeout: 5_000 }).toEqual({ data: { room: { count: 2 } } });
  for (const page of [ada, grace]) await here(page, '2 people are');
  await set(second, 'grace', 'availability: AWAY'); // and it goes on
  await shows(ada, 'grace', 'AWAY');
});
