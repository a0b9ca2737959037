/** The elements on a page of somebody else's site, under a strict policy, against a real server. */
import axe from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { bundle } from '../support/bundle.ts';
import { codeOf } from '../support/documentation.ts';
import { type Service, startService } from '../support/service.ts';
import { visit } from './site.ts';

const DOCUMENTED = 'http://127.0.0.1:4000';
const PATIENTLY = { timeout: 10_000 }; // ms; a second is little to a busy machine

let browser: Browser;
let elements: string;
beforeAll(async () => {
  [browser, elements] = await Promise.all([launchBrowser(), bundle("export * from 'presence-server/elements.js'")]);
});
afterAll(() => browser.close());

/** A page with the script and a provider around `body`. */
function pageOf(service: Service, body: string, { token = 'dev:grace', lang = 'en', dir = 'ltr' } = {}): string {
  return `<!doctype html><html lang="${lang}" dir="${dir}"><head><title>Site</title>
    <link rel="stylesheet" href="/site.css"><script type="module" src="${service.url}/elements.js"></script></head>
    <body><main><h1>Site</h1><presence-provider token="${token}">${body}</presence-provider></main></body></html>`;
}

const set = (service: Service, user: string, input: string) =>
  service.ask(`dev:${user}`, `mutation { setStatus(input: { ${input} }) { viewer { availability } } }`);

/** What it is called, read out: that of the drawing inside. */
const named = (page: Page, name: string) => page.getByRole('img', { name, exact: true });

