/** The SDK in a real browser: being there, not being there, and coming back. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openClient, until, words } from '../client/devices.ts';
import { launchBrowser } from '../support/browser.ts';
import { ROOT, type ServerProcess, startProcess } from '../support/server-process.ts';

let server: ServerProcess;
let browser: Browser;
let site: string;
beforeAll(async () => {
  const bundled = build({
    stdin: {
      contents: "import * as presence from './src/client/index.ts'; Object.assign(window, { presence });",
      resolveDir: ROOT,
    },
    bundle: true,
    write: false,
  });
  const [process, chromium, { outputFiles }] = await Promise.all([
    startProcess({ PRESENCE_IDLE_TIMEOUT: '1' }),
    launchBrowser(),
    bundled,
  ]);
  server = process;
  browser = chromium;
  const pages = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://x');
    const options = JSON.stringify({
      url: `${server.url}/graphql`,
      token: 'dev:ada',
      ...Object.fromEntries(searchParams),
    });
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>Ada</title><body style="height:5000px"><script>${outputFiles[0]?.text}</script>
      <script>const client = presence.createPresenceClient(${options}); client.connect();</script>`);
  }).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  const address = pages.address();
  site = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return () => pages.close();
});
afterAll(() => browser.close());

async function open(query = ''): Promise<Page> {
  const context = await browser.newContext();
  const wrongs: string[] = [];
  onTestFinished(async () => {
    await context.close();
    expect(wrongs).toEqual([]);
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => wrongs.push(String(error)));
  await page.goto(`${site}/?${query}`);
  await connected(page);
  return page;
}

const connected = (page: Page) => page.waitForFunction("client.connection.state === 'connected'");
const connectionOf = (page: Page): Promise<{ readonly sessionId: string; readonly transport: string }> =>
  page.evaluate('client.connection');

function watchAda() {
  const { told, listen } = words();
  openClient(server, { token: 'dev:grace' }).watch(['ada'], listen);
  return { told, seen: (word: string) => until(() => expect(told.at(-1)).toBe(`ada ${word}`)) };
}

test('nobody touches the page: AWAY; a pointer, a key or a wheel: ONLINE at once', async () => {
  const { seen } = watchAda();
  const page = await open();
  await seen('ONLINE');
  for (const act of [() => page.mouse.move(20, 30), () => page.keyboard.press('a'), () => page.mouse.wheel(0, 50)]) {
    await seen('AWAY');
    await act();
    await seen('ONLINE');
  }
});

test('reloading the page is the same session, and nobody sees it; going elsewhere and back neither', async () => {
  const { told, seen } = watchAda();
  const page = await open();
  await page.evaluate('client.me.setPreferences({ idleTimeoutSeconds: 600 })');
  await page.mouse.move(1, 1);
  await seen('ONLINE');
  const before = told.length;
  const { sessionId } = await connectionOf(page);
  for (let time = 0; time < 3; time++) {
    await page.reload();
    await connected(page);
    expect((await connectionOf(page)).sessionId).toBe(sessionId);
  }
  await page.goto(`${site}/?device=DESKTOP`);
  await page.goBack();
  await connected(page);
  expect(told.slice(before)).toEqual([]);
  await page.evaluate('client.me.setPreferences({ idleTimeoutSeconds: 60 })');
  await page.evaluate('client.close()');
  await seen('OFFLINE');
});

test('over HTTP a page has few streams, and all that it watches is known', async () => {
  const { seen } = watchAda();
  const page = await open('transport=http');
  await seen('ONLINE');
  expect((await connectionOf(page)).transport).toBe('http');
  const known = page.evaluate(`new Promise((resolve) => {
    const heard = new Set();
    const ids = Array.from({ length: 150 }, (_, at) => 'user-' + at);
    for (const id of ids) setTimeout(() => client.watch([id], (presence) => heard.add(presence.userId).size === 150 && resolve(heard.size)), 2 * ids.indexOf(id));
  })`);
  expect(await known).toBe(150);
  await page.evaluate('client.room("doc").enter({ label: "reading" })');
  await page.close({ runBeforeUnload: false });
  await seen('OFFLINE'); // said with leaving: a session over HTTP would last for 75 seconds
});
