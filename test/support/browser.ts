import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { inject } from 'vitest';
import { freePort } from './server-process.ts';

/** A headless Chromium that makes no request of its own. Whoever opens it closes it. */
export function launchBrowser(...more: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: inject('chromiumPath'),
    headless: true,
    args: [
      '--no-sandbox', // the sandbox needs privileges that containers do not give
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });
}

export interface Window {
  /** Its pages are tabs of one window, of which all but one are hidden, as on anybody's desk. */
  readonly tabs: BrowserContext;
  close(): Promise<void>;
}

/** Elsewhere Playwright has every page believe that it is the one that is looked at. */
export async function launchWindow(): Promise<Window> {
  const port = await freePort();
  const browser = await launchBrowser(`--remote-debugging-port=${port}`);
  const window = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
  const [tabs] = window.contexts();
  if (tabs === undefined) throw new Error('Chromium has no window.');
  return { tabs, close: () => browser.close() };
}
