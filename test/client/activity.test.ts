/** Whether anybody is there, by what a page tells. The browser's own side of it is in test/browser. */
import { expect, onTestFinished, test, vi } from 'vitest';
import type { PresenceClientOptions } from '../../src/client/index.ts';
import type { Page } from '../../src/client/parts.ts';
import { type Service, startService } from '../support/service.ts';
import { connected, eavesdrop, openClient, until, words } from './devices.ts';

class Detector extends EventTarget {
  static last: Detector | null = null;
  userState: 'active' | 'idle' = 'active';
  screenState: 'locked' | 'unlocked' = 'unlocked';
  async start() {
    Detector.last = this;
  }
  become(state: Partial<Pick<Detector, 'userState' | 'screenState'>>) {
    Object.assign(this, state);
    this.dispatchEvent(new Event('change'));
  }
}

function fakePage(options: { readonly hidden?: boolean; readonly idleDetection?: 'granted' | 'prompt' } = {}) {
  const kept = new Map<string, string>();
  const document = Object.assign(new EventTarget(), { visibilityState: options.hidden ? 'hidden' : 'visible' });
  const page: Page = {
    window: new EventTarget(),
    document,
    storage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    },
    permissions: { query: async () => ({ state: options.idleDetection ?? 'prompt' }) },
    idleDetector: Detector,
  };
  return {
    page,
    does: (type: string) => page.window.dispatchEvent(new Event(type)),
    show(visibilityState: 'hidden' | 'visible') {
      document.visibilityState = visibilityState;
      document.dispatchEvent(new Event('visibilitychange'));
    },
  };
}

/** Ada, on a page, and what others see of her. */
function ada(service: Service, fake: ReturnType<typeof fakePage>, options: Partial<PresenceClientOptions> = {}) {
  const line = eavesdrop();
  const client = openClient(service, { token: 'dev:ada', webSocket: line.webSocket, ...options }, { page: fake.page });
  const { told, listen } = words();
  openClient(service, { token: 'dev:grace' }).watch(['ada'], listen);
  const reports = () => line.said.filter(({ payload }) => payload?.query?.includes('ReportActivity')).length;
  const seen = (word: string) => until(() => expect(told.at(-1)).toBe(`ada ${word}`));
  return { client, seen, reports };
}

test('a page in which nothing happens turns AWAY in time, and ONLINE with the first sign; a thousand signs are few words', async () => {
  const service = await startService({ PRESENCE_IDLE_TIMEOUT: '1' });
  const page = fakePage();
  const { client, seen, reports } = ada(service, page);
  await connected(client);
  await seen('ONLINE');
  await seen('AWAY'); // by the client's word: the server's clock stands still
  page.does('pointermove');
  await seen('ONLINE');
  const before = reports();
  const end = performance.now() + 1_200;
  while (performance.now() < end) {
    page.does('keydown');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await seen('ONLINE');
  expect(reports() - before).toBeLessThanOrEqual(4);
  expect(reports() - before).toBeGreaterThanOrEqual(1);
});

test('a clock that is set back an hour does not make somebody look away who is there', async () => {
  const service = await startService();
  const page = fakePage();
  const { client, reports } = ada(service, page);
  await connected(client);
  const now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now - 3_600_000);
  onTestFinished(() => void vi.restoreAllMocks());
  page.does('keydown');
  await until(() => expect(reports()).toBe(1));
});

test('a page that opens in the background is not active, and another tab of the same person speaks for it', async () => {
  const service = await startService();
  const [back, front] = [fakePage({ hidden: true }), fakePage()];
  const hidden = ada(service, back);
  await connected(hidden.client);
  await hidden.seen('AWAY');
  const tab = new BroadcastChannel(`presence ${service.url}/graphql ada`);
  onTestFinished(() => tab.close());
  tab.postMessage('active');
  await hidden.seen('ONLINE');
  const shown = ada(service, front);
  await connected(shown.client);
  const heard = new Promise((resolve) => {
    tab.onmessage = resolve;
  });
  await new Promise((resolve) => setTimeout(resolve, 1_050)); // signs in the first second are part of opening the page
  front.does('wheel');
  await heard;
});

test('a hidden tab is nothing, on a phone it is the app in the background; and the screen may be locked', async () => {
  const service = await startService();
  const desk = fakePage();
  const web = ada(service, desk);
  await connected(web.client);
  await web.seen('ONLINE');
  desk.show('hidden');
  await web.client.me.setInvisible(false);
  await web.seen('ONLINE');
  await web.client.close();
  await web.seen('OFFLINE');

  const phone = fakePage({ idleDetection: 'granted' });
  const mobile = ada(service, phone, { device: 'MOBILE' });
  await connected(mobile.client);
  await mobile.seen('ONLINE');
  phone.show('hidden');
  await mobile.seen('AWAY');
  phone.show('visible');
  await mobile.seen('ONLINE');
  await until(() => expect(Detector.last).not.toBeNull());
  Detector.last?.become({ screenState: 'locked' });
  await mobile.seen('AWAY');
  Detector.last?.become({ screenState: 'unlocked' });
  await mobile.seen('ONLINE');
  Detector.last?.become({ userState: 'idle' });
  await mobile.seen('AWAY');
  Detector.last?.become({ userState: 'active' });
  await mobile.seen('ONLINE');
});

test('a page that is reloaded goes on with its session, and one that is kept for going back pauses', async () => {
  const service = await startService();
  const page = fakePage();
  for (const transport of ['websocket', 'http'] as const) {
    const { client } = ada(service, page, { transport });
    await connected(client);
    const { sessionId } = client.connection;
    page.does('pagehide');
    if (transport === 'http') {
      await until(() => expect(client.connection.state).toBe('connecting'));
      continue;
    }
    const again = ada(service, page, { transport });
    await connected(again.client);
    expect(again.client.connection.sessionId).toBe(sessionId);
    expect(client.connection.state).toBe('connecting');
    page.does('pageshow');
    await connected(client);
  }
});
