/** A site of somebody else's, on which the elements are used: its pages come from the test, the presence from a server. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { Service } from '../support/service.ts';

export interface Visit {
  readonly page: Page;
  /** The subscriptions that it began, as they went over its WebSockets. */
  readonly subscriptions: Subscription[];
}

interface Subscription {
  readonly query: string;
  readonly variables: { readonly userIds?: readonly string[] };
}

export interface SiteOptions {
  readonly html: string;
  /** By path: `/team.css`, or `/presence-token`. */
  readonly files?: Readonly<Record<string, string>>;
  readonly elements?: string;
  readonly options?: BrowserContextOptions;
  /** What the browser's clock says to begin with; the system's unless said otherwise. */
  readonly time?: number;
}

/** Opens its front page. At the end of the test nothing may have been said in the console, by the page's policy neither. */
export async function visit(browser: Browser, service: Service, site: SiteOptions): Promise<Visit> {
  const { html, files = {}, elements = '', options = {}, time } = site;
  const context = await browser.newContext({ viewport: { width: 800, height: 900 }, ...options });
  const wrongs: string[] = [];
  onTestFinished(async () => {
    await context.close();
    expect(wrongs).toEqual([]);
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') wrongs.push(message.text());
  });
  page.on('pageerror', (error) => wrongs.push(String(error)));
  const subscriptions: Subscription[] = [];
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const { type, payload: operation } = JSON.parse(String(payload));
      if (type === 'subscribe' && operation.query.startsWith('subscription')) subscriptions.push(operation);
    }),
  );
  await page.route(`${service.url}/elements.js`, (route) =>
    route.fulfill({ body: elements, contentType: 'text/javascript', headers: { 'access-control-allow-origin': '*' } }),
  );
  if (time !== undefined) await page.clock.install({ time });
  await page.goto(await serve({ '/': html, ...files }, policyFor(service)));
  return { page, subscriptions };
}

/** A server of its own: to Chromium, pages that come from nowhere may not ask loopback for anything. */
async function serve(files: Readonly<Record<string, string>>, policy: string): Promise<string> {
  const server = createServer(({ url = '/' }, res) => {
    const [path = '/'] = url.split('?');
    const headers = { 'content-type': typeOf(path), 'content-security-policy': policy };
    const there = Object.hasOwn(files, path) || /\.(?:css|ico)$/.test(path); // a page without a style of its own
    res.writeHead(there ? 200 : 404, headers).end(files[path] ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}

/** As strict as can be. */
function policyFor({ url }: Service): string {
  const connect = `connect-src 'self' ${url} ${url.replace('http', 'ws')}`;
  return `default-src 'none'; script-src 'self' ${url}; style-src 'self'; ${connect}`;
}

const TYPES = { js: 'text/javascript', css: 'text/css', ico: 'image/x-icon', '/': 'text/html' };

function typeOf(path: string): string {
  const [, type = 'text/plain'] = Object.entries(TYPES).find(([end]) => path.endsWith(end)) ?? [];
  return `${type}; charset=utf-8`;
}
