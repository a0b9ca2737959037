/** The Idle Detection API, which sees the whole device; only where a person has allowed it before. */
import type { Page } from './parts.ts';

export interface IdleDetector extends EventTarget {
  readonly userState: 'active' | 'idle' | null;
  readonly screenState: 'locked' | 'unlocked' | null;
  start(options: { readonly threshold: number; readonly signal: AbortSignal }): Promise<void>;
}

type Word = 'ACTIVE' | 'IDLE' | 'SCREEN_LOCKED' | 'SCREEN_UNLOCKED';

const LEAST_THRESHOLD = 60_000; // ms, which browsers demand

export async function watchIdleness(
  { permissions, idleDetector }: Page,
  options: { readonly signal: AbortSignal; readonly threshold: number; readonly interval: number },
  tell: (word: Word) => void,
): Promise<void> {
  if (permissions === null || idleDetector === null) return;
  const { state } = await permissions.query({ name: 'idle-detection' });
  const { signal, threshold, interval } = options;
  if (state !== 'granted' || signal.aborted) return;
  const detector = new idleDetector();
  const look = () => {
    if (detector.screenState === 'locked') tell('SCREEN_LOCKED');
    else tell('SCREEN_UNLOCKED');
    tell(detector.userState === 'idle' ? 'IDLE' : 'ACTIVE');
  };
  detector.addEventListener('change', look, { signal });
  await detector.start({ threshold: Math.max(LEAST_THRESHOLD, threshold), signal });
  // It only speaks of changes, and somebody who goes on working in another window is active all the time.
  const timer = setInterval(() => detector.userState === 'active' && tell('ACTIVE'), interval);
  signal.addEventListener('abort', () => clearInterval(timer));
}
