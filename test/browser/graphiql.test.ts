/** GraphiQL as people use it: a real server in development mode, a real browser, nothing from anywhere else. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';

let server: ServerProcess;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startProcess(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
});

interface Window {
  readonly page: Page;
  /** Whatever it asked any other host for, and whatever it complained about; empty at the end of the test. */
  readonly wrongs: readonly string[];
}

/** GraphiQL in a browser that has never seen it. */
async function openGraphiql(): Promise<Window> {
  const context: BrowserContext = await browser.newContext({ viewport: { width: 1_400, height: 900 } });
  const wrongs: string[] = [];
  onTestFinished(async () => {
    await context.close();
    expect(wrongs).toEqual([]);
  });
  const page = await context.newPage();
  const { host } = new URL(server.url);
  const note = (address: string) => {
    const url = new URL(address.replace(/^blob:/, ''));
    if (url.protocol !== 'data:' && url.host !== host) wrongs.push(`asked for ${address}`);
  };
  context.on('request', (request) => note(request.url()));
  page.on('websocket', (socket) => note(socket.url()));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') wrongs.push(message.text());
  });
  page.on('pageerror', (error) => wrongs.push(String(error)));
  await page.goto(`${server.url}/graphql`);
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  return { page, wrongs };
}

/** Resolves when GraphiQL has noted it, half a second later; before, it would run this tab under the other's name. */
async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await expect.poll(() => openTabOf(page), { timeout: 5_000 }).toBe(name);
}

async function openTabOf(page: Page): Promise<unknown> {
  const { origins } = await page.context().storageState();
  const kept = origins[0]?.localStorage.find((item) => item.name === 'graphiql:tabState')?.value ?? '{}';
  const { tabs = [], activeTabIndex = 0 } = JSON.parse(kept);
  return tabs[activeTabIndex]?.title;
}

const run = (page: Page) => page.getByRole('button', { name: /^Execute query/ }).click();

/** Waits until the response pane shows this, however it is indented. */
async function shows(page: Page, ...words: readonly (string | RegExp)[]): Promise<void> {
  let pane = page.locator('.graphiql-response');
  for (const hasText of words) pane = pane.filter({ hasText });
  await pane.waitFor({ timeout: 5_000 });
}

/** Empties the Headers pane, where the token stands. */
async function forgetToken(page: Page): Promise<void> {
  await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-line').first().click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Delete');
}

describe('GraphiQL, without internet', () => {
  test('two windows, two people: Ada’s shows Grace the moment she comes, and what she is busy with', async () => {
    const [ada, grace] = await Promise.all([openGraphiql(), openGraphiql()]);
    await openTab(ada.page, 'AdaWatchesGrace');
    await run(ada.page);
    await shows(ada.page, '"initial": true', '"availability": "OFFLINE"', '"lastActive": null');

    await openTab(grace.page, 'GraceComes');
    await run(grace.page);
    await shows(grace.page, '"session"', '"availability": "ONLINE"');
    await shows(ada.page, '"initial": false', '"availability": "ONLINE"');

    await openTab(grace.page, 'GraceIsBusy');
    await run(grace.page);
    await shows(grace.page, '"availability": "BUSY"');
    await shows(ada.page, '"availability": "BUSY"', '"text": "Writing a compiler"', '"emoji": "🛠️"');
  });

  test('a query goes by HTTP, a subscription by WebSocket, both with the token of the Headers pane', async () => {
    const { page } = await openGraphiql();
    const wires: string[] = [];
    page.on('websocket', () => wires.push('WebSocket'));
    page.on('request', (request) => {
      if (request.method() === 'POST') wires.push(request.headers().authorization ?? 'nobody');
    });
    // It knows the schema, and says what a field means before anything is sent.
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer').getByText('Subscription', { exact: true }).click();
    await page.getByText('then every visible change, in order').waitFor();
    expect(wires).toEqual([]);
    await openTab(page, 'AdaLooks');
    await run(page);
    await shows(page, '"id": "ada"', '"id": "grace"');
    expect(wires).toEqual(['Bearer dev:ada']);
    await openTab(page, 'AdaWatchesGrace');
    await run(page);
    await shows(page, '"initial": true');
    expect(wires).toEqual(['Bearer dev:ada', 'WebSocket']);
  });

  test('without a token it shows what is missing, by either wire', async () => {
    const { page } = await openGraphiql();
    for (const name of ['AdaLooks', 'AdaWatchesGrace']) {
      await openTab(page, name);
      await forgetToken(page);
      await run(page);
      await shows(page, '"errors"', 'This needs a token.', '"code": "UNAUTHENTICATED"');
    }
  });
});
