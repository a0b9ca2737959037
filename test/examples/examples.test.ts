/** The examples as somebody runs them who has just cloned the project: with a real server and a real browser. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type Program, ROOT, run, runNode, type ServerProcess, startProcess } from '../support/server-process.ts';
import { EXAMPLES, installExamples } from './install.ts';

let server: ServerProcess;
let browser: Browser;
let site: string;

beforeAll(async () => {
  await installExamples();
  [server, browser] = await Promise.all([startProcess(), launchBrowser()]);
  const [, address = ''] = await npm('start').says(/^(http\S+?)\/apollo-react\//m);
  site = address;
}, 180_000); // 3 min: a registry may be slow
afterAll(async () => {
  await browser?.close();
});

/** One of the scripts in examples/package.json. */
const npm = (script: string, ...args: readonly string[]): Program =>
  run('npm', ['run', '--silent', script, '--', ...args], {
    env: { PORT: '0', PRESENCE_URL: `${server.url}/graphql`, npm_config_update_notifier: 'false' },
    cwd: EXAMPLES,
  });

async function finish(program: Program): Promise<string> {
  const { code } = await program.exited;
  if (code !== 0) throw new Error(`It ended with ${code}:\n${program.output()}`);
  return program.output();
}

let people = 0;
/** Nobody was this person before, not even in a test that is tried again. */
const somebody = (name: string): string => `${name}-${++people}`;

test.each(['apollo-react', 'urql', 'relay'])(
  '%s: a change of Grace changes every component that shows her, and what Ada picks goes out',
  async (name) => {
    const [ada, grace] = [somebody('ada'), somebody('grace')];
    const { page, wrongs } = await open(`${site}/${name}/?me=${ada}&with=${grace}`);
    const inList = (user: string) => page.getByLabel('Team').getByRole('listitem').filter({ hasText: user });
    const everywhere = async (words: RegExp) => {
      await inList(grace).filter({ hasText: words }).waitFor();
      await page.getByRole('heading', { name: grace }).filter({ hasText: words }).waitFor();
    };
    await everywhere(/OFFLINE/);
    await inList(ada).filter({ hasText: 'ONLINE' }).waitFor(); // being connected is being there

    const device = await server.connect({ token: `dev:${grace}` });
    onTestFinished(() => device.socket.terminate());
    await everywhere(/ONLINE/);
    await device.ask('mutation { setStatus(input: { availability: BUSY, text: "Debugging" }) { viewer { id } } }');
    await everywhere(/BUSY\s+Debugging/);
    await device.ask('mutation { setInvisible(input: { invisible: true }) { viewer { id } } }');
    await everywhere(/OFFLINE\s*$/);

    await page.getByRole('button', { name: 'Do not disturb' }).click();
    await inList(ada).filter({ hasText: 'BUSY Do not disturb' }).waitFor();
    const { data } = await device.ask(`{ user(id: "${ada}") { presence { availability } } }`);
    expect(data).toEqual({ user: { presence: { availability: 'BUSY' } } });
    expect(wrongs).toEqual([]);
  },
);

test('relay: a person is fetched anew by node(id:), and is the same one in every component', async () => {
  const alan = somebody('alan');
  const { page, wrongs } = await open(`${site}/relay/?me=ada&with=${alan}`);
  await page.getByRole('heading', { name: alan }).waitFor();
  const name = `mutation { upsertUsers(input: { users: [{ id: "${alan}", name: "Alan Turing" }] }) { users { id } } }`;
  await server.ask('dev:backend:server', name);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByRole('heading', { name: 'You and Alan Turing' }).waitFor();
  await page.getByLabel('Team').getByText('Alan Turing').waitFor(); // which nobody refreshed
  expect(wrongs).toEqual([]);
});

/** A page in a browser that has never seen it, and whatever it complained about. */
async function open(address: string): Promise<{ readonly page: Page; readonly wrongs: readonly string[] }> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const wrongs: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') wrongs.push(message.text());
  });
  page.on('pageerror', (error) => wrongs.push(String(error)));
  await page.goto(address);
  return { page, wrongs };
}

test.each(['graphql-ws', 'graphql-sse', 'curl-sse'])('%s tells of Hedy, now and when she comes', async (script) => {
  const hedy = somebody('hedy');
  const watcher = npm(script, 'ada', hedy);
  await watcher.says(new RegExp(`${hedy}.*OFFLINE`));
  const device = await server.connect({ token: `dev:${hedy}` });
  onTestFinished(() => device.socket.terminate());
  await watcher.says(new RegExp(`${hedy}.*ONLINE`));
});

test('graphql-request makes people known and finds them', async () => {
  expect(await finish(npm('graphql-request'))).toMatch(/^Grace Hopper is OFFLINE, last there never$/m);
});

test('every operation fits the schema, and what is made of its result fits its type, by tsc --strict', async () => {
  await finish(runNode([join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', EXAMPLES]));
});
