import { type Browser, chromium } from 'playwright-core';
import { inject } from 'vitest';

/** A headless Chromium that makes no request of its own. Whoever opens it closes it. */
export function launchBrowser(): Promise<Browser> {
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
    ],
  });
}
