/** The administrators' page, and what comes of it on the page of somebody of the team. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Service, startService } from '../support/service.ts';
import { faults, openAs, openBrowserOf, shows } from './pages.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const LOOKS = 5_000; // ms between two readings of what nothing tells of

/** Whose time passes when the test says so, too. */
async function openAdmin(service: Service): Promise<Page> {
  const context = await openBrowserOf(browser);
  await context.clock.install();
  const page = await context.newPage();
  await page.goto(`${service.url}/admin`);
  return page;
}

async function signIn(page: Page, token = 'dev:root:admin'): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Continue' }).click();
}

const set = (service: Service, user: string, input: string) =>
  service.ask(`dev:${user}`, `mutation { setStatus(input: { ${input} }) { viewer { availability } } }`);
const menuOf = (page: Page) => page.getByRole('button', { name: /^Your status/ });
const entries = (page: Page) => page.locator('#people li:visible b').allInnerTexts();

test('a token that is none, or nobody’s with the right, is refused in words; then the right one opens a desk like new', async () => {
  const service = await startService();
  const page = await openAdmin(service);
  const alert = page.locator('#sign-in').getByRole('alert');
  await signIn(page, 'nonsense');
  await alert.filter({ hasText: 'In development mode a token is' }).waitFor();
  expect(await alert.innerText()).toMatch(/\.$/); // all of it
  await signIn(page, 'dev:ada');
  await alert.filter({ hasText: 'Only administrators and the backend may do this.' }).waitFor();
  expect(await page.locator('#who').innerText()).toBe('');
  expect(await page.locator('#desk').isVisible()).toBe(false);

  await signIn(page);
  await page.getByRole('heading', { name: 'Who is online' }).waitFor();
  await page.clock.fastForward(LOOKS);
  await service.connect({ token: 'dev:hedy' });
  await page.clock.fastForward(LOOKS);
  await expect.poll(() => entries(page)).toEqual(['hedy']);
  expect(await page.locator('#problem').innerText()).toBe('');
  expect(await page.locator('svg.chart').count()).toBe(2);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').waitFor();
  await page.reload();
  await page.getByLabel('Token').waitFor();
});

test('it shows who is there as they come, go and change, and finds some of them', async () => {
  const service = await startService();
  const ada = await openAs(await openBrowserOf(browser), service.url, 'ada'); // who says what all are called
  const page = await openAdmin(service);
  await signIn(page);
  await shows(page, 'ada', 'ONLINE');
  await set(service, 'ada', 'availability: BUSY, text: "Reading proofs"');
  await shows(page, 'ada', 'BUSY'); // at once
  await page.locator('#people').getByText('Reading proofs').waitFor();

  await service.connect({ token: 'dev:grace' });
  const x = await service.connect({ token: 'dev:x-17' });
  await page.clock.fastForward(LOOKS);
  await expect.poll(() => entries(page)).toEqual(['Ada Lovelace', 'Grace Hopper', 'x-17']);
  expect(
    await page.getByRole('status', { name: 'People online' }).or(page.locator('#online')).first().innerText(),
  ).toBe('3');
  const search = page.getByRole('searchbox', { name: 'Search those online' });
  for (const [words, found] of [
    ['LOVE', ['Ada Lovelace']],
    ['grace', ['Grace Hopper']],
    ['x-1', ['x-17']],
    ['nobody', []],
    ['', ['Ada Lovelace', 'Grace Hopper', 'x-17']],
  ] as const) {
    await search.fill(words);
    expect(await entries(page)).toEqual(found);
  }
  await x.close();
  await service.clock.pass(6);
  await shows(page, 'x-17', 'OFFLINE');
  await page.clock.fastForward(LOOKS);
  await expect.poll(() => entries(page)).toEqual(['Ada Lovelace', 'Grace Hopper']);
  await ada.close();
});

test('what it offers, forbids and switches off is so on the pages of the team', async () => {
  const service = await startService();
  const ada = await openAs(await openBrowserOf(browser), service.url, 'ada');
  await service.connect({ token: 'dev:grace' });
  await shows(ada, 'grace', 'ONLINE');
  const page = await openAdmin(service);
  await signIn(page);

  await page.getByLabel('Emoji').fill('🔧');
  await page.getByLabel('Name', { exact: true }).fill('In the workshop');
  await page.getByRole('button', { name: 'Offer' }).click();
  await page.getByText('🔧 In the workshop').waitFor();
  await menuOf(ada).click();
  await ada.getByRole('button', { name: 'In the workshop' }).waitFor();
  await ada.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Change In the workshop' }).click();
  await page.getByLabel('Name', { exact: true }).fill('In the yard');
  await page.getByLabel('Dot').selectOption('Away');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('🔧 In the yard').waitFor();
  await menuOf(ada).click();
  await ada.getByRole('button', { name: 'In the yard' }).click();
  expect(await ada.getByRole('radio', { name: 'Away' }).isChecked()).toBe(true);
  expect(await ada.getByRole('button', { name: 'In the workshop' }).count()).toBe(0);
  await ada.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Withdraw In the yard' }).click();
  await page.getByText('🔧 In the yard').waitFor({ state: 'detached' });
  await page.getByLabel('Name', { exact: true }).fill('x'.repeat(200));
  await page.getByRole('button', { name: 'Offer' }).click();
  await page.locator('#problem').filter({ hasText: 'at most' }).waitFor();

  await page.getByLabel('People may be invisible').uncheck();
  await page.getByLabel('Away after, in seconds').fill('120');
  await page.getByText('Not saved yet').waitFor();
  await page.clock.fastForward(LOOKS); // which does not undo it
  await page.locator('#settings').getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  await menuOf(ada).click();
  expect(await ada.getByRole('button', { name: 'In the yard' }).count()).toBe(0);
  await ada.getByRole('switch', { name: /^Invisible/ }).click();
  await ada.getByRole('alert').filter({ hasText: 'switched' }).waitFor();
  await ada.keyboard.press('Escape');
  await page.reload(); // and is still signed in
  await expect.poll(() => page.getByLabel('Away after, in seconds').inputValue()).toBe('120');
  expect(await page.getByLabel('People may be invisible').isChecked()).toBe(false);

  const live = page.locator('#enabled');
  await live.click();
  await page.getByText('Off', { exact: true }).waitFor();
  await set(service, 'grace', 'availability: BUSY');
  await page.getByText('Switched off by an administrator.').waitFor();
  await shows(ada, 'grace', 'ONLINE');
  await live.click();
  await shows(ada, 'grace', 'BUSY');
});

test('nothing that a checker of accessibility finds: before and after signing in, in light and dark', async () => {
  const service = await startService();
  await openAs(await openBrowserOf(browser), service.url, 'ada');
  await set(service, 'ada', 'availability: BUSY, text: "Tea", emoji: "🫖", expiresAt: "2026-06-01T12:30:00Z"');
  await service.ask(
    'dev:r:admin',
    'mutation { createCustomStatus(input: { name: "Lunch", availability: AWAY }) { customStatus { id } } }',
  );
  const page = await openAdmin(service);
  const check = async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await faults(page)).toEqual([]);
    }
  };
  await signIn(page, 'nonsense');
  await page.locator('#sign-in').getByRole('alert').filter({ hasText: /./ }).waitFor();
  await check();
  await signIn(page);
  await page.locator('#people').getByText('Tea').waitFor(); // beside an end whose date leaves little room
  await check();
});