/** Pressing Tab until this has the focus: as somebody without a mouse comes to it. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 12; presses++) {
    if (await target.evaluate((element) => element.matches(':focus'))) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('the Tab key does not come there');
}

describe('the documented page', () => {
  test('shows who is there and what they say, as it changes, and is in the room itself', async () => {
    const service = await startService();
    await service.ask(
      'dev:b:server',
      'mutation { upsertUsers(input: { users: [{ id: "ada", name: "Ada" }] }) { users { id } } }',
    );
    const [html = ''] = await codeOf('elements.md', 'html');
    const { page } = await visit(browser, service, { html: html.replaceAll(DOCUMENTED, service.url), elements });

    await named(page, 'Ada is offline').waitFor();
    await named(page, 'alan is offline').waitFor();
    await page.getByText('1 person is here').waitFor();
    const dot = page.locator('presence-dot').first();
    const shape = () => dot.locator('path').getAttribute('d');
    const ring = await shape();

    const ada = await service.connect({ token: 'dev:ada' });
    await named(page, 'Ada is online').waitFor();
    const disc = await shape();
    await set(service, 'ada', 'availability: BUSY, text: "<b>Compiling</b>", emoji: "🛠️"');
    await named(page, 'Ada is busy').waitFor();
    expect(await dot.getAttribute('data-availability')).toBe('BUSY');
    await page.getByText('<b>Compiling</b>').waitFor(); // as it was written, not as markup
    expect(new Set([ring, disc, await shape()]).size).toBe(3);

    await ada.ask('mutation { enterRoom(input: { key: "doc:42", label: "typing" }) { room { count } } }');
    await page.getByText('2 people are here').waitFor();
    await page.getByText('Ada: typing…').waitFor();
    await page.locator('presence-room').evaluate((room) => room.remove());
    const left = ada.subscribe<{ roomChanged: { count: number } }>(
      'subscription { roomChanged(key: "doc:42") { count } }',
    );
    await expect.poll(() => left.seen.at(-1)?.data?.roomChanged.count, PATIENTLY).toBe(1);
  });

  test('every other example runs: one’s own client, style and words', async () => {
    const service = await startService();
    const [connecting = '', speaking = ''] = await codeOf('elements.md', 'js');
    const [css = ''] = await codeOf('elements.md', 'css');
    const [, provider = ''] = await codeOf('elements.md', 'html');
    const inside = '<presence-dot user="ada" name="Ada inside"></presence-dot></presence-provider>';
    await service.connect({ token: 'dev:ada' });
    await set(service, 'ada', 'availability: AWAY');
    const html = `<!doctype html><html lang="de"><head><link rel="stylesheet" href="/site.css"></head>
      <body><presence-dot user="ada"></presence-dot><presence-status user="bob"></presence-status>
      ${provider.replace('</presence-provider>', inside)}
      <script type="module" src="/connect.js"></script><script type="module" src="/words.js"></script></body></html>`;
    const files = {
      '/site.css': css,
      '/presence-token': 'dev:grace',
      '/connect.js': connecting.replaceAll(DOCUMENTED, service.url),
      '/words.js': speaking.replaceAll(DOCUMENTED, service.url),
    };
    const bob = await service.connect({ token: 'dev:bob' });
    await bob.close();
    await service.clock.pass(6);
    const { page } = await visit(browser, service, { html, files, elements });
    await named(page, 'ada ist abwesend').waitFor();
    await named(page, 'Ada inside ist abwesend').waitFor();
    await page.getByText(/^(zuletzt aktiv|gerade noch aktiv)/).waitFor();
  });
});

test('times are in the language of the document, and grow old by themselves', async () => {
  const service = await startService();
  const bob = await service.connect({ token: 'dev:bob' });
  await bob.close();
  await service.clock.pass(6);
  const expiresAt = new Date(service.clock.now() + 3_600_000).toISOString();
  await service.connect({ token: 'dev:ada' });
  await set(service, 'ada', `emoji: "☕", expiresAt: "${expiresAt}"`);
  const html = pageOf(
    service,
    ['ada', 'bob'].map((id) => `<presence-status user="${id}"></presence-status>`).join(''),
    { lang: 'fr' },
  );
  const time = service.clock.now() + 240_000;
  const { page } = await visit(browser, service, { html, elements, options: { timezoneId: 'UTC' }, time });
  await page.getByText('il y a 4 minutes').waitFor();
  await page.getByText('until 13:00').waitFor();
  await page.clock.fastForward(60_000);
  await page.getByText('il y a 5 minutes').waitFor();
});

test('five hundred dots, each with a status, take five subscriptions, and one more when one is added', async () => {
  const service = await startService();
  const ids = Array.from({ length: 500 }, (_, at) => `user${at}`);
  const row = (id: string) =>
    `<presence-dot user="${id}"></presence-dot><presence-status user="${id}"></presence-status>`;
  const { page, subscriptions } = await visit(browser, service, {
    html: pageOf(service, ids.map(row).join('')),
    elements,
  });
  await expect.poll(() => page.locator('presence-dot[data-availability="OFFLINE"]').count(), PATIENTLY).toBe(500);
  expect(subscriptions).toHaveLength(5);

  // A list that is sorted anew takes its elements out and puts them in again.
  await page.evaluate(() => {
    const list = document.querySelector('presence-provider');
    list?.append(...[...list.children].reverse());
  });
  await page.evaluate(() => {
    const dot = document.createElement('presence-dot');
    dot.setAttribute('user', 'late');
    document.querySelector('presence-provider')?.append(dot);
  });
  await named(page, 'late is offline').waitFor();
  expect(subscriptions).toHaveLength(6);
});

describe('the menu', () => {
  interface Mine {
    readonly viewer: { readonly availability: string; readonly invisible: boolean; readonly status: unknown };
  }
  const mine = async (service: Service) =>
    (await service.ask<Mine>('dev:grace', '{ viewer { availability invisible status { text emoji expiresAt } } }')).data
      ?.viewer;

  async function openMenu(service: Service): Promise<Page> {
    const html = pageOf(service, '<presence-menu></presence-menu>');
    const options = { timezoneId: 'UTC' };
    const { page } = await visit(browser, service, { html, elements, options, time: service.clock.now() });
    await tabTo(page, page.getByRole('button', { name: 'Your status: Online' }));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Your status' }).waitFor();
    return page;
  }

  test('without a mouse: a dot, words and an end, saved by one call; Escape changes nothing', async () => {
    const service = await startService();
    const page = await openMenu(service);
    const { keyboard } = page;
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowRight'); // Busy
    expect(await page.getByRole('radio', { name: 'Busy' }).isChecked()).toBe(true);
    await tabTo(page, page.getByRole('textbox', { name: 'Status' }));
    await keyboard.type('In a call');
    await keyboard.press('Tab'); // into the palette
    await keyboard.press('ArrowRight');
    await keyboard.press('Enter'); // back in the text
    await tabTo(page, page.getByRole('radio', { name: 'Don’t clear' }));
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowRight'); // 1 hour
    await keyboard.press('Enter');

    const button = page.getByRole('button', { name: 'Your status: 📞 In a call until 1:00 PM' });
    await button.waitFor();
    expect(await button.evaluate((element) => element.matches(':focus'))).toBe(true);
    const expiresAt = expect.stringMatching(/^2026-06-01T13:00:/);
    expect(await mine(service)).toEqual({
      availability: 'BUSY',
      invisible: false,
      status: { text: 'In a call', emoji: '📞', expiresAt },
    });

    await keyboard.press('Enter');
    await page.getByRole('radio', { name: 'At 1:00 PM' }).waitFor();
    await keyboard.press('ArrowLeft');
    await keyboard.press('Escape');
    await expect.poll(() => button.evaluate((element) => element.matches(':focus')), PATIENTLY).toBe(true);
    expect(await button.getAttribute('aria-expanded')).toBe('false');
    expect(await mine(service)).toMatchObject({ availability: 'BUSY' });

    await keyboard.press('Enter');
    await tabTo(page, page.getByRole('button', { name: 'Clear status' }));
    await keyboard.press('Enter');
    await page.getByRole('button', { name: 'Your status: Online' }).waitFor();
    expect(await mine(service)).toMatchObject({ availability: 'ONLINE', status: null });
  });

  test('what the site offers is taken over and worn as such; hiding acts at once; what is refused is said', async () => {
    const service = await startService();
    const created = await service.ask<{ createCustomStatus: { customStatus: { id: string } } }>(
      'dev:root:admin',
      'mutation { createCustomStatus(input: { name: "Lunch", availability: AWAY, emoji: "🥗" }) { customStatus { id } } }',
    );
    const page = await openMenu(service);
    await page.getByRole('button', { name: 'Lunch' }).click();
    expect(await page.getByRole('radio', { name: 'Away' }).isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Save' }).click();
    const button = page.getByRole('button', { name: 'Your status: 🥗 Lunch' });
    await button.waitFor();
    const worn = await service.ask('dev:grace', '{ viewer { status { customStatus { id } } } }');
    expect(worn.data).toEqual({ viewer: { status: { customStatus: created.data?.createCustomStatus.customStatus } } });

    await button.click();
    const invisible = page.getByRole('switch', { name: /^Invisible/ });
    await invisible.click();
    await expect.poll(async () => (await mine(service))?.invisible, PATIENTLY).toBe(true);
    await invisible.click();
    await expect.poll(async () => (await mine(service))?.invisible, PATIENTLY).toBe(false);
    await service.ask(
      'dev:root:admin',
      'mutation { updateSettings(input: { allowInvisible: false }) { settings { id } } }',
    );
    await invisible.click();
    await page.getByRole('alert').filter({ hasText: 'switched' }).waitFor();
    expect(await invisible.isChecked()).toBe(false);

    await page.getByRole('textbox', { name: 'Status' }).fill('👩‍💻'.repeat(121));
    await page.getByText('-1 characters left').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await page.getByRole('dialog').isVisible()).toBe(true);
    await page.getByRole('textbox', { name: 'Status' }).fill('👩‍💻'.repeat(120));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await mine(service)).toMatchObject({ status: { text: '👩‍💻'.repeat(120) } });
  });
});

test('nothing that a checker of accessibility finds, in light, dark and right to left; motion only where it is wanted', async () => {
  const service = await startService();
  const ada = await service.connect({ token: 'dev:ada' });
  await set(service, 'ada', 'availability: BUSY, text: "Writing a compiler", emoji: "🛠️"');
  await ada.ask('mutation { enterRoom(input: { key: "doc", label: "typing" }) { room { count } } }');
  await service.ask(
    'dev:r:admin',
    'mutation { createCustomStatus(input: { name: "Lunch", availability: AWAY }) { customStatus { id } } }',
  );
  const body = `<p><presence-dot user="ada"></presence-dot> <bdi>Ada</bdi> <presence-status user="ada"></presence-status>
    <presence-dot user="bob"></presence-dot> <presence-status user="bob"></presence-status></p>
    <presence-room key="doc" enter max="1"></presence-room><presence-room key="empty"></presence-room>
    <presence-menu></presence-menu>`;
  const css = ':root { color-scheme: light dark } body { font: 16px sans-serif }';
  const files = { '/site.css': css, '/axe.js': axe.source };
  const { page } = await visit(browser, service, { html: pageOf(service, body), files, elements });
  await page.getByText('2 people are here').waitFor();
  await page.getByText('Nobody is here').waitFor();
  const moving = () =>
    page
      .locator('presence-room')
      .first()
      .evaluate((room) => room.shadowRoot?.getAnimations().length);
  await expect.poll(moving, PATIENTLY).toBe(1); // Ada is typing
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await moving()).toBe(0);

  await page.addScriptTag({ url: '/axe.js' });
  const found = () =>
    page.evaluate(async () => {
      const { violations } = await Reflect.get(window, 'axe').run();
      return violations.map(({ id, nodes }: { id: string; nodes: { html: string }[] }) => [
        id,
        ...nodes.map(({ html }) => html),
      ]);
    });
  const menu = page.getByRole('button', { name: /^Your status/ });
  for (const [colorScheme, dir] of [
    ['light', 'ltr'],
    ['dark', 'ltr'],
    ['light', 'rtl'],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate((value) => document.documentElement.setAttribute('dir', value), dir);
    expect(await found()).toEqual([]);
    await menu.click();
    await page.getByRole('button', { name: 'Lunch' }).waitFor();
    expect(await found()).toEqual([]);
    await page.keyboard.press('Escape');
  }
});
