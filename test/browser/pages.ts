/** The server's own pages, as people have them open. At the end of a test nothing may have been said in a console. */
import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, FrameLocator, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';

/** Somebody's browser, with nothing in it yet. */
export async function openBrowserOf(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  onTestFinished(() => context.close());
  return listenTo(context);
}

/** Fails the test when anything is said in a console until its end, when all the pages are closed. */
export function listenTo(context: BrowserContext): BrowserContext {
  context.setDefaultTimeout(10_000); // 10 s, so that what does not come is named before the test's own time is over
  const wrongs: string[] = [];
  onTestFinished(async () => {
    for (const page of context.pages()) await page.close();
    expect(wrongs).toEqual([]);
  });
  context.on('console', (message) => {
    const { url } = message.location();
    const serious = message.type() === 'error' || message.type() === 'warning';
    if (serious && !isOfTheNetwork(message.text())) wrongs.push(`${message.text()} (${url})`);
  });
  context.on('weberror', (error) => wrongs.push(String(error.error())));
  return context;
}

/**
 * What Chromium itself says of each connection that it could not make, or that broke, whoever asked for it. No page can
 * keep it from that, and it is the point of some tests; everything else that is said counts.
 */
function isOfTheNetwork(text: string): boolean {
  return (
    /^WebSocket connection to '\S+' failed: /.test(text) || /^Failed to load resource: net::ERR_[A-Z_]+$/.test(text)
  );
}

/** The directory as one of the team, connected. */
export async function openAs(context: BrowserContext, url: string, person: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${url}/?as=${person}`);
  await connected(page);
  return page;
}

export const connected = (page: Page | FrameLocator) =>
  page.locator('#connection', { hasText: /^Connected/ }).waitFor();

/** Waits until it says that so many have the notes open. */
export function here(page: Page | FrameLocator, count: string): Promise<void> {
  return page.locator('presence-room').getByText(`${count} here`, { exact: true }).first().waitFor(); // said, it is there twice
}

/** Waits until the team's list shows this of somebody. */
export async function shows(page: Page, person: string, availability: string): Promise<void> {
  await expect.poll(() => look(page, person), { timeout: 10_000, interval: 20 }).toBe(availability);
}

/** Of a page that is hidden too, which draws nothing that could be waited for. */
function look(page: Page, person: string): Promise<string | null> {
  return page.locator(`#people presence-dot[user="${person}"]`).getAttribute('data-availability');
}

/** Every event of every subscription that this page begins from now on. */
export function record(page: Page): readonly unknown[] {
  const events: unknown[] = [];
  page.on('websocket', (socket) => {
    const subscriptions = new Set<string>();
    socket.on('framesent', ({ payload: text }) => {
      const { id, payload } = JSON.parse(String(text));
      if (payload?.query?.startsWith('subscription')) subscriptions.add(id);
    });
    socket.on('framereceived', ({ payload: text }) => {
      const { type, id, payload } = JSON.parse(String(text));
      if (type === 'next' && subscriptions.has(id)) events.push(payload.data);
    });
  });
  return events;
}

/** What the checker of accessibility finds on the page as it is drawn now. */
export async function faults(page: Page): Promise<unknown> {
  if (await page.evaluate(() => !('axe' in window))) await page.evaluate(axe.source); // no script, so no policy forbids it
  return page.evaluate(async () => {
    const { violations } = await Reflect.get(window, 'axe').run();
    return violations.map(({ id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] }) => [
      id,
      ...nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    ]);
  });
}
