/** The hooks in a browser, against a real server; and where there is no browser. */

import type { Browser } from 'playwright-core';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PresenceProvider, usePresence, usePresences, useRoom, useViewer } from '../../src/client/react/index.ts';
import { launchBrowser } from '../support/browser.ts';
import { bundle } from '../support/bundle.ts';
import { codeOf } from '../support/documentation.ts';
import { startService } from '../support/service.ts';
import { visit } from './site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const PAGE =
  '<!doctype html><html><body><div id="root"></div><script type="module" src="/app.js"></script></body></html>';

test('the documented application, in StrictMode: each watch once, one entry, and everything as it changes', async () => {
  const service = await startService();
  const ada = await service.connect({ token: 'dev:ada' });
  const room = ada.subscribe<{ roomChanged: { kind: string } }>('subscription { roomChanged(key: "doc:42") { kind } }');
  const [code = ''] = await codeOf('react.md', 'tsx');
  const files = {
    '/app.js': await bundle(code.replaceAll('http://127.0.0.1:4000', service.url)),
    '/presence-token': 'dev:grace',
  };
  const { page, subscriptions } = await visit(browser, service, { html: PAGE, files });
  await page.getByText('ada: ONLINE').waitFor();
  await page.getByText('alan: OFFLINE').waitFor();
  await page.getByText('1 online').waitFor();
  await page.getByText('1 here: grace reading').waitFor();

  await page.getByRole('button', { name: 'ONLINE' }).click();
  await page.getByRole('button', { name: 'BUSY' }).waitFor();
  await ada.ask('mutation { setStatus(input: { text: "Counting" }) { viewer { availability } } }');
  await page.getByText('ada: Counting').waitFor();
  await page.getByRole('textbox', { name: 'Message' }).fill('x');
  await page.getByText('grace typing').waitFor();

  const of = (field: string) => subscriptions.filter(({ query }) => query.includes(field));
  expect(of('viewerChanged')).toHaveLength(1);
  expect(of('roomChanged')).toHaveLength(1);
  // Then those two and Grace herself, whom the room shows, are made one.
  expect(of('presenceChanged')[0]?.variables.userIds).toEqual(['ada', 'alan']);
  expect(of('presenceChanged')[1]?.variables.userIds).toEqual(['grace']);
  const kinds = room.seen.map(({ data }) => data?.roomChanged.kind);
  expect(kinds.filter((kind) => kind !== 'UPDATED')).toEqual(['ENTERED']);
});

/** Two people and a list of both, over one client that is there before React; `window.drawn` counts renders of each. */
const COUNTING = (url: string) => `
  import { createPresenceClient } from 'presence-server/client';
  import { PresenceProvider, usePresence, usePresences } from 'presence-server/react';
  import { createRoot, hydrateRoot } from 'react-dom/client';
  const drawn = (window.drawn = { ada: 0, bob: 0, both: 0 });
  function Person({ id }) {
    drawn[id]++;
    const { status, known } = usePresence(id);
    return <p>{id} {known ? status?.text ?? 'silent' : 'unknown'}</p>;
  }
  function Both() {
    drawn.both++;
    return <p>{usePresences(['ada', 'bob']).filter(({ status }) => status).length} speak</p>;
  }
  const client = createPresenceClient({ url: '${url}/graphql', token: 'dev:grace' });
  const app = <PresenceProvider client={client}><Person id="ada" /><Person id="bob" /><Both /></PresenceProvider>;
  const start = () => window.hydrates ? hydrateRoot(root, app) : createRoot(root).render(app);
  // What a client knows already is no reason for a page from a server to differ from it.
  const stop = client.watch(['ada', 'bob'], () => { if (['ada', 'bob'].every((id) => client.get(id).known)) { stop(); start(); } });
`;

test('nothing is drawn anew that looks the same', async () => {
  const service = await startService();
  const speak = (user: string, text: string) =>
    service.ask(`dev:${user}`, `mutation { setStatus(input: { text: "${text}" }) { viewer { availability } } }`);
  await service.connect({ token: 'dev:ada' });
  await service.connect({ token: 'dev:bob' });
  const { page } = await visit(browser, service, {
    html: PAGE,
    files: { '/app.js': await bundle(COUNTING(service.url)) },
  });
  await page.getByText('ada silent').waitFor();
  const drawn = () => page.evaluate(() => Reflect.get(window, 'drawn'));
  const before = await drawn();

  await service.connect({ token: 'dev:ada' }); // a second device
  await service.clock.pass(240);
  await speak('ada', 'Hello');
  await page.getByText('ada Hello').waitFor();
  await speak('ada', 'Hello'); // again
  await speak('bob', 'Hi');
  await page.getByText('2 speak').waitFor();
  expect(await drawn()).toEqual({ ada: before.ada + 1, bob: before.bob + 1, both: before.both + 2 });
});

test('the elements can be imported where there are none', async () => {
  await expect(import('../../src/client/elements/index.ts')).resolves.toHaveProperty('connectPresence');
});

test('on a server nothing is known and nothing is asked for, and the browser takes that over without a complaint', async () => {
  function Everything() {
    const { known } = usePresence('ada');
    const people = usePresences(['ada', 'bob']);
    const { count, members } = useRoom('doc:42', { enter: true });
    return JSON.stringify([known, people.map(({ userId }) => userId), count, members, useViewer()]);
  }
  const options = { url: 'http://127.0.0.1:1/graphql', token: () => Promise.reject(new Error('asked for a token')) };
  const page = renderToString(createElement(PresenceProvider, options, createElement(Everything)));
  expect(page.replaceAll('&quot;', '"')).toBe('[false,["ada","bob"],0,[],null]');

  const service = await startService();
  const html = PAGE.replace('id="root"></div>', 'id="root"><p>ada unknown</p><p>bob unknown</p><p>0 speak</p></div>')
    .replace('<script', '<script src="/hydrates.js"></script><script')
    .replaceAll('ada unknown', 'ada<!-- --> <!-- -->unknown')
    .replaceAll('bob unknown', 'bob<!-- --> <!-- -->unknown')
    .replace('0 speak', '0<!-- --> speak');
  const files = { '/hydrates.js': 'window.hydrates = true', '/app.js': await bundle(COUNTING(service.url)) };
  const visited = await visit(browser, service, { html, files });
  await visited.page.getByText('ada silent').waitFor(); // and no error in the console
});
