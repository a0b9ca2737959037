/** Takes the pictures of the pages that the documentation shows, into docs/. Needs Chromium: CHROMIUM_PATH, else as on Debian. */
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { readConfig } from '../src/server/config.ts';
import { start } from '../src/server/start.ts';

const docs = join(import.meta.dirname, '../docs');
const server = await start(readConfig({ PORT: '0', DATA_DIR: 'memory', LOG_LEVEL: 'silent' }));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});

try {
  await arrange();
  const directory = await open(browser, '/?as=ada&with=grace', { viewport: { width: 1360, height: 800 } });
  await directory.frames()[1]?.locator('textarea').press('End');
  await directory.frames()[1]?.locator('textarea').pressSequentially(' ');
  await settle(directory);
  await shoot(directory, 'directory');
  await directory.close();

  const dark = await open(browser, '/?as=hedy', { viewport: { width: 1180, height: 720 }, colorScheme: 'dark' });
  await dark.locator('presence-menu').click();
  await settle(dark);
  await shoot(dark, 'directory-dark');

  const narrow = await open(browser, '/?as=ada', { viewport: { width: 390, height: 780 } });
  await shoot(narrow, 'directory-narrow');

  const admin = await open(browser, '/admin', { viewport: { width: 1180, height: 800 } });
  await admin.getByRole('button', { name: 'Continue' }).click();
  await settle(admin);
  await shoot(admin, 'admin');
} finally {
  await browser.close();
  await server.close();
}

/** A day in the office. */
async function arrange(): Promise<void> {
  const statuses = [
    { name: 'In the lab', availability: 'BUSY', emoji: '🔬' },
    { name: 'Lunch', availability: 'AWAY', emoji: '🥗' },
    { name: 'On call', availability: 'ONLINE', emoji: '📟' },
  ];
  for (const input of statuses) await ask('dev:root:admin', 'createCustomStatus', 'CreateCustomStatusInput', input);
  await come('katherine', 'ACTIVE', { availability: 'BUSY', text: 'Checking the landing', emoji: '🚀' });
  await come('alan', 'IDLE', { text: 'Back after tea', emoji: '🫖' });
  await come('margaret', 'ACTIVE', { text: 'Reviews until noon', emoji: '👀' });
}

async function come(user: string, activity: string, status: object): Promise<void> {
  await ask(`dev:${user}`, 'openSession', 'OpenSessionInput', { activity, device: 'WEB' });
  await ask(`dev:${user}`, 'setStatus', 'SetStatusInput', status);
}

async function ask(token: string, mutation: string, type: string, input: object): Promise<void> {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`,
      variables: { input },
    }),
  });
  const { errors } = JSON.parse(await answer.text());
  if (errors !== undefined) throw new Error(`${mutation}: ${JSON.stringify(errors)}`);
}

async function open(by: Browser, path: string, options: BrowserContextOptions): Promise<Page> {
  const page = await by.newPage({ reducedMotion: 'reduce', ...options });
  await page.goto(server.url + path);
  await settle(page);
  return page;
}

async function settle(page: Page): Promise<void> {
  await page.waitForTimeout(1_200); // the network, and what the server has to say
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(docs, `${name}.png`) });
  process.stdout.write(`docs/${name}.png\n`);
}
