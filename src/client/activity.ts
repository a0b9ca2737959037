/**
 * Whether anybody is at this device. A socket is timed by the server too, from the last activity that it was told of:
 * so activity is told at once when there was none, then at most every 45 seconds and at least twice in an idle time;
 * and that nobody is there any more at the moment itself. A tab that is hidden is not the same as nobody there: its
 * person may be in another window. It just brings no activity; on a phone, it is the app in the background.
 */
import type { Connecting } from './connection.ts';
import { ReadIdleTimeout, ReportActivity } from './generated/operations.ts';
import { watchIdleness } from './idle-detector.ts';
import { report } from './listeners.ts';
import type { Page, Parts } from './parts.ts';
import type { Activity, Device, Stop } from './types.ts';

export interface ActivityWatch {
  /** What to say with connecting. */
  readonly now: () => 'ACTIVE' | 'IDLE';
  /** From here on it is told. */
  start(connecting: Connecting): Stop;
}

// Not `scroll`, which a page does by itself when something new comes; people scroll by wheel, key, pointer and touch.
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'touchmove'];
const NOTICE = 1_000; // ms in which many signs are one
const SHARE = 5_000; // ms between two words to other tabs
const FIRST_IDLE_TIMEOUT = 300_000; // 5 min, until the server says otherwise

export function createActivity(
  page: Page,
  { timings }: Parts,
  { device, url }: { device: Device; url: string },
): ActivityWatch {
  const { window, document } = page;
  const isHidden = () => document.visibilityState === 'hidden';
  let idle = isHidden(); // a tab that was opened in the background
  let activeAt = Date.now();
  let toldAt = 0;
  let sharedAt = 0;
  let idleTimeout = FIRST_IDLE_TIMEOUT;
  const holds = new Set<Activity>(); // what is so until it is lifted
  let begun = false;
  let connecting: Connecting | null = null;
  let tabs: BroadcastChannel | null = null;
  let telling: Timer;
  let idling: Timer;

  const interval = () => Math.min(timings.activity, idleTimeout / 2);

  function note(): void {
    if (!idle && since(activeAt) < NOTICE) return;
    hear();
    if (since(sharedAt) < SHARE) return;
    sharedAt = Date.now();
    tabs?.postMessage('active');
  }

  /** Here, or in another tab. */
  function hear(): void {
    activeAt = Date.now();
    const wait = interval() - since(toldAt);
    if (idle || wait <= 0) tellActive();
    else telling ??= setTimeout(tellActive, wait);
    idling ??= setTimeout(lookIdle, idleTimeout);
  }

  function tellActive(): void {
    clearTimeout(telling);
    telling = undefined;
    idle = false;
    toldAt = Date.now();
    tell('ACTIVE');
  }

  /** Somebody may have chosen another time elsewhere, so that is asked first. */
  async function lookIdle(): Promise<void> {
    idling = undefined;
    if (left() <= 0) await learnIdleTimeout();
    if (left() > 0) idling ??= setTimeout(lookIdle, left());
    else goIdle();
  }

  const left = () => {
    if (since(activeAt) === Infinity) activeAt = Date.now();
    return idleTimeout - since(activeAt);
  };

  function goIdle(): void {
    if (idle) return;
    clearTimeout(telling);
    telling = undefined;
    idle = true;
    tell('IDLE');
  }

  function hold(activity: Activity): void {
    holds.add(activity);
    tell(activity);
  }

  function lift(held: Activity, activity: Activity): void {
    if (!holds.delete(held)) return;
    idle = false;
    activeAt = toldAt = Date.now();
    tell(activity);
  }

  /** What cannot be told now is told with connecting. */
  function tell(activity: Activity): void {
    const { state, sessionId } = connecting?.current ?? {};
    if (state !== 'connected' || sessionId == null) return;
    connecting?.request(ReportActivity, { input: { activity, sessionId } }).catch(() => {});
  }

  async function learnIdleTimeout(): Promise<void> {
    if (connecting?.current.state !== 'connected') return;
    const answer = await connecting.request(ReadIdleTimeout, {}).catch(() => null);
    if (answer !== null) idleTimeout = answer.viewer.preferences.idleTimeoutSeconds * 1_000;
  }

  async function begin(signal: AbortSignal): Promise<void> {
    await learnIdleTimeout();
    if (signal.aborted) return;
    clearTimeout(idling);
    idling = setTimeout(lookIdle, left());
    await watchIdleness(page, { signal, threshold: idleTimeout, interval: interval() }, (word) => {
      if (word === 'ACTIVE') note();
      else if (word === 'IDLE') goIdle();
      else if (word === 'SCREEN_LOCKED') hold(word);
      else lift('SCREEN_LOCKED', word);
    });
  }

  function shareWith(userId: string | null): void {
    if (tabs !== null || userId === null || typeof BroadcastChannel === 'undefined') return;
    tabs = new BroadcastChannel(`presence ${url} ${userId}`);
    tabs.onmessage = hear;
  }

  function onVisibility(): void {
    if (!isHidden()) {
      lift('BACKGROUND', 'FOREGROUND');
      note();
    } else if (device === 'MOBILE') hold('BACKGROUND');
  }

  return {
    now: () => (idle || holds.size > 0 ? 'IDLE' : 'ACTIVE'),
    start(connection) {
      connecting = connection;
      activeAt = Date.now();
      const listening = new AbortController();
      const { signal } = listening;
      for (const sign of SIGNS) window.addEventListener(sign, note, { capture: true, passive: true, signal });
      document.addEventListener('visibilitychange', onVisibility, { signal });
      const stopLinks = connection.onLink((link) => {
        if (link === null) return;
        toldAt = Date.now();
        shareWith(link.userId);
        for (const held of holds) tell(held);
        if (!begun) begin(signal).catch(report);
        begun = true;
      });
      return () => {
        listening.abort();
        stopLinks();
        tabs?.close();
        clearTimeout(telling);
        clearTimeout(idling);
      };
    },
  };
}

/** ms; what lies in the future is as long ago as can be: somebody has set the clock back. */
function since(moment: number): number {
  const ms = Date.now() - moment;
  return ms < 0 ? Infinity : ms;
}

type Timer = ReturnType<typeof setTimeout> | undefined;
